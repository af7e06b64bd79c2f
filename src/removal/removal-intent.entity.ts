import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/**
 * A deletion in Harbor that was begun, written before Harbor is asked. It goes when what was deleted is recorded; of one
 * that was cut off the sweep finds out what became of it.
 */
@Entity('removals')
@Index('ix_removals_due', ['dueAt'])
export class RemovalIntent {
  @IdColumn()
  id: string;

  @TextColumn(255)
  project: string;

  @TextColumn(36)
  projectId: string;

  /** Without the project. */
  @TextColumn(255)
  repository: string;

  /** Null: the whole repository. */
  @TextColumn(128, { nullable: true })
  tag: string | null;

  /** What the tag was on; null: the whole repository. */
  @TextColumn(71, { nullable: true })
  digest: string | null;

  /** Who asked for it. */
  @TextColumn(36)
  personId: string;

  @TextColumn(256)
  username: string;

  /** When the sweep looks what became of it. */
  @TimeColumn()
  dueAt: Date;

  @TimeColumn()
  createdAt: Date;
}
