import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

export interface ServerDatabase {
  url: string;
  drop(): Promise<void>;
}

interface Servers {
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** An empty database on MariaDB: of DATABASE_BENCH_URL, of a server that is up, or of one started for it. */
export async function serverDatabase(): Promise<ServerDatabase> {
  const given = process.env.DATABASE_BENCH_URL;
  if (given !== undefined) return { url: given, drop: () => Promise.resolve() };
  const servers = await startServers();
  const url = new URL(servers.env.BERTH_TEST_MARIADB_URL ?? process.env.BERTH_TEST_MARIADB_URL ?? '');
  const server = url.toString();
  const name = `berth_bench_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    drop: async () => {
      await query(server, `DROP DATABASE ${name}`);
      await servers.stop();
    },
  };
}

/** The module is not compiled with this one, so its path is not known before. */
async function startServers(): Promise<Servers> {
  if (process.env.BERTH_TEST_MARIADB_URL !== undefined) return { env: {}, stop: () => Promise.resolve() };
  const path = `${process.cwd()}/scripts/servers.mjs`;
  const module = (await import(path)) as { startServers(): Promise<Servers> };
  return module.startServers();
}

async function query(url: string, sql: string): Promise<void> {
  const connection = await createConnection(url.replace(/^mariadb:/, 'mysql:'));
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
