import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** A Harbor project that Berth keeps. The row is written before the first call to Harbor. */
@Entity('projects')
@Index('uq_projects_name', ['name'], { unique: true })
@Index('uq_projects_owner', ['ownerPersonId'], { unique: true })
export class Project {
  @IdColumn()
  id: string;

  @TextColumn(255)
  name: string;

  /** The person whose personal project this is; a person has one. */
  @TextColumn(36)
  ownerPersonId: string;

  /** Null until Berth saw that it made the project. */
  @CountColumn({ nullable: true })
  harborProjectId: number | null;

  /** Harbor's time when Berth last saw the name free and set out to make the project. */
  @TimeColumn({ nullable: true })
  intentAt: Date | null;

  @TimeColumn()
  createdAt: Date;
}
