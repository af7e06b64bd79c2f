import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** A job of a scheduler that said what it runs: while it lives, its digests are leased. Kept as history afterwards. */
@Entity('jobs')
@Index('uq_jobs_current', ['tokenId', 'currentJobId'], { unique: true })
@Index('ix_jobs_until', ['until'])
@Index('ix_jobs_ended', ['endedAt'])
export class Job {
  /** UUIDv7: of the one run, where a scheduler uses a job's id again. */
  @IdColumn()
  id: string;

  /** The scheduler's service token. */
  @TextColumn(36)
  tokenId: string;

  @TextColumn(64)
  tokenName: string;

  /** As the scheduler calls it. */
  @TextColumn(128)
  jobId: string;

  /** The same until the job ends; null then. */
  @TextColumn(128, { nullable: true })
  currentJobId: string | null;

  /** The username whose job it is; as the scheduler wrote it of somebody whom Berth does not know. */
  @TextColumn(256)
  forUsername: string;

  /** Of person and links: a repeated call must ask the same. */
  @TextColumn(64)
  question: string;

  @TimeColumn()
  startedAt: Date;

  @TimeColumn()
  seenAt: Date;

  /** Null while nobody ended it; a lease that ran out is ended by the sweep. */
  @TimeColumn({ nullable: true })
  endedAt: Date | null;

  /** The end of the lease, by the database's clock; null once the job ended. */
  @TimeColumn({ nullable: true })
  until: Date | null;
}
