import 'reflect-metadata';
import { loadConfigFromProcess } from '../config/load-config';
import { dataSourceOptions, migrateAndClose } from './data-source';

/** `npm run migration:run`: what a starting Berth does too, for those who migrate as a step of its own. */
async function main(): Promise<void> {
  const names = await migrateAndClose(dataSourceOptions(loadConfigFromProcess().database));
  console.log(names.length === 0 ? 'The database is up to date.' : `Migrated: ${names.join(', ')}.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
