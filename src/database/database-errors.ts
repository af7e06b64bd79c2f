import { getMetadataArgsStorage, QueryFailedError } from 'typeorm';
import { DomainError } from '../common/errors';
import { SqliteTurnTimeout } from './sqlite-turns';

const UNIQUE_CODES = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/** The server is not there, refuses or drops connections, or cannot write now: asking again later makes sense. */
const AWAY_CODES = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ER_ACCESS_DENIED_ERROR',
  'ER_CON_COUNT_ERROR',
  'ER_DISK_FULL',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
]);
const AWAY_CODES_OF_SQLITE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/;

/**
 * Did this write fail because a unique key holds already? With `index`, only that index (its name in `@Index`)
 * counts. SQLite tells columns instead of the index's name; they are looked up in the entities.
 */
export function isUniqueViolation(error: unknown, index?: string): boolean {
  if (!(error instanceof QueryFailedError) || !UNIQUE_CODES.has(codeOf(error.driverError) ?? ''))
    return false;
  if (index === undefined) return true;
  const { message }: Error = error;
  // MariaDB: for key 'uq_x'; MySQL: for key 'table.uq_x'; SQLite: failed: table.column, table.column
  const key = /for key '(?:[^'.]+\.)?([^']+)'$/.exec(message)?.[1];
  return key === undefined ? message.endsWith(`: ${columnsOf(index)}`) : key === index;
}

/** Did the database give no answer, or cannot take this one now? A statement that is wrong is neither. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof SqliteTurnTimeout) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const code = codeOf(cause);
  return (
    (code !== null && (AWAY_CODES.has(code) || AWAY_CODES_OF_SQLITE.test(code))) ||
    (typeof cause === 'object' && cause !== null && 'fatal' in cause && cause.fatal === true)
  );
}

/** `upstream-unavailable` (`database.unavailable`) when the database is away; null for every other error. */
export function toDatabaseError(error: unknown): DomainError | null {
  if (!isDatabaseAway(error)) return null;
  return new DomainError(
    'upstream-unavailable',
    'database.unavailable',
    {},
    { cause: error, retryAfterSeconds: 5 },
  );
}

function codeOf(error: unknown): string | null {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : null;
}

function columnsOf(index: string): string {
  const { indices, tables } = getMetadataArgsStorage();
  const found = indices.find(({ name }) => name === index);
  if (found === undefined || !Array.isArray(found.columns))
    throw new Error(`no entity has an index ${index}`);
  const table = tables.find(({ target }) => target === found.target)?.name ?? '';
  return found.columns.map((column) => `${table}.${column}`).join(', ');
}
