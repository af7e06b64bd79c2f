import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { Created, HarborUser } from '../harbor/harbor.types';
import type { Account } from './account.entity';
import type { AccountLease } from './account-lease';

export interface NewHarborUser {
  email: string;
  password: string;
}

/** A person's user in Harbor: made, recognised as ours, given a password, made project admin. */
@Injectable()
export class HarborUsers {
  constructor(private readonly harbor: HarborClient) {}

  /** What has the account's name; `bearsMark` when it was made by the intent that is written in the account. */
  async observe(account: Account): Promise<{ id: number; bearsMark: boolean } | null> {
    const found = await this.harbor.findUser(account.harborUsername);
    return found === null ? null : { id: found.id, bearsMark: bearsMark(account, found) };
  }

  /**
   * Sets out to make the user with this password. The account gets the intent that is pending from here on.
   * @throws outages of Harbor: then it may have been made
   */
  async make(account: Account, user: NewHarborUser, lease: AccountLease): Promise<Created> {
    const intentMark = account.harborUserId === null ? account.intentMark : newIntentMark();
    const intent = { harborUserId: null, intentMark };
    await setOut(lease, intent);
    Object.assign(account, intent);
    return this.create(account, intentMark, user);
  }

  /**
   * The user, made with this password where there is none; one that is there stays as it is.
   * @returns the user's id in Harbor
   * @throws DomainError conflict `account.name-not-owned`, `account.replaced`; outages of Harbor
   */
  async ensure(account: Account, user: NewHarborUser, lease: AccountLease): Promise<number> {
    const found = await this.harbor.findUser(account.harborUsername);
    if (found !== null) return recognise(account, found);
    const intentMark = account.harborUserId === null ? account.intentMark : newIntentMark();
    const credentialsState = account.credentialsState === 'none' ? 'none' : 'unknown';
    await lease.write({ harborUserId: null, intentMark, credentialsState });
    const made = await this.create(account, intentMark, user);
    if (made.outcome === 'created') return made.id;
    const late = await this.harbor.findUser(account.harborUsername);
    if (late === null) throw nameNotOwned(account);
    return recognise({ ...account, harborUserId: null, intentMark }, late);
  }

  /** The id of the account's user, where it is there. @throws as ensure */
  async find(account: Account): Promise<number | null> {
    const found = await this.harbor.findUser(account.harborUsername);
    return found === null ? null : recognise(account, found);
  }

  private async create(account: Account, intentMark: string, user: NewHarborUser): Promise<Created> {
    return this.harbor.createUser({
      username: account.harborUsername,
      email: user.email,
      realName: account.harborUsername,
      comment: intentMark,
      password: user.password,
    });
  }

  /** The user's own membership of the project; null where it has none. */
  async observeMembership(project: string, userId: number): Promise<{ id: number; isAdmin: boolean } | null> {
    const members = await this.harbor.listMembers(project);
    const member = members.find(({ entityType, entityId }) => entityType === 'user' && entityId === userId);
    return member === undefined ? null : { id: member.id, isAdmin: member.role === 'admin' };
  }

  async addProjectAdmin(project: string, userId: number, lease: AccountLease): Promise<Created> {
    await lease.renew();
    return this.harbor.addMember(project, userId, 'admin');
  }

  async raiseToProjectAdmin(project: string, membershipId: number, lease: AccountLease): Promise<void> {
    await lease.renew();
    await this.harbor.setMemberRole(project, membershipId, 'admin');
  }

  /**
   * When this returns, Harbor has confirmed the password: setting the same again is refused as identical, a proof
   * that needs no login and so cannot be blocked by somebody's wrong tries.
   */
  async resetPassword(userId: number, password: string, lease: AccountLease): Promise<void> {
    await setOut(lease);
    await this.harbor.setPassword(userId, password);
    await this.harbor.setPassword(userId, password);
  }
}

/** From here until Harbor's answer is recorded nobody knows which password works. */
async function setOut(lease: AccountLease, intent: Partial<Account> = {}): Promise<void> {
  await lease.write({ credentialsState: 'unknown', ...intent });
}

/** Fits Harbor's comment of at most 30 bytes. */
export function newIntentMark(): string {
  return `berth ${randomBytes(12).toString('hex')}`;
}

function recognise(account: Account, found: HarborUser): number {
  if (account.harborUserId === found.id) return found.id;
  if (account.harborUserId !== null) {
    throw new DomainError('conflict', 'account.replaced', { harborUsername: account.harborUsername });
  }
  if (!bearsMark(account, found)) throw nameNotOwned(account);
  return found.id;
}

function bearsMark(account: Account, found: HarborUser): boolean {
  return found.comment === account.intentMark && !found.isSystemAdmin;
}

function nameNotOwned(account: Account): DomainError {
  return new DomainError('conflict', 'account.name-not-owned', { harborUsername: account.harborUsername });
}
