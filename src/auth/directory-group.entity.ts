import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn } from '../database/columns';

/** A group of the directory that a person was seen in, or that something was shared with. */
@Entity('directory_groups')
@Index('uq_directory_groups_directory_id', ['directoryId'], { unique: true })
@Index('ix_directory_groups_name', ['nameKey'])
export class DirectoryGroupRow {
  @IdColumn()
  id: string;

  /** The entry's own id (entryUUID or objectGUID): a group that is renamed stays the same. */
  @TextColumn(255)
  directoryId: string;

  /** As the entry wrote it when it was last seen. */
  @TextColumn(256)
  name: string;

  /** The name folded, as usernames are (see username-key.ts). */
  @TextColumn(512)
  nameKey: string;
}
