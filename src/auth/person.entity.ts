import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';

/**
 * Someone of the directory who logged in at least once, or for whom the platform acted.
 * Identity is `directoryId`; the username may change when the entry is renamed.
 */
@Entity('persons')
@Index('uq_persons_directory_id', ['directoryId'], { unique: true })
@Index('uq_persons_username_key', ['usernameKey'], { unique: true })
export class Person {
  @IdColumn()
  id: string;

  /** The entry's own id (entryUUID or objectGUID). */
  @TextColumn(255)
  directoryId: string;

  /** As the entry writes it, never as it was typed. */
  @TextColumn(256)
  username: string;

  /** The username folded (see username-key.ts): directories compare names without case. */
  @TextColumn(512)
  usernameKey: string;

  @TextColumn(256)
  displayName: string;

  @TextColumn(320, { nullable: true })
  email: string | null;

  @TimeColumn()
  createdAt: Date;

  /** When the directory was last asked about this person and knew them. */
  @TimeColumn()
  seenAt: Date;
}
