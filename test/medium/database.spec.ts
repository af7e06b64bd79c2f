import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { DataSource, type MigrationInterface } from 'typeorm';
import { v7 } from 'uuid';
import { Account } from '../../src/accounts/account.entity';
import { AuditEntry } from '../../src/audit/audit-entry.entity';
import { Person } from '../../src/auth/person.entity';
import { Session } from '../../src/auth/session.entity';
import type { Config } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { loadConfig } from '../../src/config/load-config';
import { changeColumn } from '../../src/database/change-column';
import {
  createDataSource,
  dataSourceOptions,
  migrateAndClose,
  openDataSource,
} from '../../src/database/data-source';
import { isUniqueViolation, toDatabaseError } from '../../src/database/database-errors';
import { insertRows } from '../../src/database/insert-rows';
import { DatabaseModule } from '../../src/database/database.module';
import { entities } from '../../src/database/entities';
import { migrate } from '../../src/database/migrate';
import { migrationColumns } from '../../src/database/migration-columns';
import { migrations } from '../../src/database/migrations';
import { MetricsModule } from '../../src/metrics/metrics.module';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { getServerVariable } from '../servers/environment';
import type { TestDatabase } from '../servers/mariadb';
import { TcpProxy } from '../servers/tcp-proxy';
import { databaseConfig, engines } from './database-engines';

const NAMES = migrations.map(({ name }) => name);
const AT = new Date('2026-11-21T22:33:44.567Z');

let database: TestDatabase;
let opened: DataSource[] = [];
let children: ChildProcessWithoutNullStreams[] = [];

async function open(url = database.url): Promise<DataSource> {
  const dataSource = await createDataSource(dataSourceOptions(databaseConfig(url))).initialize();
  opened.push(dataSource);
  return dataSource;
}

async function openMigrated(): Promise<DataSource> {
  const dataSource = await open();
  await migrate(dataSource);
  return dataSource;
}

function start(action: 'migrate' | 'write'): ChildProcessWithoutNullStreams {
  const starter = join(__dirname, 'database-process.mjs');
  const child = spawn(process.execPath, [
    starter,
    join(__dirname, 'database-process.ts'),
    action,
    database.url,
  ]);
  children.push(child);
  return child;
}

async function outputOf(child: ChildProcessWithoutNullStreams): Promise<{ stdout: string; stderr: string }> {
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  await once(child, 'close');
  return output;
}

function person(change: Partial<Person> = {}): Person {
  const id = v7();
  const rest = { directoryId: id, username: id, usernameKey: id, displayName: 'Ada', email: null };
  const here = { absentSince: null, absentBecause: null, absences: 0 };
  const active = {
    offboardedAt: null,
    offboardedBecause: null,
    offboardedReason: null,
    suspendedAt: null,
    offboardingChangedAt: null,
  };
  const unrivalled = { rivalDirectoryId: null, rivalDisplayName: null, rivalSeenAt: null };
  const standing = { ...here, ...active, ...unrivalled, createdAt: AT, seenAt: AT };
  return Object.assign(new Person(), { id, ...rest, ...standing, ...change });
}

function tagRecord(change: Partial<TagRecord> = {}): TagRecord {
  const record: TagRecord = {
    id: v7(),
    project: 'user-ada',
    repository: 'team/demo',
    tag: 'v1',
    harborProjectId: 2_147_483_647,
    recordedDigest: null,
    currentDigest: `sha256:${'a'.repeat(64)}`,
    state: 'as-recorded',
    recordedGone: true,
    kind: 'image',
    platforms: [{ os: 'linux', architecture: 'amd64', digest: `sha256:${'b'.repeat(64)}` }],
    sizeBytes: Number.MAX_SAFE_INTEGER,
    recordedPushedAt: null,
    goneSince: null,
    flaggedDigest: null,
    firstSeenAt: AT,
    checkedAt: new Date('1970-01-01T00:00:00.001Z'),
    checkedBy: 'check',
    retiredAt: null,
    life: 1,
    loggedRow: 2 ** 52 + 1,
    loggedDigest: 'gone',
    sweptRound: null,
    historyCount: 0,
    version: 1,
  };
  return Object.assign(new TagRecord(), record, change);
}

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(
    opened.filter(({ isInitialized }) => isInitialized).map((dataSource) => dataSource.destroy()),
  );
  opened = [];
  children = [];
  await database.drop();
});

