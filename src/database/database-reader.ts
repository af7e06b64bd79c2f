import libsql from 'libsql';
import { LRUCache } from 'lru-cache';
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import type { DatabaseConfig } from '../config/config';
import { connectMysql } from './mysql-socket';

const CONNECT_TIMEOUT_MS = 2000;
const SILENCE_MS = 2000;
const SQLITE_BUSY_TIMEOUT_MS = 1000;
const KEPT_STATEMENTS = 200;

export type SqlValue = string | number | null;

/**
 * Reads on connections of its own, apart from everything else that Berth does with the database, by prepared
 * statements and without entities. Sees what is committed. Times come as text (`readTime`), flags as 0 or 1.
 */
export abstract class DatabaseReader {
  /** Throws what the driver throws, after at most two seconds of silence (database-errors.ts). */
  abstract read<Row extends object>(sql: string, values: readonly SqlValue[]): Promise<Row[]>;

  abstract close(): Promise<void>;

  /** Connects at the first question. `connections` counts on a server; SQLite has one. */
  static of(database: DatabaseConfig, connections: number): DatabaseReader {
    return database.type === 'sqlite'
      ? new SqliteReader(database.path)
      : new ServerReader(database.url, connections);
  }
}

/** A time column, which both kinds of databases write as `2026-11-22 01:02:03.004`. */
export function readTime(text: string): Date {
  return new Date(`${text.replace(' ', 'T')}Z`);
}

class ServerReader extends DatabaseReader {
  private readonly pool: Pool;

  constructor(text: string, connections: number) {
    super();
    const url = new URL(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = url.port === '' ? 3306 : Number(url.port);
    this.pool = createPool({
      host,
      port,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      charset: 'UTF8MB4_BIN',
      timezone: 'Z',
      dateStrings: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      connectionLimit: connections,
      maxPreparedStatements: KEPT_STATEMENTS,
      stream: () => connectMysql(host, port, SILENCE_MS),
    });
  }

  override async read<Row extends object>(sql: string, values: readonly SqlValue[]): Promise<Row[]> {
    const [rows] = await this.pool.execute<(Row & RowDataPacket)[]>(sql, [...values]);
    return rows;
  }

  override async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Beside the connection that writes: in WAL mode a reader waits for nobody and sees no open transaction. */
class SqliteReader extends DatabaseReader {
  private database: libsql.Database | null = null;
  private readonly statements = new LRUCache<string, libsql.Statement>({ max: KEPT_STATEMENTS });

  constructor(private readonly path: string) {
    super();
  }

  override async read<Row extends object>(sql: string, values: readonly SqlValue[]): Promise<Row[]> {
    const statement = this.statements.get(sql) ?? this.open().prepare(sql);
    this.statements.set(sql, statement);
    // The statement says what a row has.
    return Promise.resolve(statement.all(...values) as Row[]);
  }

  override async close(): Promise<void> {
    this.statements.clear();
    this.database?.close();
    this.database = null;
    return Promise.resolve();
  }

  private open(): libsql.Database {
    if (this.database === null) {
      this.database = new libsql(this.path);
      this.database.pragma(`busy_timeout = ${SQLITE_BUSY_TIMEOUT_MS}`);
      this.database.pragma('query_only = ON');
    }
    return this.database;
  }
}
