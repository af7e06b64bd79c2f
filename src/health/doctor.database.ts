import type { Config } from '../config/config';
import { ok, problem, warning, type Finding } from './finding';
import { networkAdvice } from './network-advice';

/** What was seen of the database: `absent` is an SQLite file that does not exist yet. */
export type DatabaseSurvey =
  | { state: 'reachable'; migrationsPending: boolean }
  | { state: 'absent' }
  | { state: 'unreachable'; reason: string };

const DENIED = /ACCESS_DENIED|DBACCESS_DENIED|BAD_DB/;

/** Can Berth keep what it knows? */
export async function examineDatabase(
  config: Config['database'],
  survey: () => Promise<DatabaseSurvey>,
): Promise<Finding[]> {
  const found = await survey();
  const single =
    config.type === 'sqlite'
      ? [
          warning(
            'the database is an SQLite file',
            'Berth may run as one replica only, and the file is all there is: no server backs it up',
            'Fine for a small site; for more, set DATABASE_URL to mysql:// or mariadb://.',
          ),
        ]
      : [];
  return [...examineState(found), ...single];
}

function examineState(found: DatabaseSurvey): Finding[] {
  switch (found.state) {
    case 'absent':
      return [ok('the SQLite file does not exist yet; the first start makes it')];
    case 'unreachable':
      return [
        problem(
          `the database cannot be used (${found.reason})`,
          'Berth does not start',
          DENIED.test(found.reason)
            ? 'Correct user, password and database in DATABASE_URL, and grant that user all rights on that database.'
            : networkAdvice(found.reason, { url: 'DATABASE_URL', ca: null }),
        ),
      ];
    case 'reachable':
      return [ok('the database answers'), examineMigrations(found.migrationsPending)];
  }
}

function examineMigrations(pending: boolean): Finding {
  if (!pending) return ok('the tables are up to date');
  return warning(
    'the tables are not up to date',
    'this version of Berth has not started on this database yet',
    'Start it, or run "npm run migration:run"; make a backup first.',
  );
}