describe.each(Object.entries(engines))('the database on %s', (engine, create) => {
  beforeEach(async () => {
    database = await create();
  });

  it('is made from nothing by the migrations, once', async () => {
    const dataSource = await open();
    expect(await migrate(dataSource)).toEqual(NAMES);
    expect(await migrate(dataSource)).toEqual([]);
    expect(await dataSource.getRepository(TagRecord).count()).toBe(0);
  });

  it('does not differ from the entities', async () => {
    const dataSource = await openMigrated();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('is empty again when every migration is undone', async () => {
    const dataSource = await openMigrated();
    for (let undone = 0; undone < NAMES.length; undone++) await dataSource.undoLastMigration();
    const queryRunner = dataSource.createQueryRunner();
    const left: string[] = [];
    for (const { tableName } of dataSource.entityMetadatas) {
      if (await queryRunner.hasTable(tableName)) left.push(tableName);
    }
    await queryRunner.release();
    expect(left).toEqual([]);
  });

  it('is migrated by one process, while others that start at the same time wait', async () => {
    let go: (value: unknown) => void = () => undefined;
    const wait = new Promise((resolve) => (go = resolve));
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    class Slow1000000000000 implements MigrationInterface {
      up = (): Promise<unknown> => {
        begin();
        return wait;
      };
      down = (): Promise<void> => Promise.resolve();
    }
    const schema = { entities: [...entities], migrations: [Slow1000000000000, ...migrations] };
    const first = migrateAndClose(dataSourceOptions(databaseConfig(database.url), schema));
    await begun;
    const others = [start('migrate'), start('migrate')];
    const outputs = others.map(outputOf);
    await Promise.all(others.map(({ stdout }) => once(stdout, 'data')));
    await setTimeout(200);
    go(null);
    expect(await first).toEqual([Slow1000000000000.name, ...NAMES]);
    expect(await Promise.all(outputs)).toEqual(others.map(() => ({ stdout: 'connected\n[]\n', stderr: '' })));
  });

  it('gives back what was stored: times with milliseconds, sizes, flags, JSON, any text', async () => {
    const dataSource = await openMigrated();
    const record = tagRecord();
    await dataSource.getRepository(TagRecord).insert(record);
    expect(await dataSource.getRepository(TagRecord).findOneByOrFail({ id: record.id })).toEqual(record);
    const [raw] = await dataSource.query<{ at: string }[]>(
      'SELECT CAST(firstSeenAt AS CHAR(23)) AS at FROM tag_records',
    );
    expect(raw?.at).toBe('2026-11-21 22:33:44.567');
    const ada = person({ displayName: '刘一舟 👩‍🚀 Ⅷ' });
    await dataSource.getRepository(Person).save(ada);
    expect(await dataSource.getRepository(Person).findOneByOrFail({ id: ada.id })).toEqual(ada);
  });

  it('gives back what was inserted many rows at a time, and inserts none where one cannot be', async () => {
    const { manager } = await openMigrated();
    const rows = ['v1', 'v2', 'latest'].map((tag) => tagRecord({ id: v7(), tag }));
    await insertRows(manager, TagRecord, rows);
    expect(await manager.find(TagRecord, { order: { id: 'ASC' } })).toEqual(rows);
    const again = insertRows(manager, TagRecord, [
      tagRecord({ id: v7(), tag: 'v3' }),
      tagRecord({ id: v7() }),
    ]);
    expect(isUniqueViolation(await again.catch((error: unknown) => error), 'uq_tag_records_name')).toBe(true);
    expect(await manager.count(TagRecord)).toBe(rows.length);
  });

  it('finds times by their order, in UTC', async () => {
    const records = (await openMigrated()).getRepository(TagRecord);
    await records.insert(tagRecord());
    const before = records.createQueryBuilder('record').where('record.firstSeenAt < :at');
    expect(await before.setParameters({ at: new Date(AT.getTime() + 1) }).getCount()).toBe(1);
    expect(await before.setParameters({ at: AT }).getCount()).toBe(0);
  });

  it('tells V1 from v1, é from e and a tag from the same with a blank, in keys and in questions', async () => {
    const records = (await openMigrated()).getRepository(TagRecord);
    for (const tag of ['v1', 'V1', 'é', 'e']) await records.insert(tagRecord({ tag }));
    expect((await records.findBy({ tag: 'V1' })).map(({ tag }) => tag)).toEqual(['V1']);
    expect((await records.findBy({ tag: 'e' })).map(({ tag }) => tag)).toEqual(['e']);
  });

  it('compares every text column by its bytes', async () => {
    const dataSource = await openMigrated();
    if (engine === 'sqlite') {
      const tables = await dataSource.query<{ sql: string }[]>(
        `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL`,
      );
      expect(tables.filter(({ sql }) => /COLLATE/i.test(sql))).toEqual([]);
      return;
    }
    const others = await dataSource.query<unknown[]>(
      `SELECT TABLE_NAME, COLUMN_NAME, COLLATION_NAME FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> 'migrations'
         AND DATA_TYPE IN ('varchar', 'text') AND COLLATION_NAME <> 'utf8mb4_bin'`,
    );
    expect(others).toEqual([]);
  });

  it('says which unique key holds already', async () => {
    const records = (await openMigrated()).getRepository(TagRecord);
    const record = tagRecord();
    await records.insert(record);
    const sameName = await records.insert(tagRecord()).catch((error: unknown) => error);
    expect(isUniqueViolation(sameName)).toBe(true);
    expect(isUniqueViolation(sameName, 'uq_tag_records_name')).toBe(true);
    expect(isUniqueViolation(sameName, 'uq_accounts_person')).toBe(false);
    const sameId = await records
      .insert(tagRecord({ id: record.id, tag: 'v2' }))
      .catch((error: unknown) => error);
    expect(isUniqueViolation(sameId)).toBe(true);
    expect(isUniqueViolation(sameId, 'uq_tag_records_name')).toBe(false);
  });

  it('does not take another error for a unique key that holds', async () => {
    const sessions = (await openMigrated()).getRepository(Session);
    const orphan = { id: v7(), personId: v7(), createdAt: AT, endsAt: AT };
    const error = await sessions.insert(orphan).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'QueryFailedError',
      message: expect.stringMatching(/foreign key/i) as string,
    });
    expect(isUniqueViolation(error)).toBe(false);
    expect(toDatabaseError(error)).toBeNull();
  });

  it('keeps one of many concurrent inserts under one unique key', async () => {
    const dataSource = await openMigrated();
    const account = (personId: string): Partial<Account> => ({
      id: v7(),
      personId,
      harborUsername: v7(),
      intentMark: 'mark',
      credentialsState: 'none',
      createdAt: AT,
      updatedAt: AT,
    });
    const inserts = Array.from({ length: 20 }, () =>
      dataSource.transaction((manager) => manager.insert(Account, account('one'))),
    );
    const results = await Promise.allSettled(inserts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await dataSource.getRepository(Account).count()).toBe(1);
  });

  it('loses no update of concurrent transactions', async () => {
    const dataSource = await openMigrated();
    const { id } = await dataSource.getRepository(TagRecord).save(tagRecord({ version: 0 }));
    const add = (): Promise<unknown> =>
      dataSource.transaction((manager) =>
        manager.update(TagRecord, { id }, { version: () => 'version + 1' }),
      );
    await Promise.all(Array.from({ length: 50 }, add));
    expect((await dataSource.getRepository(TagRecord).findOneByOrFail({ id })).version).toBe(50);
  });

  it('has everything that was committed before a kill -9', async () => {
    const dataSource = await openMigrated();
    const child = start('write');
    const finished = outputOf(child);
    let committed = 0;
    child.stdout.on('data', () => ++committed === 20 && child.kill('SIGKILL'));
    const { stdout, stderr } = await finished;
    expect(stderr).toBe('');
    const told = stdout.split('\n').slice(0, -1);
    expect(told.length).toBeGreaterThanOrEqual(20);
    const kept = (await dataSource.getRepository(AuditEntry).find()).map(({ id }) => id);
    expect(told.filter((id) => !kept.includes(id))).toEqual([]);
  });

  it('keeps the values of a column that is changed, and refuses to cut them', async () => {
    const dataSource = await openMigrated();
    await dataSource.getRepository(Person).insert(person({ displayName: 'Ada' }));
    const queryRunner = dataSource.createQueryRunner();
    const column = migrationColumns(queryRunner);
    await changeColumn(queryRunner, 'persons', column.text('displayName', 500, 'nullable'));
    const shortened = changeColumn(queryRunner, 'persons', column.text('displayName', 2));
    // SQLite knows no lengths.
    if (engine !== 'sqlite') await expect(shortened).rejects.toThrow('too long');
    else await shortened;
    await queryRunner.release();
    expect((await dataSource.getRepository(Person).find()).map(({ displayName }) => displayName)).toEqual([
      'Ada',
    ]);
  });

  it('is opened and migrated by DatabaseModule, and closed with the app', async () => {
    const config = loadConfig({
      NODE_ENV: 'test',
      PUBLIC_URL: 'http://localhost:3000',
      DATABASE_URL: database.url,
      HARBOR_URL: 'http://localhost:1',
      HARBOR_USERNAME: 'robot$berth',
      HARBOR_PASSWORD: 'password',
      LDAP_URL: 'ldap://localhost:1',
      LDAP_BIND_DN: 'cn=berth',
      LDAP_BIND_PASSWORD: 'password',
      LDAP_BASE_DN: 'dc=example',
      AUTH_SECRET: 'x'.repeat(32),
    }) satisfies Config;
    const module = await Test.createTestingModule({
      imports: [ConfigModule.of(config), MetricsModule, DatabaseModule.forRoot()],
    }).compile();
    const dataSource = module.get<DataSource>(getDataSourceToken());
    expect(await dataSource.getRepository(Person).count()).toBe(0);
    await module.close();
    expect(dataSource.isInitialized).toBe(false);
  });
});

