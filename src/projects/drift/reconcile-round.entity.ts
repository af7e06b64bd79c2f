import { Entity } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../../database/columns';

/** How far the round over all projects has come: the one row of its table. */
@Entity('reconcile_rounds')
export class ReconcileRound {
  @IdColumn()
  id: string;

  /** Null before the first round. */
  @TimeColumn({ nullable: true })
  startedAt: Date | null;

  /** Null while a round is under way; it goes on after a stop of Berth or an outage of Harbor. */
  @TimeColumn({ nullable: true })
  endedAt: Date | null;

  /** When the next round begins, by the database's clock. */
  @TimeColumn()
  dueAt: Date;

  /** The last project that was looked at. */
  @TextColumn(36, { nullable: true })
  afterProjectId: string | null;

  @CountColumn()
  checked: number;

  /** Projects that were not looked at: unfinished, or somebody was changing them. */
  @CountColumn()
  skipped: number;

  /** Drifts that were seen in this round. */
  @CountColumn()
  found: number;

  @CountColumn()
  repaired: number;

  /** The code of the outage that stopped the round last; null while nothing keeps it from going on. */
  @TextColumn(64, { nullable: true })
  stoppedBy: string | null;

  /** Which replica runs the round now; by the database's clock. */
  @TextColumn(36, { nullable: true })
  leaseToken: string | null;

  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;
}
