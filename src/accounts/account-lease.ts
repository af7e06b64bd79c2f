import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../common/errors';
import { databaseTimeSql } from '../database/database-time';
import { Account } from './account.entity';

const LEASE_SECONDS = 60;
const LOOK_AGAIN_MS = 50;

/**
 * One request at a time works on an account, on whichever replica. A lease ends by itself after a minute, so a
 * crash blocks nobody for longer; each write is fenced by the lease's token.
 *
 * Harbor checks no token: a process that was frozen between `renew` and its call to Harbor can still set a
 * password after another has taken over. The newer request sets its own twice, so only a freeze between those two
 * calls and its answer shows a password that does not work; the person then resets again.
 */
@Injectable()
export class AccountLeases {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * @param waitMs how long to wait for another request that holds it
   * @throws DomainError conflict `account.busy` when it is held all that time
   */
  async take(accountId: string, waitMs = 0): Promise<AccountLease> {
    const token = uuidv7();
    const endsAt = performance.now() + waitMs;
    while (!(await this.isTakenFor(accountId, token))) {
      if (performance.now() >= endsAt) throw busy();
      await sleep(LOOK_AGAIN_MS);
    }
    return new AccountLease(this.dataSource, accountId, token);
  }

  private async isTakenFor(accountId: string, token: string): Promise<boolean> {
    const taken = await this.dataSource
      .createQueryBuilder()
      .update(Account)
      .set({ leaseToken: token, leaseUntil: () => databaseTimeSql(this.dataSource, LEASE_SECONDS) })
      .where('id = :accountId', { accountId })
      .andWhere(`(leaseUntil IS NULL OR leaseUntil < ${databaseTimeSql(this.dataSource)})`)
      .execute();
    return taken.affected === 1;
  }

  /** Does a request work on this account now? */
  async isTaken(accountId: string): Promise<boolean> {
    return this.dataSource
      .createQueryBuilder(Account, 'account')
      .where('account.id = :accountId', { accountId })
      .andWhere(`account.leaseUntil >= ${databaseTimeSql(this.dataSource)}`)
      .getExists();
  }
}

export class AccountLease {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accountId: string,
    private readonly token: string,
  ) {}

  /** Holds the account for another minute. @throws DomainError conflict `account.busy` when it was taken over */
  async renew(): Promise<void> {
    await this.write({ leaseUntil: () => databaseTimeSql(this.dataSource, LEASE_SECONDS) });
  }

  /** Writes to the account while the lease is held. @throws DomainError conflict `account.busy` when it was lost */
  async write(change: QueryDeepPartialEntity<Account>, manager = this.dataSource.manager): Promise<void> {
    const written = await manager.update(Account, { id: this.accountId, leaseToken: this.token }, change);
    if (written.affected !== 1) throw busy();
  }

  async release(): Promise<void> {
    await this.dataSource.manager.update(
      Account,
      { id: this.accountId, leaseToken: this.token },
      { leaseToken: null, leaseUntil: null },
    );
  }
}

function busy(): DomainError {
  return new DomainError('conflict', 'account.busy', {}, { retryAfterSeconds: 5 });
}
