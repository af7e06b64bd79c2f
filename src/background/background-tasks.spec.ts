import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { DataSource } from 'typeorm';
import { Draining } from '../common/draining';
import { dataSourceOptions, openDataSource } from '../database/data-source';
import { BackgroundLease } from './background-lease.entity';
import { BackgroundLeases } from './background-leases';
import { type BackgroundTask, BackgroundTasks } from './background-tasks';

const NAME = 'tidying';

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('BackgroundTasks', () => {
  let dataSource: DataSource;
  let replicas: BackgroundTasks[];

  beforeEach(async () => {
    dataSource = await openDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
    replicas = [];
  });
  afterEach(async () => {
    await Promise.all(replicas.map(async (replica) => replica.onModuleDestroy()));
    await dataSource.destroy();
  });

  function start(task: Omit<BackgroundTask, 'name'>): BackgroundTasks {
    const replica = new BackgroundTasks(new BackgroundLeases(dataSource), new Draining());
    replica.register({ name: NAME, ...task });
    void replica.onApplicationBootstrap();
    replicas.push(replica);
    return replica;
  }

  it('runs a task again and again', async () => {
    const runs = await new Promise<number>((resolve) => {
      let count = 0;
      const run = async (): Promise<void> => {
        count += 1;
        if (count === 3) resolve(count);
        return Promise.resolve();
      };
      start({ everyMs: 5, run });
    });
    expect(runs).toBe(3);
  });

  it('lets one replica at a time run it', async () => {
    let running = 0;
    let most = 0;
    await new Promise<void>((resolve) => {
      let count = 0;
      const run = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        await sleep(5);
        running -= 1;
        count += 1;
        if (count === 6) resolve();
      };
      for (let replica = 0; replica < 3; replica += 1) start({ everyMs: 2, run });
    });
    expect(most).toBe(1);
  });

  it('goes on after a run that failed', async () => {
    const runs = await new Promise<number>((resolve) => {
      let count = 0;
      const run = async (): Promise<void> => {
        count += 1;
        if (count === 2) resolve(count);
        return Promise.reject(new Error('it failed'));
      };
      start({ everyMs: 5, run });
    });
    expect(runs).toBe(2);
  });

  it('hands a task to the replicas by Redis, but for one that cannot wait for a replica that died', async () => {
    const offered: string[] = [];
    const queue = { add: async (name: string) => Promise.resolve(offered.push(name)) } as unknown as Queue;
    const queues = {
      areThere: true,
      open: async () => Promise.resolve(queue),
      work: async () => Promise.resolve(),
    };
    const replica = new BackgroundTasks(new BackgroundLeases(dataSource), new Draining(), undefined, queues);
    replicas.push(replica);
    const ran: string[] = [];
    const task = (name: string, more = {}): BackgroundTask => ({
      ...{ name, everyMs: 5, ...more },
      run: async () => Promise.resolve(void ran.push(name)),
    });
    replica.register(task('tidying'));
    replica.register(task('reading', { leaseSeconds: 4 }));
    await replica.onApplicationBootstrap();
    while (ran.length === 0 || offered.length === 0) await sleep(5);
    expect([new Set(ran), new Set(offered)]).toEqual([new Set(['reading']), new Set(['tidying'])]);
  });

  it('holds a task no longer than it says, for the case that the replica dies', async () => {
    const leftMs = await new Promise<number>((resolve) => {
      const run = async (): Promise<void> => {
        const { leaseUntil } = await dataSource.manager.findOneByOrFail(BackgroundLease, { name: NAME });
        resolve((leaseUntil?.getTime() ?? Infinity) - Date.now());
      };
      start({ everyMs: 5, leaseSeconds: 4, run });
    });
    expect(Math.ceil(leftMs / 1000)).toBeLessThanOrEqual(5);
  });

  it('tells the running task to stop, and waits for it', async () => {
    let ended = false;
    const begun = await new Promise<BackgroundTasks>((resolve) => {
      const run = async (signal: AbortSignal): Promise<void> => {
        resolve(replica);
        while (!signal.aborted) await sleep(1);
        ended = true;
      };
      const replica = start({ everyMs: 5, run });
    });
    await begun.onModuleDestroy();
    expect(ended).toBe(true);
  });
});

describe('BackgroundLeases', () => {
  let dataSource: DataSource;
  let leases: BackgroundLeases;
  const expire = async () =>
    dataSource.manager.update(BackgroundLease, { name: NAME }, { leaseUntil: new Date(0) });

  beforeEach(async () => {
    dataSource = await openDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
    leases = new BackgroundLeases(dataSource);
  });
  afterEach(async () => {
    await dataSource.destroy();
  });

  it('give a task to one of many who ask at once', async () => {
    const held = await Promise.all(Array.from({ length: 5 }, async () => leases.take(NAME)));
    expect(held.filter((each) => each !== null)).toHaveLength(1);
  });

  it('keep a task until it is due again', async () => {
    const held = await leases.take(NAME);
    await held?.end(3_600_000);
    expect(await leases.take(NAME)).toBeNull();
    await dataSource.manager.update(BackgroundLease, { name: NAME }, { dueAt: new Date(0) });
    expect(await leases.take(NAME)).not.toBeNull();
  });

  it.each([
    ['half a minute', undefined, 30],
    ['as long as the task says', 4, 4],
  ])('keep a task for %s where its replica died, however often it was renewed', async (_, given, seconds) => {
    const held = await leases.take(NAME, given);
    const left = async (): Promise<number> => {
      const { leaseUntil } = await dataSource.manager.findOneByOrFail(BackgroundLease, { name: NAME });
      return Math.round(((leaseUntil?.getTime() ?? 0) - Date.now()) / 1000);
    };
    expect(await left()).toBe(seconds);
    await held?.renew();
    expect(await left()).toBe(seconds);
  });

  it('give the task of a replica that died to another, and no more to the first', async () => {
    const first = await leases.take(NAME);
    expect(await first?.renew()).toBe(true);
    await expire();
    const second = await leases.take(NAME);
    expect(second).not.toBeNull();
    expect(await first?.renew()).toBe(false);
    await first?.end(0);
    expect(await second?.renew()).toBe(true);
  });
});
