import { Entity, Index } from 'typeorm';
import { CountColumn, FlagColumn, IdColumn, JsonColumn, TextColumn, TimeColumn } from '../database/columns';
import type { ListingPlace } from './project-listing';

/** How the sweeps over one project go: the last one, or the one under way. Times are the database's clock. */
@Entity('sweep_projects')
@Index('uq_sweep_projects_project', ['project'], { unique: true })
@Index('ix_sweep_projects_due', ['dueAt'])
export class SweepProject {
  @IdColumn()
  id: string;

  @TextColumn(255)
  project: string;

  /** Counts the sweeps over this project. */
  @CountColumn()
  round: number;

  /** Null before the first sweep. */
  @TimeColumn({ nullable: true })
  startedAt: Date | null;

  /** Null while one is under way; it goes on after a stop of Berth or an outage of Harbor. */
  @TimeColumn({ nullable: true })
  endedAt: Date | null;

  /** When the next begins, or the one that was stopped goes on. */
  @TimeColumn()
  dueAt: Date;

  /** When the next is due once this one has ended. */
  @TimeColumn()
  nextDueAt: Date;

  /** Somebody wants another since this one began. */
  @FlagColumn()
  asked: boolean;

  /** Up to where it has come; null at its beginning. */
  @JsonColumn({ nullable: true })
  place: ListingPlace | null;

  /** An admin wants what is found recorded, however much it is. */
  @FlagColumn()
  forced: boolean;

  /** Why it was stopped last: the code of an outage, or of what stands in the way. Null: it was not. */
  @TextColumn(64, { nullable: true })
  stoppedBy: string | null;

  /** How often in a row. */
  @CountColumn()
  stops: number;

  /** Operations asked of Harbor. */
  @CountColumn()
  calls: number;

  @CountColumn()
  tags: number;

  /** Tags that had no record. */
  @CountColumn()
  firstSeen: number;

  /** Tags that were not where they had been, and that may not move. */
  @CountColumn()
  moved: number;

  @CountColumn()
  vanished: number;

  @TextColumn(36, { nullable: true })
  leaseToken: string | null;

  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;
}
