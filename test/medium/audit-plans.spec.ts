import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditEntry } from '../../src/audit/audit-entry.entity';
import { AuditLog, type AuditFilter } from '../../src/audit/audit-log.service';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import type { TestDatabase } from '../servers/mariadb';
import { databaseConfig, engines } from './database-engines';
import { Listening } from './listening';
import { planOf } from './statement-plan';

const ROWS = 20_000;
const START = Date.parse('2026-01-01T00:00:00Z');

/** One row in a thousand fits each filter, as in a log that is worth filtering. */
const FILTERS: [string, AuditFilter, string][] = [
  ['person', { forPersonId: 'person-7' }, 'ix_audit_entries_person'],
  ['actor', { actorName: 'actor-7' }, 'ix_audit_entries_actor'],
  ['action', { action: 'action-7' }, 'ix_audit_entries_action'],
  ['outcome', { outcome: 'refused' }, 'ix_audit_entries_outcome'],
  ['time', { from: new Date(START + 1000), to: new Date(START + 3000) }, 'PRIMARY'],
  ['nothing', {}, 'PRIMARY'],
];

describe.each(Object.entries(engines))('reading the audit log on %s', (engine, create) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let log: AuditLog;
  const listening = new Listening();

  beforeAll(async () => {
    database = await create();
    const options = {
      ...dataSourceOptions(databaseConfig(database.url)),
      logging: ['query'],
      logger: listening,
    };
    dataSource = await createDataSource(options as ReturnType<typeof dataSourceOptions>).initialize();
    await migrate(dataSource);
    const entries = dataSource.getRepository(AuditEntry);
    for (let from = 0; from < ROWS; from += 500) {
      await entries.insert(Array.from({ length: 500 }, (_, index) => row(from + index)));
    }
    await dataSource.query(engine === 'sqlite' ? 'ANALYZE' : 'ANALYZE TABLE audit_entries');
    log = new AuditLog(entries);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each(FILTERS)('by %s reads its index in order, and sorts nothing', async (_, filter, index) => {
    const middle = uuidv7({ msecs: START + ROWS * 500, seq: 0 });
    await log.list(filter, middle, 51);
    const last = listening.asked.at(-1) ?? { sql: '', parameters: [] };
    const steps = await planOf(dataSource, last);
    // What has no filter is read in the order of the key, and only as far as the page goes.
    expect(steps).toMatchObject([{ index, sorts: false, reads: 'some' }]);
  });
});

function row(index: number): AuditEntry {
  const at = new Date(START + index * 1000);
  const part = index % 1000;
  return {
    id: uuidv7({ msecs: at.getTime(), seq: index }),
    at,
    action: `action-${part}`,
    outcome: part === 7 ? 'refused' : 'ok',
    code: null,
    actorKind: 'person',
    actorName: `actor-${part}`,
    forPersonId: `person-${part}`,
    forUsername: null,
    target: 'a target',
    requestId: null,
  };
}
