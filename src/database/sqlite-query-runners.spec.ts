import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { DataSource, type DataSourceOptions, Entity, type Repository } from 'typeorm';
import { IdColumn } from './columns';
import { createDataSource, dataSourceOptions } from './data-source';
import { serialiseSqlite } from './sqlite-query-runners';
import { SqliteTurns, SqliteTurnTimeout } from './sqlite-turns';

@Entity('letters')
class Letter {
  @IdColumn()
  id: string;
}

const MEMORY = dataSourceOptions(
  { type: 'sqlite', path: ':memory:' },
  { entities: [Letter], migrations: [] },
);

let opened: DataSource[] = [];

async function open(dataSource: DataSource): Promise<Repository<Letter>> {
  opened.push(await dataSource.initialize());
  await dataSource.query('CREATE TABLE letters (id varchar(36) PRIMARY KEY NOT NULL)');
  return dataSource.getRepository(Letter);
}

function withTurnTimeout(options: DataSourceOptions, timeoutMs: number): DataSource {
  const dataSource = new DataSource(options);
  serialiseSqlite(dataSource, new SqliteTurns(timeoutMs));
  return dataSource;
}

async function idsOf(letters: Repository<Letter>): Promise<string[]> {
  return (await letters.find()).map(({ id }) => id).sort();
}

afterEach(async () => {
  await Promise.all(opened.map((dataSource) => dataSource.destroy()));
  opened = [];
});

/** A rolls back after B committed and C inserted; answers what is there then. */
async function rollBackBesideOthers(dataSource: DataSource): Promise<string[]> {
  const letters = await open(dataSource);
  let others: Promise<unknown> = Promise.resolve();
  const a = dataSource.transaction(async (manager) => {
    await manager.insert(Letter, { id: 'a' });
    others = Promise.all([
      dataSource.transaction((other) => other.insert(Letter, { id: 'b' })),
      letters.insert({ id: 'c' }),
    ]);
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    throw new Error('A rolls back');
  });
  await expect(a).rejects.toThrow('A rolls back');
  await others;
  return idsOf(letters);
}

describe('SQLite with several callers at once', () => {
  it('loses what others committed when TypeORM’s one query runner is shared', async () => {
    expect(await rollBackBesideOthers(new DataSource(MEMORY))).toEqual([]);
  });

  it('keeps what others committed when each has a query runner of its own', async () => {
    expect(await rollBackBesideOthers(createDataSource(MEMORY))).toEqual(['b', 'c']);
  });

  it('keeps exactly what was committed, however transactions and single statements meet', async () => {
    const caller = fc.record({
      inserts: fc.integer({ min: 1, max: 4 }),
      pauses: fc.integer({ min: 0, max: 3 }),
      nested: fc.boolean(),
      end: fc.constantFrom('commit', 'rollback', 'single'),
    });
    const letters = await open(createDataSource(MEMORY));
    await fc.assert(
      fc.asyncProperty(fc.array(caller, { minLength: 2, maxLength: 8 }), async (callers) => {
        await letters.clear();
        const expected: string[] = [];
        const runs = callers.map(async ({ inserts, pauses, nested, end }, number) => {
          const ids = Array.from({ length: inserts }, (_, index) => `${number}-${index}`);
          if (end !== 'rollback') expected.push(...ids);
          if (end === 'single') return Promise.all(ids.map((id) => letters.insert({ id })));
          await letters.manager.transaction(async (manager) => {
            for (const id of ids) {
              await (nested
                ? manager.transaction((inner) => inner.insert(Letter, { id }))
                : manager.insert(Letter, { id }));
              for (let pause = 0; pause < pauses; pause++) await setImmediate();
            }
            if (end === 'rollback') throw new Error('rolled back');
          });
        });
        await Promise.allSettled(runs);
        expect(await idsOf(letters)).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  it('does not show a transaction to others before its end', async () => {
    const letters = await open(createDataSource(MEMORY));
    let seen: Promise<number> = Promise.resolve(-1);
    await letters.manager.transaction(async (manager) => {
      await manager.insert(Letter, { id: 'a' });
      seen = letters.count();
      await setImmediate();
      await manager.delete(Letter, { id: 'a' });
    });
    expect(await seen).toBe(0);
  });

  it('undoes only the inner transaction when that one fails', async () => {
    const letters = await open(createDataSource(MEMORY));
    await letters.manager.transaction(async (manager) => {
      await manager.insert(Letter, { id: 'outer' });
      const inner = manager.transaction(async (nested) => {
        await nested.insert(Letter, { id: 'inner' });
        throw new Error('undo');
      });
      await expect(inner).rejects.toThrow('undo');
    });
    expect(await idsOf(letters)).toEqual(['outer']);
  });

  it('goes on after a transaction that failed to begin, to commit or to roll back', async () => {
    const dataSource = createDataSource(MEMORY);
    const letters = await open(dataSource);
    const queryRunner = dataSource.createQueryRunner();
    await queryRunner.startTransaction();
    await queryRunner.query('ROLLBACK');
    await expect(queryRunner.commitTransaction()).rejects.toThrow('no transaction is active');
    await expect(queryRunner.rollbackTransaction()).rejects.toThrow('no transaction is active');
    await queryRunner.query('BEGIN');
    await expect(queryRunner.startTransaction()).rejects.toThrow('within a transaction');
    await queryRunner.query('ROLLBACK');
    await queryRunner.release();
    await letters.insert({ id: 'after' });
    expect(await idsOf(letters)).toEqual(['after']);
  });

  it('rolls back a transaction whose query runner is released', async () => {
    const dataSource = createDataSource(MEMORY);
    const letters = await open(dataSource);
    const queryRunner = dataSource.createQueryRunner();
    await queryRunner.startTransaction();
    await queryRunner.manager.insert(Letter, { id: 'forgotten' });
    await queryRunner.release();
    await expect(queryRunner.query('SELECT 1')).rejects.toThrow('released');
    expect(await idsOf(letters)).toEqual([]);
  });

  it('says what is wrong when a transaction waits for itself', async () => {
    const dataSource = withTurnTimeout(MEMORY, 20);
    const letters = await open(dataSource);
    const waitsForItself = dataSource.transaction(() => letters.insert({ id: 'a' }));
    await expect(waitsForItself).rejects.toThrow(SqliteTurnTimeout);
    await letters.insert({ id: 'b' });
    expect(await idsOf(letters)).toEqual(['b']);
  });

  it('lets other work run between many statements', async () => {
    const letters = await open(createDataSource(MEMORY));
    let others = 0;
    const timer = setInterval(() => others++, 0);
    for (let index = 0; index < 1000; index++) await letters.insert({ id: String(index) });
    clearInterval(timer);
    expect(others).toBeGreaterThan(0);
  });
});
