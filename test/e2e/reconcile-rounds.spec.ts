import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { ReconcileRound } from '../../src/projects/drift/reconcile-round.entity';
import { ReconcileRounds } from '../../src/projects/drift/reconcile-rounds';
import { holdCall } from './held-call';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, SLOW_DIRECTORY } from './journey';

const TEAMS = ['team-a', 'team-b', 'team-c'];
const PAST = new Date('2020-01-01T00:00:00.000Z');
const FUTURE = new Date('2099-01-01T00:00:00.000Z');

describe('rounds over all projects', () => {
  let dataFolder: string;
  let sandbox: Sandbox;
  let admin: Client;

  const start = async (env: NodeJS.ProcessEnv) => {
    // Each start has a port of its own, and would find the webhooks at another address.
    const settings = { LOG_LEVEL: 'silent', WEBHOOK_URL: 'off', ...SLOW_DIRECTORY, ...env };
    sandbox = await startSandbox({ port: 0, dataFolder, env: settings });
    await holdTasks(sandbox.app.get(DataSource), 'reconcile');
    admin = await Client.login(sandbox, 'grace');
  };
  const progress = async () => (await admin.get('/admin/reconcile')).body;
  const until = async (isSo: (now: Record<string, unknown>) => boolean) => {
    for (;;) {
      const now = await progress();
      if (isSo(now)) return now;
      await setTimeout(10);
    }
  };
  /** What the background does every minute. */
  const run = async () => sandbox.app.get(ReconcileRounds).run(new AbortController().signal);
  const write = async (change: Partial<ReconcileRound>) =>
    sandbox.app.get(DataSource).manager.update(ReconcileRound, { id: 'reconcile' }, change);
  const inHarbor = async (method: string, path: string, body?: unknown) =>
    (await callHarbor(sandbox, sandbox.harborAdmin, method, path, body)).body;
  const liftRule = async (project: string) => {
    const rules = `/projects/${project}/immutabletagrules`;
    const [rule] = (await inHarbor('GET', rules)) as { id: number }[];
    await inHarbor('PUT', `${rules}/${rule?.id}`, { ...rule, disabled: true });
  };
  const looksAt = (project: string) =>
    sandbox.harbor.calls.filter(({ method, path, caller }) => {
      return method === 'GET' && caller.startsWith('robot') && path.endsWith(`/projects/${project}`);
    }).length;

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'berth-rounds-'));
    await start({ RECONCILE_CALLS_PER_SECOND: '1000' });
    for (const name of TEAMS) await admin.post('/projects', { name });
  });
  afterEach(async () => {
    await sandbox.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  it('begin when they are due, and not before', async () => {
    await run();
    expect(await progress()).toMatchObject({ state: 'waiting', startedAt: null, checked: 0 });
    await write({ dueAt: PAST });
    await run();
    const done = await progress();
    expect(done).toMatchObject({ state: 'waiting', checked: TEAMS.length });
    expect(Date.parse(String(done.dueAt))).toBeGreaterThan(Date.now());
    await run();
    expect((await progress()).startedAt).toBe(done.startedAt);
  });

  it('are run by one replica at a time, and taken over from one that died', async () => {
    await liftRule('team-a');
    await progress();
    await write({ dueAt: PAST, leaseToken: 'another', leaseUntil: FUTURE });
    await run();
    expect(await progress()).toMatchObject({ startedAt: null, open: [] });
    await write({ leaseUntil: PAST });
    await run();
    expect(await progress()).toMatchObject({ checked: TEAMS.length, repaired: 1 });
  });

  it('end here when another replica took them over', async () => {
    await progress();
    await write({ dueAt: PAST });
    const held = holdCall(sandbox.harbor, 'GET', /team-b$/);
    const looksBefore = looksAt('team-c');
    const running = run();
    await held.arrived();
    await write({ leaseToken: 'another', leaseUntil: FUTURE });
    held.letGo();
    await running;
    expect(await progress()).toMatchObject({ state: 'running', checked: 1 });
    expect(looksAt('team-c')).toBe(looksBefore);
  });

  it('go on where they were when Berth was stopped in the middle', async () => {
    for (const team of TEAMS) await liftRule(team);
    await sandbox.stop();
    await start({ RECONCILE_CALLS_PER_SECOND: '20' });
    await admin.post('/admin/reconcile', {});
    await until(({ checked }) => checked === 1);
    await sandbox.stop();

    await start({ RECONCILE_CALLS_PER_SECOND: '1000' });
    const before = await progress();
    expect(before.state).toBe('running');
    const seen = Number(before.checked);
    expect(seen).toBeLessThan(TEAMS.length);
    await run();
    const after = await progress();
    expect(after).toMatchObject({ state: 'waiting', checked: TEAMS.length, open: [] });
    expect(after.startedAt).toBe(before.startedAt);
    expect(TEAMS.filter((team) => looksAt(team) === 0)).toHaveLength(seen);
    expect((await admin.get('/admin/audit?action=project.drift-repaired')).body.items).toHaveLength(
      TEAMS.length,
    );
  });

  it('repair what the configuration names, and nothing with none', async () => {
    const spoil = async () => {
      await liftRule('team-a');
      await inHarbor('PUT', '/projects/team-a', { metadata: { public: 'true' } });
      const { project_id: id } = (await inHarbor('GET', '/projects/team-a')) as { project_id: number };
      const quotas = await inHarbor('GET', `/quotas?reference=project&reference_id=${id}`);
      const [quota] = quotas as { id: number }[];
      await inHarbor('PUT', `/quotas/${quota?.id}`, { hard: { storage: 1024 } });
    };
    await spoil();
    await sandbox.stop();
    await start({ DRIFT_REPAIR: 'none' });
    const none = await admin.post('/admin/reconcile', { project: 'team-a' });
    const drifts = (body: Record<string, unknown>) =>
      (body.projects as { drifts: { code: string; action: string; repaired: boolean }[] }[])
        .flatMap((project) => project.drifts)
        .map(
          ({ code, action, repaired }) => `${code.slice('project.problem.'.length)} ${action} ${repaired}`,
        );
    expect(drifts(none.body)).toEqual([
      'tag-rule-off report false',
      'visibility-changed report false',
      'quota-changed report false',
    ]);
    await sandbox.stop();
    await start({ DRIFT_REPAIR: 'visibility,quota' });
    const some = await admin.post('/admin/reconcile', { project: 'team-a' });
    expect(drifts(some.body)).toEqual([
      'tag-rule-off report false',
      'visibility-changed repair true',
      'quota-changed repair true',
    ]);
    expect((await admin.get('/projects/team-a')).body).toMatchObject({
      quota: { limitBytes: 40 * 1024 ** 3 },
      problems: [{ code: 'project.problem.tag-rule-off' }],
    });
    expect(await inHarbor('GET', '/projects/team-a')).toMatchObject({ metadata: { public: 'false' } });
  });
});
