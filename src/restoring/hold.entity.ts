import { Entity, Index } from 'typeorm';
import { BytesColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** `violation`: a moved tag was recorded with it. `job`: a job runs it. */
export type HoldReason = 'violation' | 'job';

/** A digest that somebody still counts on and that no tag of people's is left on: Harbor's garbage collection takes it. */
@Entity('holds')
@Index('uq_holds_digest', ['project', 'repository', 'digest'], { unique: true })
export class Hold {
  @IdColumn()
  id: string;

  @TextColumn(36)
  projectId: string;

  @TextColumn(255)
  project: string;

  @TextColumn(255)
  repository: string;

  @TextColumn(71)
  digest: string;

  @TextColumn(16)
  reason: HoldReason;

  @BytesColumn()
  sizeBytes: number;

  /** Since when it is known to be in danger. */
  @TimeColumn()
  since: Date;

  /** Since when Berth's own tag keeps it; null while nothing does. */
  @TimeColumn({ nullable: true })
  heldAt: Date | null;
}
