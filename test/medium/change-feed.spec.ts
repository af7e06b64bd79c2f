import type { DataSource } from 'typeorm';
import { ChangeFeed } from '../../src/changes/change-feed';
import { Changes } from '../../src/changes/changes';
import { Clock } from '../../src/common/clock';
import type { Config } from '../../src/config/config';
import { createDataSource, dataSourceOptions, migrateAndClose } from '../../src/database/data-source';
import { mariadb, type TestDatabase } from '../servers/mariadb';
import { databaseConfig } from './database-engines';

/** Longer than anybody waits for the database. */
const BUSY_MS = 400;
/** So that what was seen is no longer good. */
const OUTDATED_MS = 1_100;

function beBusy(): void {
  const endsAtMs = performance.now() + BUSY_MS;
  while (performance.now() < endsAtMs) continue;
}

describe('ChangeFeed', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let feed: ChangeFeed;

  beforeAll(async () => {
    database = await mariadb();
    const config: Pick<Config, 'database'> = { database: databaseConfig(database.url) };
    const options = dataSourceOptions(config.database);
    await migrateAndClose(options);
    dataSource = createDataSource(options);
    feed = new ChangeFeed(new Changes(new Clock()), dataSource, config as Config);
    await feed.onModuleInit();
  });
  afterAll(async () => {
    await feed.onModuleDestroy();
    await database.drop();
  });

  it('does not take the database for away when it is this process that is late', async () => {
    const busy = setInterval(beBusy, 1);
    try {
      const endsAtMs = performance.now() + 3 * OUTDATED_MS;
      do {
        expect(await feed.catchUp()).toBe(true);
      } while (performance.now() < endsAtMs);
    } finally {
      clearInterval(busy);
    }
  });
});
