import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** `refused`: Berth said no. `failed`: Harbor, the directory or Berth itself did not do it, or it is not known. */
export type AuditOutcome = 'ok' | 'refused' | 'failed';

/** `operator` is the command line; `berth` is background work. */
export type ActorKind = 'person' | 'scheduler' | 'platform' | 'operator' | 'berth';

/** Who did what, for whom, with which outcome. Rows are only ever added. */
@Entity('audit_entries')
@Index('ix_audit_entries_person', ['forPersonId', 'id'])
@Index('ix_audit_entries_actor', ['actorName', 'id'])
@Index('ix_audit_entries_action', ['action', 'id'])
@Index('ix_audit_entries_outcome', ['outcome', 'id'])
export class AuditEntry {
  /** UUIDv7 of `at`: later rows have greater ids. */
  @IdColumn()
  id: string;

  @TimeColumn()
  at: Date;

  /** A stable name such as `account.credentials-issued`. */
  @TextColumn(64)
  action: string;

  @TextColumn(16)
  outcome: AuditOutcome;

  /** The problem's code; null when it went well. */
  @TextColumn(64, { nullable: true })
  code: string | null;

  @TextColumn(16)
  actorKind: ActorKind;

  /** A person's username or a service token's name, as they were then. */
  @TextColumn(256)
  actorName: string;

  /** Whose matter it is: the caller's own, unless it is done for or to another person. */
  @TextColumn(36, { nullable: true })
  forPersonId: string | null;

  @TextColumn(256, { nullable: true })
  forUsername: string | null;

  /** What was changed: a link, a project, a token's name. Never a secret. */
  @TextColumn(1024)
  target: string;

  @TextColumn(128, { nullable: true })
  requestId: string | null;
}
