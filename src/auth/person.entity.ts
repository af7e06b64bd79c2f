import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** Why the directory counts a person as away: no entry any more, or one that the configured filter calls disabled. */
export type Absence = 'gone' | 'disabled';

/** Why a person is offboarded; `admin` decided it, so that a login alone does not bring the person back. */
export type OffboardingCause = Absence | 'admin';

/**
 * Someone of the directory who logged in at least once, or for whom the platform acted.
 * Identity is `directoryId`; the username may change when the entry is renamed.
 */
@Entity('persons')
@Index('uq_persons_directory_id', ['directoryId'], { unique: true })
@Index('uq_persons_username_key', ['usernameKey'], { unique: true })
@Index('ix_persons_offboarding_changed', ['offboardingChangedAt'])
@Index('ix_persons_absent_since', ['absentSince'])
@Index('ix_persons_offboarded', ['offboardedAt'])
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

  /** When the directory last told the person's groups (`person-group.entity.ts`). */
  @TimeColumn({ nullable: true })
  groupsSeenAt: Date | null;

  /** When a search of everybody first missed the person; null while the directory has them. */
  @TimeColumn({ nullable: true })
  absentSince: Date | null;

  @TextColumn(16, { nullable: true })
  absentBecause: Absence | null;

  /** In how many searches of everybody, one after the other, the person was away. */
  @CountColumn()
  absences: number;

  /** From then on Berth lets the person do nothing. */
  @TimeColumn({ nullable: true })
  offboardedAt: Date | null;

  @TextColumn(16, { nullable: true })
  offboardedBecause: OffboardingCause | null;

  /** What an admin said about it. */
  @TextColumn(512, { nullable: true })
  offboardedReason: string | null;

  /** When Harbor, too, was seen to let the person do nothing any more; null before that. */
  @TimeColumn({ nullable: true })
  suspendedAt: Date | null;

  /** When the person was last offboarded or came back; every replica reads what changed lately. */
  @TimeColumn({ nullable: true })
  offboardingChangedAt: Date | null;

  /** Another entry that came with this person's username, until an admin decides whose it is. */
  @TextColumn(255, { nullable: true })
  rivalDirectoryId: string | null;

  @TextColumn(256, { nullable: true })
  rivalDisplayName: string | null;

  @TimeColumn({ nullable: true })
  rivalSeenAt: Date | null;
}
