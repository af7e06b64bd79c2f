import 'reflect-metadata';
import { loadConfigFromProcess } from '../config/load-config';
import { createDataSource, dataSourceOptions } from './data-source';
import { migrate } from './migrate';

/** `npm run migration:run`: what a starting Berth does too, for those who migrate as a step of its own. */
async function main(): Promise<void> {
  const dataSource = await createDataSource(dataSourceOptions(loadConfigFromProcess().database)).initialize();
  try {
    const names = await migrate(dataSource);
    console.log(names.length === 0 ? 'The database is up to date.' : `Migrated: ${names.join(', ')}.`);
  } finally {
    await dataSource.destroy();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
