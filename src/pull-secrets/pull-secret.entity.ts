import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, JsonColumn, TextColumn, TimeColumn } from '../database/columns';

/** Why a pull secret opens a project: the person may pull there, everybody may, or an image in it was shared. */
export type OpenedBecause = 'theirs' | 'public' | 'shared';

export interface OpenedProject {
  project: string;
  because: OpenedBecause;
}

/**
 * A robot in Harbor that pulls for one job. The row is written before Harbor is asked to make the robot, and goes when
 * Harbor was seen without it.
 */
@Entity('pull_secrets')
@Index('uq_pull_secrets_current', ['tokenId', 'currentJobId'], { unique: true })
@Index('ix_pull_secrets_due', ['dueAt'])
export class PullSecret {
  @IdColumn()
  id: string;

  /** The scheduler's service token. */
  @TextColumn(36)
  tokenId: string;

  /** As the scheduler calls it. */
  @TextColumn(128)
  jobId: string;

  /** The same while this is the job's secret, or is becoming it; null once it is ending. */
  @TextColumn(128, { nullable: true })
  currentJobId: string | null;

  @TextColumn(256)
  forUsername: string;

  /** Of person and links: a repeated call must ask the same. */
  @TextColumn(64)
  question: string;

  @JsonColumn()
  opens: OpenedProject[];

  /** Of the robot, without Harbor's prefix. */
  @TextColumn(80)
  harborName: string;

  /** The robot's description, so that after a crash it is known to be ours. */
  @TextColumn(40)
  intentMark: string;

  /** Null until Berth recorded that it made the robot: nobody has its secret before. */
  @CountColumn({ nullable: true })
  harborRobotId: number | null;

  /** The robot's username and secret, sealed; null before it was made and once it is ending. */
  @TextColumn(1024, { nullable: true })
  sealedLogin: string | null;

  /** While the robot is being made, by the database's clock: a crash blocks the job for no longer. */
  @TimeColumn({ nullable: true })
  makingUntil: Date | null;

  /** Berth deletes the robot then; Harbor itself counts whole days, and ends it up to a day later. */
  @TimeColumn()
  expiresAt: Date;

  /** When the janitor has something to do with it: its end, or another try. */
  @TimeColumn()
  dueAt: Date;

  @TimeColumn()
  createdAt: Date;
}
