import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { getServerVariable } from './environment';

export interface TestDatabase {
  /** `mariadb://user:password@host:port/name`, of a database that is empty and nobody else's. */
  url: string;
  /** Removes the database. Close your own connections first. */
  drop(): Promise<void>;
}

/** A fresh database on the real MariaDB. */
export async function mariadb(): Promise<TestDatabase> {
  const server = getServerVariable('BERTH_TEST_MARIADB_URL');
  const name = `berth_test_${process.env.JEST_WORKER_ID ?? '0'}_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => query(server, `DROP DATABASE IF EXISTS ${name}`) };
}

async function query(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'));
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
