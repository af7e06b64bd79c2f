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
import type { ArtifactKind, ArtifactPlatform } from '../harbor/harbor.types';
import type { ObservationSource } from './observation';
import type { TagState } from './tag-rule';

/** What Berth knows of one `project/repository:tag`. Only `tag-records.service.ts` writes it. */
@Entity('tag_records')
@Index('uq_tag_records_name', ['project', 'repository', 'tag'], { unique: true })
@Index('ix_tag_records_current', ['currentDigest'])
@Index('ix_tag_records_state', ['state'])
@Index('ix_tag_records_checked', ['checkedAt'])
export class TagRecord {
  @IdColumn()
  id: string;

  @TextColumn(255)
  project: string;

  /** Without the project: `team/nested/app`. */
  @TextColumn(255)
  repository: string;

  @TextColumn(128)
  tag: string;

  /** A project of the same name with another id is another project. */
  @CountColumn()
  harborProjectId: number;

  /** The digest first seen; null for a tag that may move. */
  @TextColumn(71, { nullable: true })
  recordedDigest: string | null;

  /** Harbor's time of the push of the recorded artifact; null where that was gone when it was recorded. */
  @TimeColumn({ nullable: true })
  recordedPushedAt: Date | null;

  /** The digest last seen; null while the tag is gone. */
  @TextColumn(71, { nullable: true })
  currentDigest: string | null;

  @TextColumn(16)
  state: TagState;

  /** Since when it is known that the tag is gone; null while it is there. */
  @TimeColumn({ nullable: true })
  goneSince: Date | null;

  /** The recorded artifact itself is not in Harbor any more. */
  @FlagColumn()
  recordedGone: boolean;

  /** Of the violation that stands, open or acknowledged; null while there is none. */
  @TextColumn(71, { nullable: true })
  flaggedDigest: string | null;

  /** Of the digest that lookups answer with. */
  @TextColumn(16)
  kind: ArtifactKind;

  @JsonColumn()
  platforms: ArtifactPlatform[];

  @BytesColumn()
  sizeBytes: number;

  @TimeColumn()
  firstSeenAt: Date;

  /** When the last look that was recorded began. */
  @TimeColumn()
  checkedAt: Date;

  @TextColumn(16)
  checkedBy: ObservationSource;

  /** When the tag was deleted through Berth: what is pushed next starts afresh. Null otherwise. */
  @TimeColumn({ nullable: true })
  retiredAt: Date | null;

  /** From 1; a new one begins with what was pushed after a deletion through Berth, or was accepted by an admin. */
  @CountColumn()
  life: number;

  /** Of Harbor's audit log: the newest row that told of this tag, and the digest after it (or `gone`). */
  @BytesColumn({ nullable: true })
  loggedRow: number | null;

  @TextColumn(71, { nullable: true })
  loggedDigest: string | null;

  /** The sweep of its project that last found it as it was, by number; null before the first. */
  @CountColumn({ nullable: true })
  sweptRound: number | null;

  /** How many entries its history has. */
  @CountColumn()
  historyCount: number;

  /** Counts what was recorded; an observation that began from an older version is not recorded. */
  @CountColumn()
  version: number;
}
