import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsString, Length, ValidateIf } from 'class-validator';
import { messageFor, type Language } from '../../common/messages';
import type { SweepAlarm } from '../sweep-alarm.entity';
import type { SweepProgress } from '../sweeps.service';

const given = (_object: unknown, value: unknown): boolean => value !== undefined;

export class SweepRequestDto {
  @ApiPropertyOptional({ example: 'user-liuyizhou', description: 'This project alone' })
  @ValidateIf(given)
  @IsString({ message: 'field.text', context: { min: 1, max: 255 } })
  @Length(1, 255, { message: 'field.text', context: { min: 1, max: 255 } })
  project?: string;

  @ApiPropertyOptional({
    default: false,
    description: 'Record what is found, however much it is, and settle the alarms',
  })
  @ValidateIf(given)
  @IsBoolean({ message: 'field.flag' })
  force?: boolean;
}

export class SweepAlarmDto {
  @ApiProperty({ example: 'user-liuyizhou', description: 'The project whose sweep raised it' })
  project: string;

  @ApiProperty({ example: 'sweep.alarm' })
  code: string;

  @ApiProperty({ example: 'Too much changed at once' })
  title: string;

  @ApiProperty({ description: 'What it means, and how to settle it' })
  detail: string;

  @ApiProperty({ enum: ['project', 'all'], description: 'Too much of this project, or of all together' })
  reach: 'project' | 'all';

  @ApiProperty({ example: 120, description: 'Tags that were not there any more' })
  vanished: number;

  @ApiProperty({ example: 0, description: 'Tags that may not move and did' })
  moved: number;

  @ApiProperty({ example: 400, description: 'How many tags the project had' })
  tags: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  raisedAt: Date;
}

export class SweepFiguresDto {
  @ApiProperty({ example: 31, description: 'Calls to Harbor' })
  calls: number;

  @ApiProperty({ example: 3000, description: 'Tags that Harbor listed' })
  tags: number;

  @ApiProperty({ example: 2, description: 'Tags that Berth had not known' })
  firstSeen: number;

  @ApiProperty({ example: 1, description: 'Tags that may not move and did' })
  moved: number;

  @ApiProperty({ example: 0 })
  vanished: number;
}

export class SweepProgressDto {
  @ApiProperty({ example: 120, description: 'Kept projects, and those that images were imported from' })
  projects: number;

  @ApiProperty({ example: 1, description: 'Sweeps under way, or stopped in the middle' })
  running: number;

  @ApiProperty({ example: 3, description: 'Asked for or due, and not begun; at most 500 are counted' })
  due: number;

  @ApiProperty({ example: 0, description: 'Stopped by an outage, an alarm, or a project that is gone' })
  stopped: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-21T09:30:00.000Z',
    description: 'The end of the sweep that is longest ago; null until every project had one',
  })
  oldestEndedAt: Date | null;

  @ApiProperty({ type: SweepFiguresDto, description: 'Of the last sweep over each project, added up' })
  figures: SweepFiguresDto;

  @ApiProperty({ type: [SweepAlarmDto], description: 'Open ones, the newest first; at most 100' })
  alarms: SweepAlarmDto[];
}

export function toSweepAlarmDto(alarm: SweepAlarm, language: Language): SweepAlarmDto {
  const { project, reach, vanished, moved, tags, raisedAt } = alarm;
  const code = 'sweep.alarm';
  const { title, detail } = messageFor(code, { project, vanished, moved, tags }, language);
  return { project, code, title, detail, reach, vanished, moved, tags, raisedAt };
}

export function toSweepProgressDto(progress: SweepProgress, language: Language): SweepProgressDto {
  return { ...progress, alarms: progress.alarms.map((alarm) => toSweepAlarmDto(alarm, language)) };
}