describe('an SQLite file', () => {
  beforeEach(async () => {
    database = await engines.sqlite();
  });

  it('is written to the disk before a commit ends, and read beside a writer', async () => {
    const dataSource = await open();
    expect(await dataSource.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await dataSource.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
  });

  it('is whole in its one file after the shutdown', async () => {
    const dataSource = await openMigrated();
    await dataSource.destroy();
    const log = `${database.url.slice('sqlite:'.length)}-wal`;
    expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
  });

  it('takes transactions that read before they write while another process writes', async () => {
    const dataSource = await openMigrated();
    const { id } = await dataSource.getRepository(TagRecord).save(tagRecord({ version: 0 }));
    const child = start('write');
    const finished = outputOf(child);
    await once(child.stdout, 'data');
    for (let times = 0; times < 50; times++) {
      await dataSource.transaction(async (manager) => {
        const { version } = await manager.findOneByOrFail(TagRecord, { id });
        await setImmediate();
        await manager.update(TagRecord, { id }, { version: version + 1 });
      });
    }
    child.kill('SIGKILL');
    expect((await finished).stderr).toBe('');
    expect((await dataSource.getRepository(TagRecord).findOneByOrFail({ id })).version).toBe(50);
  });
});

describe('a URL of mysql://', () => {
  beforeEach(async () => {
    database = await engines.mariadb();
  });

  it('is migrated and used as one of mariadb:// is', async () => {
    const dataSource = await open(database.url.replace(/^mariadb:/, 'mysql:'));
    expect(await migrate(dataSource)).toEqual(NAMES);
    const record = tagRecord();
    await dataSource.getRepository(TagRecord).insert(record);
    expect(await dataSource.getRepository(TagRecord).findOneByOrFail({ id: record.id })).toEqual(record);
  });
});

describe('MariaDB away', () => {
  let proxy: TcpProxy;
  let ask: () => Promise<unknown>;
  const OUTAGE = { kind: 'upstream-unavailable', code: 'database.unavailable' };

  beforeEach(async () => {
    database = await engines.mariadb();
    const server = new URL(getServerVariable('BERTH_TEST_MARIADB_URL'));
    proxy = await TcpProxy.start({ host: server.hostname, port: Number(server.port) });
    const throughProxy = new URL(database.url);
    throughProxy.host = `127.0.0.1:${proxy.port}`;
    const dataSource = await openDataSource(dataSourceOptions(databaseConfig(throughProxy.toString())));
    opened.push(dataSource);
    ask = () =>
      dataSource
        .transaction((manager) => manager.count(Person))
        .catch((error: unknown) => toDatabaseError(error) ?? error);
    expect(await ask()).toBe(0);
  });

  afterEach(() => proxy.down());

  it('is told as an outage when it refuses connections, and works again when it is back', async () => {
    await proxy.down();
    for (let times = 0; times < 3; times++) expect(await ask()).toMatchObject(OUTAGE);
    await proxy.up();
    expect(await ask()).toBe(0);
  });

  it('is told as an outage to everyone when it stalls, and works again when it is back', async () => {
    await Promise.all(Array.from({ length: 5 }, ask));
    proxy.stall();
    const answers = await Promise.all(Array.from({ length: 15 }, ask));
    expect(answers).toMatchObject(answers.map(() => OUTAGE));
    await proxy.up();
    expect(await ask()).toBe(0);
  });
});
