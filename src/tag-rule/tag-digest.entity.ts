import { Entity, Index } from 'typeorm';
import {
  BytesColumn,
  CountColumn,
  FlagColumn,
  IdColumn,
  JsonColumn,
  TextColumn,
  TimeColumn,
} from '../database/columns';
import type { ArtifactPlatform } from '../harbor/harbor.types';
import type { ObservationSource } from './observation';

/** One entry of a tag's history: never deleted, and changed only once, when the log tells who it was. */
@Entity('tag_digests')
@Index('uq_tag_digests_place', ['tagRecordId', 'place'], { unique: true })
@Index('uq_tag_digests_row', ['tagRecordId', 'logRow'], { unique: true })
@Index('ix_tag_digests_first_seen', ['firstSeenAt'])
export class TagDigest {
  @IdColumn()
  id: string;

  @TextColumn(36)
  tagRecordId: string;

  /** From 1, in the order in which Berth learned of it. */
  @CountColumn()
  place: number;

  /** Null: from then on the tag was not there. */
  @TextColumn(71, { nullable: true })
  digest: string | null;

  /** Of an index: what a client that resolved its platform holds. Empty for what no look saw. */
  @JsonColumn()
  platforms: ArtifactPlatform[];

  /** A look saw it; else only Harbor's audit log told of it, as of a move that was undone between two looks. */
  @FlagColumn()
  looked: boolean;

  /** By what it was first noticed. */
  @TextColumn(16)
  source: ObservationSource;

  /** The tag came here at the earliest, by what was seen before; null for the first. */
  @TimeColumn({ nullable: true })
  notBefore: Date | null;

  /** When Berth learned of it: the tag came here at the latest. */
  @TimeColumn()
  firstSeenAt: Date;

  /** Harbor's own time of the change, and the Harbor user who made it; null where the audit log did not tell. */
  @TimeColumn({ nullable: true })
  changedAt: Date | null;

  @TextColumn(255, { nullable: true })
  changedBy: string | null;

  /** Of the audit log's row that told it. */
  @BytesColumn({ nullable: true })
  logRow: number | null;
}
