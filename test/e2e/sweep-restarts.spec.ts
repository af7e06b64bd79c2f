import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import type { Sandbox } from '../../sandbox/sandbox';
import { createApp } from '../../src/app.setup';
import { loadConfig } from '../../src/config/load-config';
import { SweepProject } from '../../src/sweep/sweep-project.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { callHarbor, Client, startTestSandbox } from './journey';

const PROJECT = 'user-liuyizhou';
const PAGES = 6;

/** Berth stops and begins anew in the middle of a sweep; Harbor and its tags stay. */
describe('a sweep that is cut off', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let other: NestFastifyApplication | null = null;

  const pagesRead = () =>
    sandbox.harbor.calls.filter(
      ({ path, caller }) => caller.startsWith('robot') && path.includes(`/projects/${PROJECT}/artifacts?`),
    );
  const rowOf = async (app: NestFastifyApplication) =>
    app.get(DataSource).manager.findOneByOrFail(SweepProject, { project: PROJECT });
  const findRow = async (app: NestFastifyApplication) =>
    app.get(DataSource).manager.findOneBy(SweepProject, { project: PROJECT });
  const restart = async (): Promise<NestFastifyApplication> => {
    other = await createApp(loadConfig(sandbox.env));
    await other.listen(0, '127.0.0.1');
    return other;
  };
  const ended = async (app: NestFastifyApplication, round: number): Promise<SweepProject> => {
    for (;;) {
      const row = await findRow(app);
      if (row !== null && row.round >= round && row.endedAt !== null && !row.asked) return row;
      await sleep(20);
    }
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { SWEEP_CALLS_PER_SECOND: '1000', SWEEP_EVERY_HOURS: '1' } });
    const off = { notification_enable: false, skip_audit_log_database: true };
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/configurations', off);
    const liu = await Client.login(sandbox, 'liuyizhou');
    await liu.post('/account/credentials', {});
  });
  afterAll(async () => {
    await other?.close();
    await sandbox.forget();
  });

  it('goes on from its page, reads none twice and leaves none out', async () => {
    const grace = await Client.login(sandbox, 'grace');
    await grace.post('/admin/sweeps', { project: PROJECT });
    await ended(sandbox.app, 1);
    sandbox.harbor.fill({ project: PROJECT, repositories: PAGES, tags: 99 });
    sandbox.harbor.faults.add({ kind: 'latency', path: /\/artifacts/, ms: 100 });
    const before = pagesRead().length;
    await grace.post('/admin/sweeps', { project: PROJECT });
    while (pagesRead().length < before + 3) await sleep(5);
    await sandbox.app.close();
    sandbox.harbor.faults.clear();
    const read = pagesRead().length;
    const app = await restart();
    const { tags, firstSeen } = await ended(app, 2);
    expect({ tags, firstSeen }).toEqual({ tags: PAGES * 99, firstSeen: PAGES * 99 });
    expect(await app.get(DataSource).manager.countBy(TagRecord, { project: PROJECT })).toBe(PAGES * 99);
    // One may have been under way when Berth stopped.
    expect(pagesRead().length - read).toBeLessThanOrEqual(PAGES - 1);
  });

  it('is resumed after an outage, which is nobody’s deletion', async () => {
    const app = other ?? sandbox.app;
    const grace = new Client(await app.getUrl(), await tokenOf(app));
    const round = (await rowOf(app)).round + 1;
    sandbox.harbor.faults.add({ kind: 'status', status: 503, path: /\/artifacts/, after: 2 });
    await grace.post('/admin/sweeps', { project: PROJECT });
    while ((await rowOf(app)).stoppedBy !== 'harbor.unavailable') await sleep(20);
    const stopped = await rowOf(app);
    expect(stopped).toMatchObject({ round, endedAt: null, vanished: 0 });
    expect(stopped.place).not.toBeNull();
    sandbox.harbor.faults.clear();
    await grace.post('/admin/sweeps', { project: PROJECT });
    expect(await ended(app, round)).toMatchObject({ tags: PAGES * 99, firstSeen: 0, moved: 0, vanished: 0 });
  });

  it('finds exactly what moved while nobody looked', async () => {
    const app = other ?? sandbox.app;
    const grace = new Client(await app.getUrl(), await tokenOf(app));
    const moved = ['filled-0:v3', 'filled-2:v98', 'filled-5:v0'];
    for (const name of moved) {
      const [repository = '', tag = ''] = name.split(':');
      sandbox.harbor.moveTag(`${PROJECT}/${repository}`, tag, `moved ${name}`);
    }
    await idle(app);
    const round = (await rowOf(app)).round + 1;
    await grace.post('/admin/sweeps', { project: PROJECT });
    expect(await ended(app, round)).toMatchObject({ moved: 3, vanished: 0, stoppedBy: null });
    const found = await app.get(DataSource).manager.findBy(TagRecord, { project: PROJECT, state: 'moved' });
    expect(found.map(({ repository, tag }) => `${repository}:${tag}`).sort()).toEqual(moved);
  });

  async function idle(app: NestFastifyApplication): Promise<void> {
    await ended(app, 1);
  }

  async function tokenOf(app: NestFastifyApplication): Promise<string> {
    const { username, password } = sandbox.people.find(({ username: name }) => name === 'grace') ?? {};
    const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
    const { body } = await new Client(url).post('/auth/login', { username, password });
    return String(body.accessToken);
  }
});
