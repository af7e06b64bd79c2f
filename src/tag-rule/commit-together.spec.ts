import libsql from 'libsql';
import { type DataSource, Entity, PrimaryColumn } from 'typeorm';
import { createDataSource } from '../database/data-source';
import { CommitTogether } from './commit-together';

@Entity('written')
class Written {
  @PrimaryColumn({ type: 'integer' })
  id: number;
}

describe('CommitTogether', () => {
  let dataSource: DataSource;
  let together: CommitTogether;
  let commits: number;

  const insert = async (id: number) => together.run(async (manager) => manager.insert(Written, { id }));
  const ids = async () =>
    (await dataSource.manager.find(Written, { order: { id: 'ASC' } })).map(({ id }) => id);

  beforeEach(async () => {
    dataSource = await createDataSource({
      type: 'better-sqlite3',
      driver: libsql,
      database: ':memory:',
      entities: [Written],
      synchronize: true,
    }).initialize();
    commits = 0;
    dataSource.subscribers.push({ afterTransactionCommit: () => void (commits += 1) });
    together = new CommitTogether(dataSource);
  });
  afterEach(async () => dataSource.destroy());

  it('commits what comes at the same time once, and gives each its own result', async () => {
    const results = await Promise.all(
      [1, 2, 3].map(async (id) =>
        together.run(async (manager) => {
          await manager.insert(Written, { id });
          return id * 10;
        }),
      ),
    );
    expect(results).toEqual([10, 20, 30]);
    expect(await ids()).toEqual([1, 2, 3]);
    expect(commits).toBe(1);
  });

  it('keeps the others when one fails, and tells only that one', async () => {
    await insert(2);
    const results = await Promise.allSettled([insert(1), insert(2), insert(3)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await ids()).toEqual([1, 2, 3]);
  });

  it('loses none of hundreds', async () => {
    const many = Array.from({ length: 300 }, (_, index) => index);
    await Promise.all(many.map(insert));
    expect(await ids()).toEqual(many);
    expect(commits).toBeLessThan(30);
  });
});
