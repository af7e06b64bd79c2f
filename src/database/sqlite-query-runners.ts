import { setImmediate } from 'node:timers/promises';
import type { MutexInterface } from 'async-mutex';
import type { DataSource, QueryRunner } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner';
import type { IsolationLevel } from 'typeorm/driver/types/IsolationLevel';
import { SqliteTurns } from './sqlite-turns';

/**
 * Gives every caller a query runner of its own, and lets them onto SQLite's one connection by turns.
 *
 * TypeORM shares one query runner among all callers of SQLite: while A's transaction is open, what B commits and C
 * inserts is part of it, and gone without an error when A rolls back (sqlite-query-runners.spec.ts shows it).
 */
export function serialiseSqlite(dataSource: DataSource, turns: SqliteTurns): void {
  const { driver } = dataSource;
  if (!(driver instanceof BetterSqlite3Driver))
    throw new Error('only SQLite has one connection for all callers');
  driver.createQueryRunner = (): QueryRunner => new SqliteQueryRunner(driver, turns);
  const close = driver.disconnect.bind(driver);
  driver.disconnect = async (): Promise<void> => {
    const queryRunner = new SqliteQueryRunner(driver, turns);
    // A transaction that does not end must not keep us from closing, which rolls it back.
    await queryRunner.query('PRAGMA wal_checkpoint(TRUNCATE)').catch(() => undefined);
    await close();
  };
}

type QueryAnswer = ReturnType<BetterSqlite3QueryRunner['query']>;

/** Holds its turn for one statement, or from BEGIN to COMMIT or ROLLBACK. */
class SqliteQueryRunner extends BetterSqlite3QueryRunner {
  private endTurn: MutexInterface.Releaser | null = null;

  constructor(
    driver: BetterSqlite3Driver,
    private readonly turns: SqliteTurns,
  ) {
    super(driver);
  }

  override async query(
    statement: string,
    parameters?: unknown[],
    useStructuredResult?: boolean,
  ): QueryAnswer {
    // libsql is synchronous: many statements in a row would keep everything else from running.
    if (this.turns.countStatement() % 100 === 0) await setImmediate();
    if (this.endTurn !== null) return this.run(statement, parameters, useStructuredResult);
    const endTurn = await this.turns.take();
    try {
      return await this.run(statement, parameters, useStructuredResult);
    } finally {
      endTurn();
    }
  }

  override async startTransaction(isolationLevel?: IsolationLevel): Promise<void> {
    if (this.endTurn !== null) return super.startTransaction(isolationLevel);
    this.endTurn = await this.turns.take();
    try {
      await super.startTransaction(isolationLevel);
    } catch (error) {
      this.isTransactionActive = false;
      this.leave();
      throw error;
    }
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    if (!this.isTransactionActive) this.leave();
  }

  override async rollbackTransaction(): Promise<void> {
    const isOutermost = this.transactionDepth <= 1;
    try {
      await super.rollbackTransaction();
    } finally {
      // SQLite itself rolls back after some errors (full disk); then ROLLBACK fails, and nothing is open any more.
      if (isOutermost) {
        this.isTransactionActive = false;
        this.transactionDepth = 0;
        this.leave();
      }
    }
  }

  override async release(): Promise<void> {
    if (this.isTransactionActive) await this.rollbackTransaction();
    await super.release();
    this.isReleased = true;
  }

  private run(statement: string, parameters?: unknown[], useStructuredResult?: boolean): QueryAnswer {
    // A transaction that reads first and writes later would fail at once when another process wrote in between.
    const sql = statement === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : statement;
    return super.query(sql, parameters, useStructuredResult);
  }

  private leave(): void {
    const endTurn = this.endTurn;
    this.endTurn = null;
    endTurn?.();
  }
}
