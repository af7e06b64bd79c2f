import { Entity, Index } from 'typeorm';
import { CountColumn, FlagColumn, IdColumn, TextColumn, TimeColumn } from '../../database/columns';
import type { ObservationSource } from '../observation';
import type { ViolationState } from './violation-life';

/** One move of a tag that may not move. Only `tag-records.service.ts` opens and settles it. */
@Entity('violations')
@Index('uq_violations_open', ['openRecordId'], { unique: true })
@Index('ix_violations_record', ['tagRecordId', 'id'])
@Index('ix_violations_state', ['state', 'id'])
@Index('ix_violations_project', ['project', 'state', 'id'])
export class Violation {
  @IdColumn()
  id: string;

  @TextColumn(36)
  tagRecordId: string;

  /** The record's id while this is open, so that a tag has one open violation; null afterwards. */
  @TextColumn(36, { nullable: true })
  openRecordId: string | null;

  @TextColumn(255)
  project: string;

  /** Without the project. */
  @TextColumn(255)
  repository: string;

  @TextColumn(128)
  tag: string;

  /** Where the tag belongs. */
  @TextColumn(71)
  recordedDigest: string;

  /** Where the tag was last seen before; the recorded digest, unless it had moved already. */
  @TextColumn(71)
  fromDigest: string;

  @TextColumn(71)
  toDigest: string;

  /** The move was made at the earliest, by what was seen before; null where nothing was. */
  @TimeColumn({ nullable: true })
  earliestAt: Date | null;

  /** The move was made at the latest. */
  @TimeColumn()
  latestAt: Date;

  /** Harbor's own time of the move, and the Harbor user who made it; null where the audit log did not tell. */
  @TimeColumn({ nullable: true })
  changedAt: Date | null;

  @TextColumn(255, { nullable: true })
  changedBy: string | null;

  /** By what it was noticed. */
  @TextColumn(16)
  source: ObservationSource;

  @TextColumn(16)
  state: ViolationState;

  /** The violation of the same tag that this one followed, when that was still open. */
  @TextColumn(36, { nullable: true })
  follows: string | null;

  @TimeColumn()
  openedAt: Date;

  @TimeColumn({ nullable: true })
  settledAt: Date | null;

  /** `berth`, or the username of the admin who acknowledged; null while open, and where somebody else put it back. */
  @TextColumn(255, { nullable: true })
  settledBy: string | null;

  /** Of the acknowledgement. */
  @TextColumn(1000, { nullable: true })
  reason: string | null;

  /** The acknowledgement made the new digest the recorded one. */
  @FlagColumn()
  acceptedNewDigest: boolean;

  @CountColumn()
  version: number;
}
