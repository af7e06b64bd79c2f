import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseConfig } from '../../src/config/config';
import { mariadb, type TestDatabase } from '../servers/mariadb';

async function sqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-database-'));
  return { url: `sqlite:${join(folder, 'berth.sqlite')}`, drop: () => rm(folder, { recursive: true }) };
}

/** An empty database of each kind. */
export const engines = { sqlite, mariadb };

export function databaseConfig(url: string): DatabaseConfig {
  if (url.startsWith('sqlite:')) return { type: 'sqlite', path: url.slice('sqlite:'.length) };
  return { type: url.startsWith('mysql:') ? 'mysql' : 'mariadb', url };
}
