import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** Which replica runs a task of the background work now, and when it is due again; by the database's clock. */
@Entity('background_leases')
@Index('uq_background_leases_name', ['name'], { unique: true })
export class BackgroundLease {
  @IdColumn()
  id: string;

  /** Of the task. */
  @TextColumn(64)
  name: string;

  /** Null while nobody runs it. */
  @TextColumn(36, { nullable: true })
  leaseToken: string | null;

  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;

  /** Null: at once. */
  @TimeColumn({ nullable: true })
  dueAt: Date | null;
}
