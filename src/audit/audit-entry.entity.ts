import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** Who did what, for whom, with which outcome. Rows are only ever added. */
@Entity('audit_entries')
@Index('ix_audit_entries_person', ['forPersonId', 'id'])
export class AuditEntry {
  /** UUIDv7: later rows have greater ids. */
  @IdColumn()
  id: string;

  @TimeColumn()
  at: Date;

  /** A stable name such as `account.credentials-issued`. */
  @TextColumn(64)
  action: string;

  /** The person, or `scheduler:<token name>`, `platform:<token name>`, or `operator` for a command. */
  @TextColumn(300)
  actor: string;

  @TextColumn(36, { nullable: true })
  forPersonId: string | null;

  /** What was changed: a link, a project, a token's name. Never a secret. */
  @TextColumn(1024)
  target: string;

  @TextColumn(128, { nullable: true })
  requestId: string | null;
}
