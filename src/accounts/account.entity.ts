import { Entity, Index } from 'typeorm';
import { CountColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** Whether a password that Berth issued works: `unknown` while one is being set, and after a crash in there. */
export type CredentialsState = 'none' | 'issued' | 'unknown';

/** A person's Harbor user. The row is written before the first call to Harbor, and is the proof of ownership. */
@Entity('accounts')
@Index('uq_accounts_person', ['personId'], { unique: true })
@Index('uq_accounts_harbor_username', ['harborUsername'], { unique: true })
@Index('ix_accounts_harbor_user', ['harborUserId'])
export class Account {
  @IdColumn()
  id: string;

  @TextColumn(36)
  personId: string;

  @TextColumn(255)
  harborUsername: string;

  /** Null until Berth saw that it made the user. */
  @CountColumn({ nullable: true })
  harborUserId: number | null;

  /** Stands in the comment of a user that is being made, so that after a crash it is known to be ours. */
  @TextColumn(30)
  intentMark: string;

  @TextColumn(16)
  credentialsState: CredentialsState;

  @TimeColumn({ nullable: true })
  credentialsIssuedAt: Date | null;

  /** Null until project, rule, user and membership were all seen in place. */
  @TimeColumn({ nullable: true })
  readyAt: Date | null;

  /** Who works on this account now; by the database's clock. */
  @TextColumn(36, { nullable: true })
  leaseToken: string | null;

  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}
