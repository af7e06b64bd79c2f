import { Entity, Index } from 'typeorm';
import { BytesColumn, CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

import type { TagPolicy } from './tag-policy';

export type ProjectKind = 'personal' | 'shared';
export type Visibility = 'private' | 'public';

/** A Harbor project that Berth keeps. The row is written before the first call to Harbor. */
@Entity('projects')
@Index('uq_projects_name', ['name'], { unique: true })
@Index('uq_projects_owner', ['ownerPersonId'], { unique: true })
export class Project {
  @IdColumn()
  id: string;

  @TextColumn(255)
  name: string;

  @TextColumn(16)
  kind: ProjectKind;

  /** The person whose personal project this is, and a person has one; null for a shared project. */
  @TextColumn(36, { nullable: true })
  ownerPersonId: string | null;

  /** As it should be; what Harbor says otherwise is drift. A personal project is private. */
  @TextColumn(16)
  visibility: Visibility;

  @TextColumn(255)
  description: string;

  /** As it should be. */
  @BytesColumn()
  quotaBytes: number;

  /** What is done about tags that moved; null: what the site says. */
  @TextColumn(16, { nullable: true })
  tagPolicy: TagPolicy | null;

  /** From this severity on Harbor lets nobody pull, as it said last; null: no such limit. */
  @TextColumn(16, { nullable: true })
  vulnerabilityLimit: string | null;

  /** Null until Berth saw that it made the project. */
  @CountColumn({ nullable: true })
  harborProjectId: number | null;

  /** Harbor's time when Berth last saw the name free and set out to make the project. */
  @TimeColumn({ nullable: true })
  intentAt: Date | null;

  /** Null until a shared project was seen complete; of a personal one its account says so. */
  @TimeColumn({ nullable: true })
  readyAt: Date | null;

  /** Who changes this project now; by the database's clock. */
  @TextColumn(36, { nullable: true })
  leaseToken: string | null;

  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;

  /** Of what people set: description, visibility, quota. */
  @CountColumn()
  version: number;

  @TimeColumn()
  createdAt: Date;
}
