import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { messageFor, type Language } from '../../common/messages';
import { PageQuery } from '../../common/paging';
import type { ViolationState } from '../../tag-rule/violations/violation-life';
import type { ObservationSource } from '../../tag-rule/observation';
import type { Restoration, RestorationState } from '../restoration.entity';
import type { ViolationView } from '../violations.service';

const STATES = ['open', 'restored', 'acknowledged', 'ended'] as const satisfies readonly ViolationState[];
const DIGEST = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';
const OTHER_DIGEST = 'sha256:873dbde3a7cd0ead4db5c838e8e2759a6fb1d33e5b22795443bf90703cce8e72';
const AT = '2026-11-21T09:30:00.000Z';
const STATE = { message: 'field.one-of', context: { choices: STATES.join(', ') } };
const PROJECT = { message: 'field.text', context: { min: 1, max: 255 } };
const REASON = { message: 'field.text', context: { min: 1, max: 1000 } };

export class ListViolationsDto extends PageQuery {
  @ApiPropertyOptional({ enum: STATES })
  @IsOptional()
  @IsIn(STATES, STATE)
  state?: ViolationState;

  @ApiPropertyOptional({ type: String, example: 'user-liuyizhou' })
  @IsOptional()
  @IsString(PROJECT)
  @MaxLength(255, PROJECT)
  project?: string;
}

export class AcknowledgeDto {
  @ApiProperty({
    minLength: 1,
    maxLength: 1000,
    example: 'Rebuilt with the security fix, agreed with the team',
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString(REASON)
  @Length(1, 1000, REASON)
  reason: string;

  @ApiProperty({
    example: false,
    description:
      'true: jobs get the new image from now on. false: they keep the recorded one, and the alarm is silent',
  })
  @IsBoolean({ message: 'field.flag' })
  acceptNewDigest: boolean;
}

export class RestorationDto {
  @ApiProperty({
    enum: ['due', 'done', 'failed', 'stopped'],
    example: 'done',
    description:
      'due: tried again in a moment; stopped: it was put back three times already, and moved again',
  })
  state: RestorationState;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Who asked for it; null: the policy',
  })
  by: string | null;

  @ApiProperty({ type: 'integer', example: 1 })
  tries: number;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Why the last try failed' })
  problem: string | null;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'The same, for people' })
  detail: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: AT })
  doneAt: Date | null;
}

export class ViolationDto {
  @ApiProperty({ format: 'uuid', example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  id: string;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ example: 'nvidia-pytorch' })
  repository: string;

  @ApiProperty({ example: '24.12-v1.2.2' })
  tag: string;

  @ApiProperty({ enum: STATES, example: 'open', description: 'ended: the tag moved on, or was deleted here' })
  state: ViolationState;

  @ApiProperty({ example: DIGEST, description: 'Where the tag belongs' })
  recordedDigest: string;

  @ApiProperty({ example: DIGEST, description: 'Where it was last seen before' })
  fromDigest: string;

  @ApiProperty({ example: OTHER_DIGEST })
  toDigest: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: AT,
    description: 'It was moved at the earliest then',
  })
  earliestAt: Date | null;

  @ApiProperty({ format: 'date-time', example: AT, description: 'It was moved at the latest then' })
  latestAt: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: AT,
    description: 'Harbor’s own time of the move, where its audit log tells',
  })
  changedAt: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'liuyizhou',
    description: 'The Harbor user who moved it',
  })
  changedBy: string | null;

  @ApiProperty({
    enum: ['check', 'hint', 'feed', 'sweep', 'restore'],
    example: 'hint',
    description: 'Seen how',
  })
  source: ObservationSource;

  @ApiProperty({ format: 'date-time', example: AT })
  openedAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  settledAt: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'The person who had it put back, or decided about it; berth: by policy; null: somebody put it back in the registry',
  })
  settledBy: string | null;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Of the acknowledgement' })
  reason: string | null;

  @ApiProperty({ example: false })
  acceptedNewDigest: boolean;

  @ApiProperty({ type: RestorationDto, nullable: true, description: 'What became of putting it back' })
  restoration: RestorationDto | null;
}

export function toViolationDto({ violation, restoration }: ViolationView, language: Language): ViolationDto {
  const { id, project, repository, tag, state, recordedDigest, fromDigest, toDigest } = violation;
  const { earliestAt, latestAt, changedAt, changedBy, source, openedAt, settledAt } = violation;
  const { reason, acceptedNewDigest } = violation;
  // Berth's hand, but for whom the restoration says.
  const settledBy =
    violation.settledBy === 'berth' ? (restoration?.username ?? 'berth') : violation.settledBy;
  return {
    ...{ id, project, repository, tag, state, recordedDigest, fromDigest, toDigest },
    ...{ earliestAt, latestAt, changedAt, changedBy, source, openedAt, settledAt, settledBy },
    ...{ reason, acceptedNewDigest },
    restoration: restoration === null ? null : toRestorationDto(restoration, language),
  };
}

function toRestorationDto(restoration: Restoration, language: Language): RestorationDto {
  const { state, username: by, tries, problem, doneAt } = restoration;
  const detail = problem === null ? null : messageFor(problem, paramsOf(restoration), language).title;
  return { state, by, tries, problem, detail, doneAt };
}

function paramsOf({ project, repository, tag }: Restoration): Record<string, string> {
  return { project, repository: `${project}/${repository}`, tag };
}
