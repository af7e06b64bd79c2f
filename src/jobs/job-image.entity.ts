import { Entity, Index } from 'typeorm';
import { FlagColumn, IdColumn, TextColumn } from '../database/columns';

/** One link of a job, and the digest that the job runs for it. */
@Entity('job_images')
@Index('ix_job_images_job', ['runId'])
@Index('ix_job_images_leased', ['project', 'repository', 'isLeased', 'digest'])
@Index('ix_job_images_digest', ['digest', 'project', 'repository', 'id'])
export class JobImage {
  @IdColumn()
  id: string;

  /** The id of the row in `jobs`. */
  @TextColumn(36)
  runId: string;

  /** `project/repository:tag` or with `@digest`, as images are named. */
  @TextColumn(512)
  name: string;

  @TextColumn(255)
  project: string;

  @TextColumn(255)
  repository: string;

  @TextColumn(71)
  digest: string;

  /** False once the job ended, so that history does not slow the question whether a digest is leased. */
  @FlagColumn()
  isLeased: boolean;
}
