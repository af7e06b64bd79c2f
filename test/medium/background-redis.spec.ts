import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { BackgroundLeases } from '../../src/background/background-leases';
import { BackgroundTasks } from '../../src/background/background-tasks';
import { BackgroundWork } from '../../src/background/background-work';
import { RedisQueues } from '../../src/background/redis-queues';
import { Draining } from '../../src/common/draining';
import { dataSourceOptions, openDataSource } from '../../src/database/data-source';
import { Metrics } from '../../src/metrics/metrics';
import { redis } from '../servers/redis';
import { TcpProxy } from '../servers/tcp-proxy';

const LOCK_MS = 500;

interface Replica {
  queues: RedisQueues;
  tasks: BackgroundTasks;
  work: BackgroundWork;
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await sleep(10);
};

describe('background work of replicas on one Redis', () => {
  let dataSource: DataSource;
  let proxy: TcpProxy;
  let url: string;
  let replicas: Replica[];
  /** What the works below did, in order. */
  let done: string[];

  beforeAll(() => void Logger.overrideLogger(false));
  afterAll(() => void Logger.overrideLogger(['log', 'error', 'warn']));
  beforeEach(async () => {
    dataSource = await openDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
    const server = new URL(redis());
    proxy = await TcpProxy.start({ host: server.hostname, port: Number(server.port) });
    server.host = `127.0.0.1:${proxy.port}`;
    url = server.toString();
    replicas = [];
    done = [];
  });
  afterEach(async () => {
    for (const replica of replicas) await stop(replica);
    await proxy.down();
    await dataSource.destroy();
  });

  function make(): Replica {
    const queues = new RedisQueues(dataSource, { redis: { url } }, LOCK_MS);
    const leases = new BackgroundLeases(dataSource);
    const tasks = new BackgroundTasks(leases, new Draining(), new Metrics(), queues);
    const replica = { queues, tasks, work: new BackgroundWork(queues) };
    replicas.push(replica);
    return replica;
  }
  async function start({ tasks, work }: Replica): Promise<void> {
    await tasks.onApplicationBootstrap();
    await work.onApplicationBootstrap();
  }
  async function stop({ queues, tasks, work }: Replica): Promise<void> {
    await Promise.all([tasks.onModuleDestroy(), work.onModuleDestroy()]);
    await queues.close();
  }

  it('does each piece once, by any of them', async () => {
    for (const name of ['one', 'other']) {
      const replica = make();
      const run = async (key: string): Promise<void> => {
        await sleep(5);
        done.push(`${key} ${name}`);
      };
      replica.work.register({ kind: 'looking', parallel: 2, run });
      await start(replica);
    }
    const keys = Array.from({ length: 40 }, (_, number) => `key-${number}`);
    await Promise.all(keys.map(async (key) => replicas[0]?.work.enqueue('looking', key)));
    await until(() => done.length >= keys.length);
    await sleep(50);
    expect(done.map((text) => text.split(' ')[0]).sort()).toEqual([...keys].sort());
    expect(new Set(done.map((text) => text.split(' ')[1]))).toEqual(new Set(['one', 'other']));
  });

  it('does what was asked for often once more after what runs, and not beside it', async () => {
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    for (let number = 0; number < 2; number += 1) {
      const replica = make();
      const run = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
      };
      replica.work.register({ kind: 'looking', parallel: 5, run });
      await start(replica);
    }
    const [one, other] = replicas;
    await one?.work.enqueue('looking', 'same');
    await until(() => ends.length === 1);
    for (let again = 0; again < 5; again += 1) {
      await one?.work.enqueue('looking', 'same');
      await other?.work.enqueue('looking', 'same');
    }
    ends[0]?.();
    await until(() => ends.length === 2);
    ends[1]?.();
    await sleep(100);
    expect({ runs: ends.length, most }).toEqual({ runs: 2, most: 1 });
  });

  it('gives the work of one that was killed to another', async () => {
    const first = make();
    first.work.register({ kind: 'looking', parallel: 1, run: async () => new Promise(() => undefined) });
    first.work.register({ kind: 'other', parallel: 1, run: async () => Promise.resolve() });
    await start(first);
    const begun = first.work.enqueue('looking', 'left behind');
    await begun;
    await sleep(50);
    replicas = [];
    await first.queues.close();
    const second = make();
    second.work.register({
      kind: 'looking',
      parallel: 1,
      run: async (key) => {
        done.push(key);
        return Promise.resolve();
      },
    });
    await start(second);
    await until(() => done.length > 0);
    expect(done).toEqual(['left behind']);
  });

  it('tries again what failed', async () => {
    const replica = make();
    const run = async (key: string): Promise<void> => {
      done.push(key);
      return done.length < 2 ? Promise.reject(new Error('it failed')) : Promise.resolve();
    };
    replica.work.register({ kind: 'looking', parallel: 1, run });
    await start(replica);
    await replica.work.enqueue('looking', 'hard');
    await until(() => done.length === 2);
  });

  it('runs a task by one at a time, and as often as one alone would', async () => {
    let running = 0;
    let most = 0;
    for (let number = 0; number < 3; number += 1) {
      const replica = make();
      const run = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        await sleep(30);
        running -= 1;
        done.push(String(number));
      };
      replica.tasks.register({ name: 'tidying', everyMs: 100, run });
      await start(replica);
    }
    await until(() => done.length >= 8);
    expect(most).toBe(1);
  });

  it('lets work wait while Redis is away, does what cannot be handed out, and goes on when Redis is back, even empty', async () => {
    const replica = make();
    let ticks = 0;
    replica.tasks.register({
      name: 'tidying',
      everyMs: 50,
      run: async () => {
        ticks += 1;
        return Promise.resolve();
      },
    });
    replica.work.register({
      kind: 'looking',
      parallel: 1,
      run: async (key) => {
        done.push(key);
        return Promise.resolve();
      },
    });
    await start(replica);
    await until(() => ticks > 1);
    await proxy.down();
    expect(await replica.work.enqueue('looking', 'while away')).toBe('waiting');
    await until(() => done.includes('while away'));
    const direct = new Redis(redis());
    await direct.flushdb();
    direct.disconnect();
    await proxy.up();
    const before = ticks;
    await until(() => ticks > before + 2);
    await replica.work.enqueue('looking', 'afterwards');
    await until(() => done.includes('afterwards'));
  });
});
