import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** So much vanished or moved at once that nothing of it was recorded. */
@Entity('sweep_alarms')
@Index('uq_sweep_alarms_open', ['openFor'], { unique: true })
@Index('ix_sweep_alarms_raised', ['raisedAt'])
export class SweepAlarm {
  @IdColumn()
  id: string;

  /** The project whose sweep raised it. */
  @TextColumn(255)
  project: string;

  /** As `project` while it is open, so that there is one; null when it is settled. */
  @TextColumn(255, { nullable: true })
  openFor: string | null;

  /** Of the one project, or of all together. */
  @TextColumn(16)
  reach: 'project' | 'all';

  @CountColumn()
  vanished: number;

  @CountColumn()
  moved: number;

  /** How many tags the project, or all together, had. */
  @CountColumn()
  tags: number;

  @TimeColumn()
  raisedAt: Date;

  @TimeColumn({ nullable: true })
  settledAt: Date | null;

  /** The username of the admin who had it recorded; `berth` when a later sweep found nothing of it. */
  @TextColumn(255, { nullable: true })
  settledBy: string | null;
}
