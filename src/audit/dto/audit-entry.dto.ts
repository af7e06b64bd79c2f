import { ApiProperty } from '@nestjs/swagger';
import type { ActorKind, AuditEntry, AuditOutcome } from '../audit-entry.entity';

export const AUDIT_OUTCOMES = ['ok', 'refused', 'failed'] as const satisfies readonly AuditOutcome[];
const ACTOR_KINDS = ['person', 'scheduler', 'platform', 'operator', 'berth'] as const satisfies ActorKind[];

export class AuditActorDto {
  @ApiProperty({
    enum: ACTOR_KINDS,
    description: '`operator` is the command line, `berth` is background work',
  })
  kind: ActorKind;

  @ApiProperty({ example: 'liuyizhou', description: 'A username, or the name of a service token' })
  name: string;
}

export class AuditEntryDto {
  @ApiProperty({ format: 'uuid', description: 'Greater for later rows' })
  id: string;

  @ApiProperty({ format: 'date-time' })
  at: Date;

  @ApiProperty({ example: 'account.credentials-issued' })
  action: string;

  @ApiProperty({
    enum: AUDIT_OUTCOMES,
    description: '`refused`: Berth said no; `failed`: it was tried, and went wrong or nobody knows',
  })
  outcome: AuditOutcome;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'The problem’s code, when it is not ok',
  })
  code: string | null;

  @ApiProperty({ type: AuditActorDto })
  actor: AuditActorDto;

  @ApiProperty({ type: String, nullable: true, example: 'liuyizhou', description: 'Whose matter it is' })
  for: string | null;

  @ApiProperty({ example: 'liuyizhou', description: 'What was acted on' })
  target: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null for commands and background work' })
  requestId: string | null;
}

export function toAuditEntryDto(entry: AuditEntry): AuditEntryDto {
  const { id, at, action, outcome, code, actorKind, actorName, forUsername, target, requestId } = entry;
  const actor = { kind: actorKind, name: actorName };
  return { id, at, action, outcome, code, actor, for: forUsername, target, requestId };
}
