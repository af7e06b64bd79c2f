import { Entity, Index } from 'typeorm';
import type { MessageCode } from '../common/messages.en';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** `due`: Harbor or another change stood in the way, and it is tried again. `stopped`: put back too often already. */
export type RestorationState = 'due' | 'done' | 'failed' | 'stopped';

/** What became of putting back the tag of one violation. */
@Entity('restorations')
@Index('uq_restorations_violation', ['violationId'], { unique: true })
@Index('ix_restorations_record', ['tagRecordId', 'state', 'doneAt'])
@Index('ix_restorations_project', ['project', 'state'])
export class Restoration {
  @IdColumn()
  id: string;

  @TextColumn(36)
  violationId: string;

  @TextColumn(36)
  tagRecordId: string;

  @TextColumn(255)
  project: string;

  @TextColumn(255)
  repository: string;

  @TextColumn(128)
  tag: string;

  /** Null: by policy, not by a person. */
  @TextColumn(256, { nullable: true })
  username: string | null;

  @TextColumn(16)
  state: RestorationState;

  /** Why the last try failed. */
  @TextColumn(64, { nullable: true })
  problem: MessageCode | null;

  @CountColumn()
  tries: number;

  /** When it is tried again; null: not by itself. */
  @TimeColumn({ nullable: true })
  dueAt: Date | null;

  @TimeColumn({ nullable: true })
  doneAt: Date | null;
}
