import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const STATE_FILE = join(__dirname, '..', '..', '.servers', 'state.json');

export type ServerVariable =
  | 'BERTH_TEST_MARIADB_URL'
  | 'BERTH_TEST_REDIS_URL'
  | 'BERTH_TEST_SKOPEO'
  | 'BERTH_TEST_TLS_FOLDER'
  | 'BERTH_TEST_LDAP_URL'
  | 'BERTH_TEST_LDAPS_URL'
  | 'BERTH_TEST_LDAP_BIND_DN'
  | 'BERTH_TEST_LDAP_BIND_PASSWORD'
  | 'BERTH_TEST_LDAP_BASE_DN'
  | 'BERTH_TEST_LDAP_CA_FILE';

/** Written by `node scripts/servers.mjs up`. */
function leftRunning(): Record<string, unknown> {
  if (!existsSync(STATE_FILE)) return {};
  const state: unknown = JSON.parse(readFileSync(STATE_FILE, 'utf8'));
  const env: unknown = typeof state === 'object' && state !== null && 'env' in state ? state.env : {};
  return typeof env === 'object' && env !== null ? { ...env } : {};
}

/** What `scripts/servers.mjs` says of its servers, from the environment or the servers left running; else null. */
export function findServerVariable(name: ServerVariable): string | null {
  const value = process.env[name] ?? leftRunning()[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function getServerVariable(name: ServerVariable): string {
  const value = findServerVariable(name);
  if (value !== null) return value;
  throw new Error(
    `This test needs real servers (${name} is not set). Run "npm run verify", or one command with them: ` +
      `node scripts/servers.mjs run -- npx jest --selectProjects medium; or leave them up: node scripts/servers.mjs up`,
  );
}
