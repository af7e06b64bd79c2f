import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { Call } from '../../sandbox/harbor/sandbox-harbor';
import type { Sandbox } from '../../sandbox/sandbox';
import { holdCall } from './held-call';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';
import { makeStranger, MATRIX, ProvisioningMatrix, SCENARIOS } from './provisioning-matrix';
import { Replicas } from './replicas';
import { DEADLINE } from './struck';

describe('credentials while Harbor fails at one write', () => {
  let folder: string;
  let world: Replicas;
  let matrix: ProvisioningMatrix;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'berth-faults-'));
    world = await Replicas.start({
      databaseUrl: `sqlite:${join(folder, 'berth.sqlite')}`,
      replicas: 1,
      people: MATRIX.length + SCENARIOS.length,
      env: DEADLINE,
    });
    await makeStranger(world);
    matrix = new ProvisioningMatrix(world);
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(SCENARIOS)('has cases for every write of $scenario', async (scenario) => {
    expect(await matrix.record(scenario)).toEqual(scenario.writes);
  });

  it.each(MATRIX)(
    '$scenario.scenario, $fault.write $fault.fault: says so, and the same call goes on afterwards',
    async ({ scenario, fault }) => {
      await matrix.survive(scenario, fault);
    },
  );
});

describe('credentials', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  const isRead = ({ method }: Call): boolean => method === 'GET';

  beforeEach(async () => {
    sandbox = await startTestSandbox({ env: { LOG_LEVEL: 'error' } });
    // Its calls are counted with those of the credentials.
    await holdTasks(sandbox.app.get(DataSource), 'sweeps');
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('cost at most ten calls the first time, and at most four reads at a reset', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const { calls } = sandbox.harbor;
    const before = calls.length;
    expect((await ada.post('/account/credentials', {})).status).toBe(201);
    expect(calls.slice(before).length).toBeLessThanOrEqual(10);
    const between = calls.length;
    expect((await ada.post('/account/credentials', { reset: true })).status).toBe(200);
    expect(calls.slice(between).filter(isRead).length).toBeLessThanOrEqual(4);
  });

  it('keep the old password while Harbor is down, and say so', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const { body } = await ada.post('/account/credentials', {});
    await sandbox.harbor.faults.down();
    const refused = await ada.post('/account/credentials', { reset: true });
    expect(refused).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
    await sandbox.harbor.faults.up();
    expect(await canLogin(sandbox, body)).toBe(true);
    expect((await ada.get('/account')).body).toMatchObject({ credentials: { state: 'issued' } });
  });

  it('need attention at once when their user or project is deleted in Harbor, until a reset', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const inHarbor = async (method: string, path: string) =>
      (await callHarbor(sandbox, sandbox.harborAdmin, method, path)).body;
    const account = async () => {
      const { body } = await ada.get('/account');
      return [body.state, (body.problems as { code: string }[]).map(({ code }) => code)];
    };
    await ada.post('/account/credentials', {});
    const [user] = (await inHarbor('GET', '/users?q=username%3Dada')) as { user_id: number }[];
    await inHarbor('DELETE', `/users/${user?.user_id}`);
    expect(await account()).toEqual(['attention', ['project.problem.user-gone']]);
    await inHarbor('DELETE', '/projects/user-ada');
    expect(await account()).toEqual(['attention', ['project.problem.gone', 'project.problem.user-gone']]);
    // 201 where a slow machine had the first call answered by 202.
    const { status } = await ada.post('/account/credentials', { reset: true });
    expect([200, 201]).toContain(status);
    expect(await account()).toEqual(['ready', []]);
    const before = sandbox.harbor.calls.length;
    expect(await account()).toEqual(['ready', []]);
    expect(sandbox.harbor.calls.slice(before)).toHaveLength(1);
  });

  it('are made once of ten requests at once, and the others are told that they exist', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const answers = await Promise.all(Array.from({ length: 10 }, () => ada.post('/account/credentials', {})));
    const issued = answers.filter(({ status }) => status === 201);
    expect(issued).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
    expect(new Set(others)).toEqual(new Set(['account.credentials-exist']));
    expect(await canLogin(sandbox, issued[0]?.body ?? {})).toBe(true);
  });

  it('are refused to a reset while another runs', async () => {
    const ada = await Client.login(sandbox, 'ada');
    await ada.post('/account/credentials', {});
    const held = holdCall(sandbox.harbor, 'PUT', /\/password$/);
    const first = ada.post('/account/credentials', { reset: true });
    await held.arrived();
    const second = await ada.post('/account/credentials', { reset: true });
    expect(second).toMatchObject({ status: 409, body: { code: 'account.busy' } });
    held.letGo();
    expect((await first).status).toBe(200);
  });
});

describe('credentials that take longer than their caller waits', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };

  beforeEach(async () => {
    sandbox = await startTestSandbox({ env: { CREDENTIALS_WAIT_MS: '800', LOG_LEVEL: 'error' } });
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('answer 202 when Harbor is slow, go on without showing anything, and are issued by a later call', async () => {
    const ada = await Client.login(sandbox, 'ada');
    sandbox.harbor.faults.add({ kind: 'latency', method: 'POST', ms: 300 });
    const slow = await ada.post('/account/credentials', {});
    expect(slow.status).toBe(202);
    expect(slow.body).toMatchObject({ state: 'provisioning', project: 'user-ada' });
    expect(JSON.stringify(slow.body)).not.toContain('password');
    await until(async () => (await ada.get('/account')).body.state === 'ready');
    expect((await ada.get('/account')).body).toMatchObject({ credentials: { state: 'none' }, problems: [] });
    const actions = ((await ada.get('/account/activity')).body.items as { action: string }[]).map(
      ({ action }) => action,
    );
    expect(actions.filter((action) => action.startsWith('account.'))).toEqual(['account.made']);
    sandbox.harbor.faults.clear();
    const later = await ada.post('/account/credentials', {});
    expect(later.status).toBe(201);
    expect(await canLogin(sandbox, later.body)).toBe(true);
  });

  it('keep the old password when a slow reset was left before it touched it', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const { body } = await ada.post('/account/credentials', {});
    sandbox.harbor.faults.add({
      kind: 'latency',
      method: 'GET',
      path: /immutabletagrules/,
      ms: 1500,
      times: 1,
    });
    expect((await ada.post('/account/credentials', { reset: true })).status).toBe(202);
    await until(
      async () => (await ada.post('/account/credentials', {})).body.code === 'account.credentials-exist',
    );
    expect(await canLogin(sandbox, body)).toBe(true);
  });
});

async function canLogin(sandbox: Sandbox, body: Record<string, unknown>): Promise<boolean> {
  const login = { username: String(body.username), password: String(body.password) };
  return (await callHarbor(sandbox, login, 'GET', '/users/current')).status === 200;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}
