import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

/** Those who come so soon after the first are committed with it. */
const GATHER_MS = 3;
const MOST_TOGETHER = 32;

interface Waiting {
  run: (manager: EntityManager) => Promise<void>;
  settle: (error: unknown) => void;
}

/**
 * Many small transactions as one. SQLite has one writer, whose every commit waits for the disk and stops the whole
 * process meanwhile; a server commits together by itself, and there one that waits for a lock would hold up the rest.
 */
export class CommitTogether {
  private readonly waiting: Waiting[] = [];
  private running: Promise<void> | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Resolves once it is committed. Where one of them fails all are done again, each in a transaction of its own.
   * @param work what it does besides its writes it does twice then
   */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (this.dataSource.options.type !== 'better-sqlite3') return this.dataSource.transaction(work);
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | null = null;
      this.waiting.push({
        run: async (manager) => {
          result = { value: await work(manager) };
        },
        settle: (error) => {
          if (result === null || error !== null)
            reject(error instanceof Error ? error : new Error('not run'));
          else resolve(result.value);
        },
      });
      this.running ??= this.commitAll().finally(() => (this.running = null));
    });
  }

  private async commitAll(): Promise<void> {
    while (this.waiting.length > 0) {
      if (this.waiting.length < MOST_TOGETHER) await sleep(GATHER_MS);
      await this.commit(this.waiting.splice(0, MOST_TOGETHER));
    }
  }

  private async commit(together: readonly Waiting[]): Promise<void> {
    if (together.length > 1 && (await this.failureOf(together)) === null) {
      for (const { settle } of together) settle(null);
      return;
    }
    for (const one of together) one.settle(await this.failureOf([one]));
  }

  /** The error that rolled all of them back, or null. */
  private async failureOf(together: readonly Waiting[]): Promise<unknown> {
    try {
      await this.dataSource.transaction(async (manager) => {
        for (const { run } of together) await run(manager);
      });
      return null;
    } catch (error) {
      return error;
    }
  }
}
