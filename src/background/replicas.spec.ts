import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { dataSourceOptions, openDataSource } from '../database/data-source';
import { Replica } from './replica.entity';
import { Replicas, SecondReplicaError, type Whereabouts } from './replicas';

const REDIS = 'redis://127.0.0.1:6379';

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('Replicas', () => {
  let dataSource: DataSource;
  let started: Replicas[];

  beforeEach(async () => {
    dataSource = await openDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map(async (replica) => replica.onModuleDestroy()));
    await dataSource.destroy();
  });

  async function start(url: string | null = null, here: Partial<Whereabouts> = {}): Promise<Replicas> {
    const replica = new Replicas(
      dataSource,
      { redis: { url }, background: { replicasWithoutRedis: false } },
      { host: 'one', processId: 1, isAlive: () => true, ...here },
    );
    await replica.onModuleInit();
    started.push(replica);
    return replica;
  }

  const leaveBehind = async (host: string, processId: number, secondsAgo: number) => {
    const at = new Date(Date.now() - secondsAgo * 1000);
    const row = { id: `${host}-${processId}`, host, processId, hasRedis: false, startedAt: at, seenAt: at };
    await dataSource.manager.insert(Replica, row);
  };

  it('lets one start without Redis, and again after it stopped', async () => {
    const first = await start();
    await first.onModuleDestroy();
    await start();
    expect(await dataSource.manager.count(Replica)).toBe(1);
  });

  it.each([
    { first: null, second: null },
    { first: null, second: REDIS },
    { first: REDIS, second: null },
  ])(
    'refuses a second one, with the reason, when their Redis is $first and $second',
    async ({ first, second }) => {
      const running = await start(first);
      const refused = start(second, { host: 'two' });
      await expect(refused).rejects.toThrow(SecondReplicaError);
      await expect(refused).rejects.toThrow(/process 1 on one.*set REDIS_URL for all/);
      expect(await running.countRunning()).toBe(1);
    },
  );

  it('lets as many start as have Redis', async () => {
    await start(REDIS);
    await start(REDIS, { host: 'two' });
    const third = await start(REDIS, { host: 'three' });
    expect(await third.countRunning()).toBe(3);
  });

  it('starts at once where the process before was killed', async () => {
    await leaveBehind('one', 77, 0);
    await start(null, { isAlive: (processId) => processId !== 77 });
  });

  it('starts at once in a container that begins anew under the same name and number', async () => {
    await leaveBehind('one', 1, 0);
    await start();
  });

  it('starts beside the row of a machine that has been silent for long enough', async () => {
    await leaveBehind('gone', 1, 21);
    await start();
  });

  it('waits for a machine that was heard of just now, until it is silent for long enough', async () => {
    await leaveBehind('gone', 1, 19.5);
    await start();
  });

  it('is refused when such a machine is heard of again', async () => {
    await leaveBehind('other', 1, 0);
    const timer = setInterval(() => {
      void dataSource.manager.update(Replica, { host: 'other' }, { seenAt: new Date() });
    }, 50);
    try {
      await expect(start()).rejects.toThrow(/process 1 on other/);
    } finally {
      clearInterval(timer);
    }
  });
});
