import { existsSync } from 'node:fs';
import type { DatabaseConfig } from '../config/config';
import { createDataSource, dataSourceOptions } from '../database/data-source';
import type { DatabaseSurvey } from './doctor.database';

/** Looks at the database without changing it; a file that does not exist is not made. Never rejects. */
export async function surveyDatabase(config: DatabaseConfig): Promise<DatabaseSurvey> {
  if (config.type === 'sqlite' && !existsSync(config.path)) return { state: 'absent' };
  const dataSource = createDataSource(dataSourceOptions(config));
  try {
    await dataSource.initialize();
    return { state: 'reachable', migrationsPending: await dataSource.showMigrations() };
  } catch (error) {
    return { state: 'unreachable', reason: reasonOf(error) };
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** The driver's code; its message may carry the user's name. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
