import { mkdtempSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSourceOptions, openDataSource } from '../database/data-source';
import { surveyDatabase } from './database-survey';
import { examineDatabase, type DatabaseSurvey } from './doctor.database';

describe('the doctor on the database', () => {
  it.each<[DatabaseSurvey, string[]]>([
    [{ state: 'reachable', migrationsPending: false }, []],
    [{ state: 'reachable', migrationsPending: true }, ['warning: the tables are not up to date']],
    [
      { state: 'unreachable', reason: 'ER_ACCESS_DENIED_ERROR' },
      ['problem: the database cannot be used (ER_ACCESS_DENIED_ERROR)'],
    ],
  ])('judges %j', async (survey, expected) => {
    const findings = await examineDatabase({ type: 'mysql', url: 'mysql://db/berth' }, () =>
      Promise.resolve(survey),
    );
    const complaints = findings.filter(({ severity }) => severity !== 'ok');
    expect(complaints.map(({ severity, what }) => `${severity}: ${what}`)).toEqual(expected);
  });

  it('says that SQLite is for one replica', async () => {
    const findings = await examineDatabase({ type: 'sqlite', path: 'x' }, () =>
      Promise.resolve({ state: 'absent' }),
    );
    expect(findings.map(({ severity }) => severity)).toEqual(['ok', 'warning']);
  });
});

describe('surveyDatabase', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'berth-doctor-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('does not make an SQLite file that is not there', async () => {
    const path = join(folder, 'absent.db');
    expect(await surveyDatabase({ type: 'sqlite', path })).toEqual({ state: 'absent' });
    expect(existsSync(path)).toBe(false);
  });

  it('sees that a migrated database is up to date', async () => {
    const path = join(folder, 'berth.db');
    await (await openDataSource(dataSourceOptions({ type: 'sqlite', path }))).destroy();
    expect(await surveyDatabase({ type: 'sqlite', path })).toEqual({
      state: 'reachable',
      migrationsPending: false,
    });
  });

  it('tells a database that nobody serves by the driver’s code alone', async () => {
    const url = 'mysql://berth:secret@127.0.0.1:1/berth';
    expect(await surveyDatabase({ type: 'mysql', url })).toEqual({
      state: 'unreachable',
      reason: 'ECONNREFUSED',
    });
  });
});
