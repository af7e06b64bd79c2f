import libsql from 'libsql';
import { LRUCache } from 'lru-cache';
import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import type { DatabaseConfig } from '../config/config';
import { entities } from './entities';
import { migrate } from './migrate';
import { migrations } from './migrations';
import { connectMysql } from './mysql-socket';
import { serialiseSqlite } from './sqlite-query-runners';
import { SqliteTurns } from './sqlite-turns';

const CONNECT_TIMEOUT_MS = 5000;
/** No statement of Berth takes long; migrations do, and have a connection without this limit. */
const SILENCE_MS = 5000;
const SQLITE_TURN_TIMEOUT_MS = 5000;
/** How long SQLite waits for another process (a command, beside the running Berth); it blocks this one meanwhile. */
const SQLITE_BUSY_TIMEOUT_MS = 5000;
const SQLITE_KEPT_STATEMENTS = 200;

type Classes = MixedList<new () => object>;

/** The tables and migrations; Berth's own unless a test says otherwise. */
export interface Schema {
  entities: Classes;
  migrations: Classes;
}

const BERTH: Schema = { entities: [...entities], migrations: [...migrations] };

/** What TypeORM needs to know of this database. */
export function dataSourceOptions(database: DatabaseConfig, schema: Schema = BERTH): DataSourceOptions {
  const common = { ...schema, synchronize: false, logging: false } as const;
  if (database.type === 'sqlite') {
    return {
      ...common,
      type: 'better-sqlite3',
      driver: libsql,
      database: database.path,
      enableWAL: true,
      statementCacheSize: 0,
      prepareDatabase: prepareSqlite,
    };
  }
  const url = new URL(database.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 3306 : Number(url.port);
  return {
    ...common,
    type: database.type,
    host,
    port,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'UTF8MB4_BIN',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT_MS,
    poolSize: 10,
    extra: { stream: () => connectMysql(host, port, SILENCE_MS) },
  };
}

/** A data source that is safe for concurrent callers; not connected yet. Every use of TypeORM starts here. */
export function createDataSource(options: DataSourceOptions): DataSource {
  const dataSource = new DataSource(options);
  if (options.type === 'better-sqlite3') serialiseSqlite(dataSource, new SqliteTurns(SQLITE_TURN_TIMEOUT_MS));
  return dataSource;
}

/** Connected, once the database is migrated. Throws what the driver throws, with nothing left open. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  if (options.type !== 'better-sqlite3') {
    await migrateAndClose(options);
    return createDataSource(options).initialize();
  }
  const dataSource = await createDataSource(options).initialize();
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

/** Answers the names of the migrations that were run. Throws what the driver throws, with nothing left open. */
export async function migrateAndClose(options: DataSourceOptions): Promise<string[]> {
  const isServer = options.type === 'mysql' || options.type === 'mariadb';
  const patient = isServer ? { ...options, extra: {}, poolSize: 1 } : options;
  const dataSource = await createDataSource(patient).initialize();
  try {
    return await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

function prepareSqlite(database: libsql.Database): void {
  database.pragma(`busy_timeout = ${SQLITE_BUSY_TIMEOUT_MS}`);
  database.pragma('synchronous = FULL');
  keepStatements(database);
}

/**
 * TypeORM keeps prepared statements in the query runner, and each caller has one of its own; preparing takes a third
 * of the time of a short question. Statements are synchronous, so two callers never use one at the same time.
 */
function keepStatements(database: libsql.Database): void {
  const prepare = database.prepare.bind(database);
  const kept = new LRUCache<string, libsql.Statement>({ max: SQLITE_KEPT_STATEMENTS });
  const prepareOnce = (sql: string): libsql.Statement => {
    // libsql changes the statements of pragmas (`pluck`).
    if (sql.startsWith('PRAGMA')) return prepare(sql);
    const statement = kept.get(sql) ?? prepare(sql);
    kept.set(sql, statement);
    return statement;
  };
  Object.assign(database, { prepare: prepareOnce });
}
