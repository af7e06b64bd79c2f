import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** Whose logins failed when Berth knows nobody by the name that was typed; people type passwords there. */
export const NOBODY = 'nobody';

/** How many logins of one person failed in one hour. The only security record that is counted, not added row by row. */
@Entity('login_failures')
@Index('uq_login_failures_person_hour', ['personId', 'hour'], { unique: true })
@Index('ix_login_failures_person', ['personId', 'id'])
export class LoginFailure {
  /** UUIDv7 of the first of them: later hours have greater ids. */
  @IdColumn()
  id: string;

  /** A person's id, or NOBODY. */
  @TextColumn(36)
  personId: string;

  /** The beginning of the hour. */
  @TimeColumn()
  hour: Date;

  @CountColumn()
  failures: number;

  @TimeColumn()
  lastAt: Date;
}
