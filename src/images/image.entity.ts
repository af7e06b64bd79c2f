import { Entity, Index } from 'typeorm';
import { BytesColumn, CountColumn, IdColumn, JsonColumn, TextColumn, TimeColumn } from '../database/columns';
import type { ArtifactKind, ArtifactPlatform } from '../harbor/harbor.types';
import type { TagState } from '../tag-rule/tag-rule';
import type { ImageDescription } from './importing/image-description';

export type Visibility = 'private' | 'public';

/** What lists filter and sort an image by that changes without anybody's editing it. */
export interface ImageStanding {
  kind: ArtifactKind;
  platforms: ArtifactPlatform[];
  sizeBytes: number;
  state: TagState;
}

/** An entry of the catalog: a link that a person imported. */
@Entity('images')
@Index('uq_images_person_name', ['personId', 'name'], { unique: true })
@Index('ix_images_tag_record', ['tagRecordId'])
export class Image {
  /** UUIDv7: newer images have greater ids. */
  @IdColumn()
  id: string;

  @TextColumn(36)
  personId: string;

  /** The canonical link without the registry: `project/repository:tag`, with `@digest` where it was given. */
  @TextColumn(512)
  name: string;

  @TextColumn(255)
  project: string;

  @TextColumn(255)
  repository: string;

  @TextColumn(128, { nullable: true })
  tag: string | null;

  /** Given in the link: then the image never moves, and the tag is only a note. */
  @TextColumn(71, { nullable: true })
  digest: string | null;

  /** The tag record of a link without a digest. */
  @TextColumn(36, { nullable: true })
  tagRecordId: string | null;

  @TextColumn(120)
  description: string;

  @TextColumn(64)
  taskType: string;

  /** The person's own words for it; at most 10. */
  @JsonColumn()
  labels: string[];

  /** What it said of itself at the import. */
  @JsonColumn()
  described: ImageDescription;

  /** As at the import; of a link without a digest the tag record knows better. */
  @TextColumn(16)
  kind: ArtifactKind;

  @JsonColumn()
  platforms: ArtifactPlatform[];

  @BytesColumn()
  sizeBytes: number;

  /** As it is now, for lists (see image-standings.ts). */
  @JsonColumn()
  standing: ImageStanding;

  @TextColumn(16)
  visibility: Visibility;

  /** The description as lists by title are sorted (see search-terms.ts). */
  @TextColumn(64)
  title: string;

  /** When a job last asked for it, in milliseconds since 1970; 0: none did. */
  @BytesColumn()
  usedAtMs: number;

  /** The words it is found by, as they were stored (see search-terms.ts). */
  @TextColumn(4000)
  terms: string;

  /** Of a link with a digest: when a check first missed it in Harbor; of others the tag record says so. */
  @TimeColumn({ nullable: true })
  goneSince: Date | null;

  @CountColumn()
  version: number;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}
