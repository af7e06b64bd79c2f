import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { ServiceCaller } from '../../src/auth/caller';
import type { BackgroundTask } from '../../src/background/background-tasks';
import { Clock } from '../../src/common/clock';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { DigestRemoval } from '../../src/jobs/digest-removal.entity';
import { JobImage } from '../../src/jobs/job-image.entity';
import { Job } from '../../src/jobs/job.entity';
import { JobsService } from '../../src/jobs/jobs.service';
import { LeaseSweep } from '../../src/jobs/lease-sweep';
import { LeasesService } from '../../src/jobs/leases.service';
import type { TestDatabase } from '../servers/mariadb';
import { databaseConfig, engines } from './database-engines';

const DAY_MS = 86_400_000;
const DIGEST = `sha256:${'a'.repeat(64)}`;
const SCHEDULER: ServiceCaller = { kind: 'scheduler', tokenId: uuidv7(), tokenName: 'slurm' };
const IMAGE = { project: 'team', repository: 'demo', digest: DIGEST };
const WANTED = { for: 'ada', links: ['harbor.example.com/team/demo:v1'], ttlSeconds: 600 };
const nothing = async (): Promise<void> => Promise.resolve();

describe.each(Object.entries(engines))('leases on %s', (_, create) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let leases: LeasesService;
  let jobs: JobsService;

  beforeAll(async () => {
    database = await create();
    dataSource = await createDataSource(dataSourceOptions(databaseConfig(database.url))).initialize();
    await migrate(dataSource);
    leases = new LeasesService(dataSource);
    const parts = {
      lookups: { lookup: async () => Promise.resolve({ digest: DIGEST }) },
      persons: { findByUsername: async () => Promise.resolve(null) },
      uses: { note: nothing },
      pullRobots: { retire: nothing },
      audit: { record: nothing },
      config: { registry: { address: 'harbor.example.com', aliases: [] } },
    };
    const { lookups, persons, uses, pullRobots, audit, config } = parts as Record<keyof typeof parts, never>;
    const clock = new Clock();
    jobs = new JobsService(dataSource, lookups, leases, persons, uses, pullRobots, audit, clock, config);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('gives no job a digest while it is taken away, and takes none away that a job has', async () => {
    let [leased, removed] = [0, 0];
    for (let round = 0; round < 40; round += 1) {
      const jobId = `race-${round}`;
      let isRunning = false;
      const wasAnsweredWithin = { value: false };
      const removal = leases
        .unlessLeased(IMAGE.project, IMAGE.repository, [IMAGE.digest], async () => {
          isRunning = true;
          await sleep(round % 5);
          isRunning = false;
        })
        .then(
          () => (removed += 1),
          (error: { code?: string }) => expect(error.code).toBe('tag.leased'),
        );
      if (round % 3 === 0) await sleep(1);
      const twice = [0, 1].map(async () =>
        jobs.lease(SCHEDULER, jobId, WANTED).then(
          () => {
            leased += 1;
            wasAnsweredWithin.value ||= isRunning;
          },
          (error: { code?: string }) => expect(error.code).toBe('job.image-being-removed'),
        ),
      );
      await Promise.all([removal, ...twice]);
      expect(wasAnsweredWithin.value).toBe(false);
      await jobs.end(SCHEDULER, jobId);
    }
    expect(leased + removed).toBeGreaterThan(0);
    expect(await dataSource.manager.count(DigestRemoval)).toBe(0);
  });

  it('are asked about with few statements, however many platforms an index has', async () => {
    const { project, repository } = IMAGE;
    const others = Array.from(
      { length: 2_999 },
      (_, index) => `sha256:${index.toString(16).padStart(64, '0')}`,
    );
    const digests = [...others, DIGEST];
    let statements = 0;
    const counting = { beforeQuery: () => void (statements += 1) };
    dataSource.subscribers.push(counting);
    const marked = await leases.unlessLeased(project, repository, digests, async () =>
      dataSource.manager.count(DigestRemoval),
    );
    dataSource.subscribers.splice(dataSource.subscribers.indexOf(counting), 1);
    expect(marked).toBe(3_000);
    expect(statements).toBeLessThan(50);
    await jobs.lease(SCHEDULER, 'of the last platform', WANTED);
    const taken = leases.unlessLeased(project, repository, digests, nothing);
    await expect(taken).rejects.toMatchObject({ code: 'tag.leased' });
    await jobs.end(SCHEDULER, 'of the last platform');
    expect(await dataSource.manager.count(DigestRemoval)).toBe(0);
  });

  it('are one for many calls at once', async () => {
    const calls = Array.from({ length: 20 }, async () => jobs.lease(SCHEDULER, 'once', WANTED));
    const answers = await Promise.all(calls);
    for (const { images } of answers) expect(images).toEqual(answers[0]?.images);
    expect(await dataSource.manager.countBy(Job, { jobId: 'once' })).toBe(1);
  });

  it('are ended by the sweep when they ran out, and forgotten when that was long ago', async () => {
    const states = { live: 60_000, 'ran out': -60_000 };
    for (const [jobId, aheadMs] of Object.entries(states)) {
      await jobs.lease(SCHEDULER, jobId, WANTED);
      await dataSource.manager.update(Job, { jobId }, { until: new Date(Date.now() + aheadMs) });
    }
    for (const [jobId, ageMs] of [
      ['ended lately', DAY_MS],
      ['ended long ago', 91 * DAY_MS],
    ] as const) {
      await jobs.lease(SCHEDULER, jobId, WANTED);
      await jobs.end(SCHEDULER, jobId);
      await dataSource.manager.update(Job, { jobId }, { endedAt: new Date(Date.now() - ageMs) });
    }
    const stale = { ...IMAGE, id: uuidv7(), until: new Date(Date.now() - 1000) };
    await dataSource.manager.insert(DigestRemoval, stale);

    await sweep();

    const left = await dataSource.manager.find(Job, { order: { id: 'ASC' } });
    const found = left.filter(({ jobId }) => !/^(race-|once$|of the)/.test(jobId));
    expect(found.map(({ jobId, endedAt }) => [jobId, endedAt !== null])).toEqual([
      ['live', false],
      ['ran out', true],
      ['ended lately', true],
    ]);
    const ranOut = found.find(({ jobId }) => jobId === 'ran out');
    expect(ranOut).toMatchObject({ currentJobId: null, until: null, endedAt: ranOut?.seenAt });
    const images = await dataSource.manager.find(JobImage);
    const ofJob = new Map(images.map(({ runId, isLeased }) => [runId, isLeased]));
    expect(found.map(({ id }) => ofJob.get(id))).toEqual([true, false, false]);
    expect(images.length).toBe(left.length);
    expect(await dataSource.manager.existsBy(DigestRemoval, { id: stale.id })).toBe(false);
  });

  /** One run of the background task. */
  async function sweep(): Promise<void> {
    const registered: BackgroundTask[] = [];
    const parts = {
      tasks: { register: (task: BackgroundTask) => void registered.push(task) },
      config: { jobs: { historyMs: 90 * DAY_MS } },
    };
    const { tasks, config } = parts as Record<keyof typeof parts, never>;
    new LeaseSweep(dataSource, tasks, new Clock(), config).onModuleInit();
    await registered[0]?.run(new AbortController().signal);
  }
});
