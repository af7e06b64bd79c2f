import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DomainError } from '../../common/errors';
import { dataSourceOptions, openDataSource } from '../../database/data-source';
import { EarlyReconcile } from './early-reconcile';
import { Project } from '../project.entity';
import { CallSchedule, ReconcilePace } from './reconcile-pace';

const REST_MS = 60_000;
const NAMES = ['team-a', 'team-b'];

describe('EarlyReconcile', () => {
  let dataSource: DataSource;
  let early: EarlyReconcile;
  let looks: string[];
  let fails: boolean;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(async () => {
    dataSource = await openDataSource(dataSourceOptions({ type: 'sqlite', path: ':memory:' }));
    for (const name of NAMES) await dataSource.manager.insert(Project, aProject(name));
    looks = [];
    fails = false;
    const reconcile = async ({ name }: Project): Promise<never> => {
      looks.push(name);
      return Promise.reject(new DomainError(fails ? 'upstream-unavailable' : 'conflict', 'harbor.changed'));
    };
    const schedule = new CallSchedule(Infinity);
    early = new EarlyReconcile(
      dataSource.getRepository(Project),
      { reconcile },
      { pace: (signal) => new ReconcilePace(schedule, signal) },
    );
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterEach(async () => {
    await early.onModuleDestroy();
    jest.useRealTimers();
    await dataSource.destroy();
  });

  const lookedAt = async (...wanted: string[]): Promise<void> => {
    while (looks.length < wanted.length) await new Promise((resolve) => setImmediate(resolve));
    expect(looks).toEqual(wanted);
  };

  it('looks once at what many ask for, one after the other', async () => {
    for (let times = 0; times < 10; times += 1) NAMES.forEach((name) => early.soon(name));
    await lookedAt('team-a', 'team-b');
  });

  it('looks again at what happens after the look, once it has rested', async () => {
    early.soon('team-a');
    await lookedAt('team-a');
    for (let times = 0; times < 10; times += 1) early.soon('team-a');
    await jest.advanceTimersByTimeAsync(REST_MS - 1_500);
    expect(looks).toEqual(['team-a']);
    await jest.advanceTimersByTimeAsync(3_000);
    await lookedAt('team-a', 'team-a');
  });

  it('does not let the rest of one hold up another', async () => {
    early.soon('team-a');
    await lookedAt('team-a');
    early.soon('team-a');
    early.soon('team-b');
    await jest.advanceTimersByTimeAsync(2_000);
    await lookedAt('team-a', 'team-b');
  });

  it('goes on after one that could not be compared, and knows none that is not there', async () => {
    fails = true;
    early.soon('nobody');
    NAMES.forEach((name) => early.soon(name));
    await lookedAt(...NAMES);
  });
});

function aProject(name: string): Project {
  return Object.assign(new Project(), {
    id: name,
    name,
    kind: 'shared',
    ownerPersonId: null,
    visibility: 'private',
    description: '',
    quotaBytes: 1,
    harborProjectId: 1,
    intentAt: null,
    readyAt: null,
    leaseToken: null,
    leaseUntil: null,
    version: 1,
    createdAt: new Date(0),
  });
}
