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
import type { TagState } from './tag-rule';

/** What Berth knows of one `project/repository:tag`. Only `tag-records.service.ts` writes it. */
@Entity('tag_records')
@Index('uq_tag_records_name', ['project', 'repository', 'tag'], { unique: true })
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

  /** The digest last seen; null while the tag is gone. */
  @TextColumn(71, { nullable: true })
  currentDigest: string | null;

  @TextColumn(16)
  state: TagState;

  /** The recorded artifact itself is not in Harbor any more. */
  @FlagColumn()
  recordedGone: boolean;

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

  /** Counts what was recorded; an observation that began from an older version is not recorded. */
  @CountColumn()
  version: number;
}
