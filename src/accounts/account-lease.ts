import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DomainError } from '../common/errors';
import { CONFIG } from '../config/config.module';
import type { Config } from '../config/config';
import { databaseTimeSql } from '../database/database-time';
import { Account } from './account.entity';

/** One may go by before a renewal, one is what follows it, and one is to spare for a slow process. */
const DEADLINES_IN_A_LEASE = 3;
const LOOK_AGAIN_MS = 50;

/**
 * One request at a time works on an account, on whichever replica. A lease holds through each write to Harbor and
 * ends by itself after three of Harbor's deadlines (30 s), so a crash blocks nobody for longer; each write to Berth's
 * own tables is fenced by the lease's token.
 *
 * Harbor checks no token: a process that was frozen between `renew` and its call to Harbor, for longer than a lease,
 * can still make what is absent (Harbor keeps it single, and it bears our mark) or set a password after another has
 * taken over. The newer request sets its own twice, so only a call that lands between the second and the person's
 * first login leaves a password that was shown and does not work; a reset mends it.
 */
@Injectable()
export class AccountLeases {
  private readonly leaseSeconds: number;
  /** Who works on an account in this process: the others wait here, without asking the database. */
  private readonly turns = new Map<string, Promise<void>>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) { harbor }: Config,
  ) {
    this.leaseSeconds = Math.ceil((DEADLINES_IN_A_LEASE * harbor.deadlineMs) / 1000);
    if (harbor.deadlineMs * 2 >= this.leaseSeconds * 1000) {
      throw new RangeError('a deadline of Harbor must be less than half a lease');
    }
  }

  /**
   * @param waitMs how long to wait for another request that holds it
   * @throws DomainError conflict `account.busy` when it is held all that time
   */
  async take(accountId: string, waitMs = 0): Promise<AccountLease> {
    const endsAt = performance.now() + waitMs;
    const endTurn = await this.takeTurn(accountId, endsAt);
    try {
      const token = uuidv7();
      let askedAt = performance.now();
      while (!(await this.isTakenFor(accountId, token))) {
        if (performance.now() >= endsAt) throw busy();
        await sleep(LOOK_AGAIN_MS);
        askedAt = performance.now();
      }
      return new AccountLease(this.dataSource, this.leaseSeconds, accountId, token, askedAt, endTurn);
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  private async takeTurn(accountId: string, endsAt: number): Promise<() => void> {
    for (;;) {
      const running = this.turns.get(accountId);
      if (running === undefined) break;
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) throw busy();
      await Promise.race([running, sleep(leftMs, undefined, { ref: false })]);
    }
    let end = (): void => undefined;
    const turn = new Promise<void>((resolve) => (end = resolve));
    this.turns.set(accountId, turn);
    return () => {
      if (this.turns.get(accountId) === turn) this.turns.delete(accountId);
      end();
    };
  }

  private async isTakenFor(accountId: string, token: string): Promise<boolean> {
    const taken = await this.dataSource
      .createQueryBuilder()
      .update(Account)
      .set({ leaseToken: token, leaseUntil: () => databaseTimeSql(this.dataSource, this.leaseSeconds) })
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
  private isReleased = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly seconds: number,
    private readonly accountId: string,
    private readonly token: string,
    /** When it was taken or renewed last, by this process's own clock, or earlier. */
    private renewedAt: number,
    private readonly endTurn: () => void,
  ) {}

  /**
   * Called before each write to Harbor, which then ends within the lease: it is renewed when a third of it is over.
   * @throws DomainError conflict `account.busy` when it was taken over
   */
  async renew(): Promise<void> {
    if (performance.now() - this.renewedAt < (this.seconds * 1000) / DEADLINES_IN_A_LEASE) return;
    await this.write({});
  }

  /**
   * Writes to the account, and holds it for another lease.
   * @throws DomainError conflict `account.busy` when the lease was lost
   */
  async write(change: QueryDeepPartialEntity<Account>, manager = this.dataSource.manager): Promise<void> {
    const renewedAt = performance.now();
    const held = { leaseUntil: () => databaseTimeSql(this.dataSource, this.seconds), ...change };
    const written = await manager.update(Account, { id: this.accountId, leaseToken: this.token }, held);
    if (written.affected !== 1) throw busy();
    this.renewedAt = renewedAt;
  }

  /** The last write and what belongs to it, in one transaction; the account is free with it. @throws as `write` */
  async writeAndRelease(
    change: QueryDeepPartialEntity<Account>,
    also: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.write({ ...change, leaseToken: null, leaseUntil: null }, manager);
      await also(manager);
    });
    this.isReleased = true;
  }

  async release(): Promise<void> {
    try {
      if (this.isReleased) return;
      await this.dataSource.manager.update(
        Account,
        { id: this.accountId, leaseToken: this.token },
        { leaseToken: null, leaseUntil: null },
      );
    } finally {
      this.endTurn();
    }
  }
}

function busy(): DomainError {
  return new DomainError('conflict', 'account.busy', {}, { retryAfterSeconds: 5 });
}
