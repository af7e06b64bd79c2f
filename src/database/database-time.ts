import type { DataSource } from 'typeorm';

/**
 * SQL for the database's own clock, `plusSeconds` from now, in the form of a time column. Leases compare times of
 * this one clock, never those of two machines.
 */
export function databaseTimeSql(dataSource: DataSource, plusSeconds = 0): string {
  const seconds = Math.trunc(plusSeconds);
  return dataSource.options.type === 'better-sqlite3'
    ? `strftime('%Y-%m-%d %H:%M:%f', 'now', '${seconds} seconds')`
    : `(UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND)`;
}
