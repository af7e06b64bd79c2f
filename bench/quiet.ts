import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';

const PATIENCE_MS = 10 * 60_000;
const LOOK_EVERY_MS = 250;
/** What Berth itself writes all the time. */
const FEW_PAGES = 500;

/** Waits until Berth began to look through its projects. */
export async function untilSweeping(dataSource: DataSource): Promise<void> {
  await until('a sweep', async () => (await count(dataSource, 'startedAt IS NOT NULL')) > 0);
}

/**
 * Puts off what Berth has not swept yet, for it takes 20 projects a second at most, waits for what is under way, and
 * lets MariaDB write what it was filled with.
 */
export async function untilQuiet(dataSource: DataSource): Promise<void> {
  const due = 'dueAt = UTC_TIMESTAMP(3) + INTERVAL 1 DAY, nextDueAt = UTC_TIMESTAMP(3) + INTERVAL 1 DAY';
  await dataSource.query(`UPDATE sweep_projects SET ${due}`);
  await until('the sweeps to end', async () => (await count(dataSource, 'leaseToken IS NOT NULL')) === 0);
  await dataSource.query('SET GLOBAL innodb_io_capacity = 2000');
  await dataSource.query('SET GLOBAL innodb_max_dirty_pages_pct = 0');
  await until('MariaDB to write', async () => {
    const [row] = await dataSource.query<{ Value: string }[]>(
      "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'",
    );
    return Number(row?.Value) < FEW_PAGES;
  });
  await dataSource.query('SET GLOBAL innodb_max_dirty_pages_pct = 90');
}

async function count(dataSource: DataSource, which: string): Promise<number> {
  const [row] = await dataSource.query<{ found: string }[]>(
    `SELECT COUNT(*) AS found FROM sweep_projects WHERE ${which}`,
  );
  return Number(row?.found);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error(`waited too long for ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}
