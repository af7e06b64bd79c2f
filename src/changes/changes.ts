import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryRunner } from 'typeorm';
import { Clock } from '../common/clock';
import { Change } from './change.entity';
import type { ChangeKey } from './change-key';

type Listener = (keys: readonly ChangeKey[]) => void;

/**
 * What is written here every replica forgets within a second (change-feed.ts): whoever changes what a lookup or a
 * list answers records it, in the transaction of the change.
 */
@Injectable()
export class Changes {
  private readonly uncommitted = new WeakMap<QueryRunner, Set<ChangeKey>>();
  private readonly listeners: Listener[] = [];

  constructor(private readonly clock: Clock) {}

  /**
   * Records in the transaction of `manager` what it changes. Best as its last statement.
   * @throws Error outside of a transaction: a change could be recorded that is not made, or made and not recorded
   */
  async record(manager: EntityManager, ...keys: [ChangeKey, ...ChangeKey[]]): Promise<void> {
    const { queryRunner } = manager;
    if (queryRunner?.isTransactionActive !== true) throw new Error('a change is recorded in its transaction');
    const at = this.clock.now();
    const pending = this.uncommitted.get(queryRunner) ?? new Set();
    const rows = [...new Set(keys)].filter((subject) => !pending.has(subject));
    if (rows.length === 0) return;
    for (const subject of rows) pending.add(subject);
    this.uncommitted.set(queryRunner, pending);
    await manager.insert(
      Change,
      rows.map((subject) => ({ subject, at })),
    );
  }

  /** Calls back with what changed: on this replica at the commit, of others within a second. May come twice. */
  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** For the feed. */
  announce(keys: readonly ChangeKey[]): void {
    for (const listener of this.listeners) listener(keys);
  }

  /** For the feed: the transaction ended. Savepoints within it are no end. */
  end(queryRunner: QueryRunner, isCommitted: boolean): void {
    if (queryRunner.isTransactionActive) return;
    const keys = this.uncommitted.get(queryRunner);
    this.uncommitted.delete(queryRunner);
    if (isCommitted && keys !== undefined) this.announce([...keys]);
  }
}
