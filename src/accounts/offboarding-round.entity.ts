import { Entity } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** How far the search of everybody in the directory has come: the one row of its table. */
@Entity('offboarding_rounds')
export class OffboardingRound {
  @IdColumn()
  id: string;

  /** Raised with every step, so that of two replicas only one takes it. */
  @CountColumn()
  version: number;

  /** Null while no search is under way. */
  @TimeColumn({ nullable: true })
  startedAt: Date | null;

  /** The last person of the running search who was asked about. */
  @TextColumn(36, { nullable: true })
  afterPersonId: string | null;

  /** When a search last came to its end. */
  @TimeColumn({ nullable: true })
  completedAt: Date | null;

  /** When more people than allowed were due, so that none was offboarded; null when the last run was allowed. */
  @TimeColumn({ nullable: true })
  stoppedAt: Date | null;

  @CountColumn()
  due: number;

  @CountColumn()
  allowed: number;
}
