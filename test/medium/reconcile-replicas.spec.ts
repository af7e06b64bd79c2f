import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox';
import { createApp } from '../../src/app.setup';
import { loadConfig } from '../../src/config/load-config';
import { callHarbor, Client, SLOW_DIRECTORY } from '../e2e/journey';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const TEAMS = Array.from({ length: 6 }, (_, number) => `team-${number}`);

describe('reconcile by two replicas on one MariaDB', () => {
  let database: TestDatabase;
  let dataFolder: string;
  let sandbox: Sandbox;
  let other: NestFastifyApplication;
  let admin: Client;
  /** The same one at each replica. */
  let admins: Client[];

  const inHarbor = async (method: string, path: string, body?: unknown) =>
    (await callHarbor(sandbox, sandbox.harborAdmin, method, path, body)).body;
  const writes = () =>
    sandbox.harbor.calls.filter(({ method, caller }) => method !== 'GET' && caller.startsWith('robot'))
      .length;
  const finished = async () => {
    for (;;) {
      const { body } = await admin.get('/admin/reconcile');
      if (body.state !== 'running') return body;
      await setTimeout(20);
    }
  };

  beforeAll(async () => {
    database = await mariadb();
    dataFolder = mkdtempSync(join(tmpdir(), 'berth-reconcile-'));
    const env = {
      DATABASE_URL: database.url,
      LOG_LEVEL: 'silent',
      RECONCILE_CALLS_PER_SECOND: '1000',
      REPLICAS_WITHOUT_REDIS: 'true',
      ...SLOW_DIRECTORY,
    };
    sandbox = await startSandbox({ port: 0, dataFolder, env });
    other = await createApp(loadConfig(sandbox.env));
    await other.listen(0, '127.0.0.1');
    const there = { ...sandbox, url: await other.getUrl() };
    admin = await Client.login(sandbox, 'grace');
    admins = [admin, await Client.login(there, 'grace')];
    for (const name of TEAMS) await admin.post('/projects', { name });
  });
  afterAll(async () => {
    await other.close();
    await sandbox.stop();
    await database.drop();
    rmSync(dataFolder, { recursive: true, force: true });
  });

  it('looks at each project once a round, and repairs each drift once, whoever was asked', async () => {
    for (const team of TEAMS) {
      const rules = `/projects/${team}/immutabletagrules`;
      const [rule] = (await inHarbor('GET', rules)) as { id: number }[];
      await inHarbor('DELETE', `${rules}/${rule?.id}`);
      await inHarbor('PUT', `/projects/${team}`, { metadata: { public: 'true' } });
    }
    const before = writes();
    const asked = await Promise.all(admins.map((one) => one.post('/admin/reconcile', {})));
    expect(asked.map(({ status }) => status)).toEqual([202, 202]);
    expect(await finished()).toMatchObject({
      state: 'waiting',
      checked: TEAMS.length,
      skipped: 0,
      open: [{ code: 'project.problem.visibility-changed', count: TEAMS.length }],
    });
    expect(writes() - before).toBe(TEAMS.length);
    for (const team of TEAMS) {
      expect(await inHarbor('GET', `/projects/${team}/immutabletagrules`)).toHaveLength(1);
    }
    const { body } = await admin.get('/admin/audit?action=project.drift-repaired');
    expect(body.items).toHaveLength(TEAMS.length);
  });

  it('repairs once what both are asked for at the same time', async () => {
    const [team] = TEAMS;
    const rules = `/projects/${team}/immutabletagrules`;
    const [rule] = (await inHarbor('GET', rules)) as { id: number }[];
    await inHarbor('DELETE', `${rules}/${rule?.id}`);
    const before = writes();
    const answers = await Promise.all(admins.map((one) => one.post('/admin/reconcile', { project: team })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(writes() - before).toBe(1);
    expect(await inHarbor('GET', rules)).toHaveLength(1);
  });
});
