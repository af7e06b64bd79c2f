import { Entity, Index } from 'typeorm';
import type { MessageParams } from '../../common/messages.en';
import { IdColumn, JsonColumn, TextColumn, TimeColumn } from '../../database/columns';
import type { DriftCode } from './drift';

/** A drift that was seen: open until Harbor was seen without it. */
@Entity('drifts')
@Index('uq_drifts_project_code_subject', ['projectId', 'code', 'subject'], { unique: true })
@Index('ix_drifts_ended', ['endedAt', 'code'])
export class DriftRecord {
  @IdColumn()
  id: string;

  @TextColumn(36)
  projectId: string;

  @TextColumn(64)
  code: DriftCode;

  /** Empty where a project can have only one of this code. */
  @TextColumn(300)
  subject: string;

  /** The facts in the text that people are shown. */
  @JsonColumn()
  params: MessageParams;

  /** Of the present time, should it have come back. */
  @TimeColumn()
  firstSeenAt: Date;

  @TimeColumn()
  lastSeenAt: Date;

  /** When Berth put it right; null while it is open, and when it ended without Berth. */
  @TimeColumn({ nullable: true })
  repairedAt: Date | null;

  /** Null while it is open. */
  @TimeColumn({ nullable: true })
  endedAt: Date | null;
}
