import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsString, Length } from 'class-validator';
import { messageFor, type Language } from '../../../common/messages';
import type { DriftCode } from '../drift';
import type { NotCompared } from '../drift-observer';
import type { ReconcileRound } from '../reconcile-round.entity';
import type { FoundDrift, ReconciledProject } from '../reconcile.service';
import { MayBeLeftOut } from '../../dto/field-rules';

export class ReconcileDto {
  @ApiPropertyOptional({ default: false, description: 'Only say what would be put right' })
  @MayBeLeftOut()
  @IsBoolean({ message: 'field.flag' })
  dryRun?: boolean;

  @ApiPropertyOptional({ example: 'user-liuyizhou', description: 'This project alone, at once' })
  @MayBeLeftOut()
  @IsString({ message: 'field.text', context: { min: 1, max: 255 } })
  @Length(1, 255, { message: 'field.text', context: { min: 1, max: 255 } })
  project?: string;

  @ApiPropertyOptional({ type: String, description: 'The nextCursor of the dry run before' })
  @MayBeLeftOut()
  @IsString({ message: 'field.text', context: { min: 1, max: 2048 } })
  @Length(1, 2048, { message: 'field.text', context: { min: 1, max: 2048 } })
  cursor?: string;
}

export class FoundDriftDto {
  @ApiProperty({ example: 'project.problem.tag-rule-off' })
  code: string;

  @ApiProperty({ example: 'The tag rule is off' })
  title: string;

  @ApiProperty({ description: 'What it means, and what to do about it' })
  detail: string;

  @ApiProperty({
    enum: ['repair', 'report'],
    example: 'repair',
    description: 'What the configuration (DRIFT_REPAIR) wants; some can only be reported',
  })
  action: 'repair' | 'report';

  @ApiProperty({ example: false, description: 'Put right just now; never in a dry run' })
  repaired: boolean;
}

export class ReconciledProjectDto {
  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({
    enum: ['unfinished', 'busy'],
    nullable: true,
    example: null,
    description: 'Why it was not compared: never finished, or being made or changed now. Null: it was',
  })
  notCompared: NotCompared | null;

  @ApiProperty({ type: [FoundDriftDto] })
  drifts: FoundDriftDto[];
}

export class ReconciledDto {
  @ApiProperty({ example: true })
  dryRun: boolean;

  @ApiProperty({ example: 50, description: 'How many projects were looked at' })
  checked: number;

  @ApiProperty({ type: [ReconciledProjectDto], description: 'Those that differ, or were not compared' })
  projects: ReconciledProjectDto[];

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Null when no projects are left' })
  nextCursor: string | null;
}

export class OpenDriftDto {
  @ApiProperty({ example: 'project.problem.quota-changed' })
  code: string;

  @ApiProperty({ example: 'The quota was changed in Harbor' })
  title: string;

  @ApiProperty({ example: 3 })
  count: number;
}

export class ReconcileProgressDto {
  @ApiProperty({
    enum: ['waiting', 'running', 'stopped'],
    example: 'running',
    description: 'stopped: by what stoppedBy says; it goes on by itself',
  })
  state: 'waiting' | 'running' | 'stopped';

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Such as harbor.unavailable' })
  stoppedBy: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-21T09:30:00.000Z' })
  startedAt: Date | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-11-21T09:42:00.000Z' })
  endedAt: Date | null;

  @ApiProperty({
    format: 'date-time',
    example: '2026-11-21T10:42:00.000Z',
    description: 'When the next begins',
  })
  dueAt: Date;

  @ApiProperty({ example: 120, description: 'Projects that were compared in this round, or the last one' })
  checked: number;

  @ApiProperty({ example: 2, description: 'Projects that could not be compared then' })
  skipped: number;

  @ApiProperty({ example: 4, description: 'Differences that were found' })
  found: number;

  @ApiProperty({ example: 1 })
  repaired: number;

  @ApiProperty({ type: [OpenDriftDto], description: 'What differs still, of all projects' })
  open: OpenDriftDto[];
}

export function toReconciledProjectDto(
  { project, notCompared, drifts }: ReconciledProject,
  language: Language,
): ReconciledProjectDto {
  return { project, notCompared, drifts: drifts.map((drift) => toFoundDriftDto(drift, language)) };
}

export function toReconcileProgressDto(
  round: ReconcileRound,
  open: ReadonlyMap<DriftCode, number>,
  language: Language,
): ReconcileProgressDto {
  const { stoppedBy, startedAt, endedAt, dueAt, checked, skipped, found, repaired } = round;
  const isUnderWay = startedAt !== null && endedAt === null;
  return {
    state: !isUnderWay ? 'waiting' : stoppedBy === null ? 'running' : 'stopped',
    stoppedBy,
    startedAt,
    endedAt,
    dueAt,
    checked,
    skipped,
    found,
    repaired,
    open: [...open].map(([code, count]) => ({ code, title: messageFor(code, {}, language).title, count })),
  };
}

function toFoundDriftDto({ code, params, repair, repaired }: FoundDrift, language: Language): FoundDriftDto {
  const action = repair === null ? 'report' : 'repair';
  return { code, ...messageFor(code, params, language), action, repaired };
}
