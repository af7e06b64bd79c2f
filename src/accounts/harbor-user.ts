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

  /**
   * The user with this password: made where there is none, reset in place where it is ours. When this returns,
   * Harbor has confirmed the password.
   * @returns the user's id in Harbor
   * @throws DomainError conflict `account.name-not-owned`, `account.replaced`; outages of Harbor
   */
  async ensureWithPassword(account: Account, user: NewHarborUser, lease: AccountLease): Promise<number> {
    const found = await this.harbor.findUser(account.harborUsername);
    if (found !== null) {
      const userId = recognise(account, found);
      await this.setPassword(userId, user.password, lease);
      return userId;
    }
    const intentMark = account.harborUserId === null ? account.intentMark : newIntentMark();
    await setOut(lease, { harborUserId: null, intentMark });
    const made = await this.create(account, intentMark, user);
    if (made.outcome === 'exists') return this.afterConflict(account, intentMark, user.password, lease);
    return made.id;
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
    await lease.renew();
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

  /** The name was free a moment ago: the user is an earlier call of ours that was applied late, or a stranger's. */
  private async afterConflict(
    account: Account,
    intentMark: string,
    password: string,
    lease: AccountLease,
  ): Promise<number> {
    const found = await this.harbor.findUser(account.harborUsername);
    if (found === null) throw nameNotOwned(account);
    const userId = recognise({ ...account, harborUserId: null, intentMark }, found);
    await this.setPassword(userId, password, lease);
    return userId;
  }

  /** Project admin, whatever role it had. */
  async ensureProjectAdmin(project: string, userId: number, lease: AccountLease): Promise<void> {
    const members = await this.harbor.listMembers(project);
    const member = members.find(({ entityType, entityId }) => entityType === 'user' && entityId === userId);
    if (member?.role === 'admin') return;
    await lease.renew();
    if (member === undefined) await this.harbor.addMember(project, userId, 'admin');
    else await this.harbor.setMemberRole(project, member.id, 'admin');
  }

  /** Setting the same password again is refused as identical: the proof that it is set, without a login. */
  private async setPassword(userId: number, password: string, lease: AccountLease): Promise<void> {
    await setOut(lease);
    await this.harbor.setPassword(userId, password);
    await this.harbor.setPassword(userId, password);
  }
}

/** From here until Harbor's answer is recorded nobody knows which password works. */
async function setOut(lease: AccountLease, intent: Partial<Account> = {}): Promise<void> {
  await lease.renew();
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
  if (found.comment !== account.intentMark || found.isSystemAdmin) throw nameNotOwned(account);
  return found.id;
}

function nameNotOwned(account: Account): DomainError {
  return new DomainError('conflict', 'account.name-not-owned', { harborUsername: account.harborUsername });
}
