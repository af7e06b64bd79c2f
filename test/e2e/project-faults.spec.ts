import type { Sandbox } from '../../sandbox/sandbox';
import { callHarbor, Client, startTestSandbox, type Answer } from './journey';
import { DEADLINE, whileStruck } from './struck';

const FAULTS = [
  { fault: 'refused by a 500', kind: 'status', status: 500 },
  { fault: 'applied, then a 502', kind: 'status-after', status: 502 },
  { fault: 'cut before it was applied', kind: 'drop' },
  { fault: 'cut after it was applied', kind: 'drop-after' },
  { fault: 'without an answer', kind: 'hang' },
  { fault: 'answered with HTML', kind: 'html' },
  { fault: 'refused by a 401', kind: 'status', status: 401 },
  { fault: 'refused by a 429', kind: 'status', status: 429 },
] as const;

type Fault = (typeof FAULTS)[number];
interface Write {
  write: string;
  method: string;
  path: RegExp;
}

const MAKING: Write[] = [
  { write: 'making the project', method: 'POST', path: /\/projects$/ },
  { write: 'setting the tag rule', method: 'POST', path: /\/immutabletagrules$/ },
  { write: 'making the webhook', method: 'POST', path: /\/webhook\/policies$/ },
  { write: 'adding the first admin', method: 'POST', path: /\/members$/ },
  { write: 'making it public', method: 'PUT', path: /\/projects\/[^/]+$/ },
];

function everyFault<W extends Write>(writes: readonly W[]): (W & Fault)[] {
  return writes.flatMap((write) => FAULTS.map((fault) => ({ ...write, ...fault })));
}

/** Every write of these features, failing in every way: it is said, nothing is doubled, and the same call goes on. */
describe('projects while Harbor fails at one step', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let admin: Client;
  let number = 0;
  const inHarbor = async (path: string) => (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', path)).body;
  const struckBy = ({ method, path, kind, ...fault }: Write & Fault, work: () => Promise<Answer>) => {
    const status = 'status' in fault ? { status: fault.status } : {};
    const struck = { harbor: sandbox.harbor, apps: [sandbox.app] };
    return whileStruck(struck, { method, path, kind, times: 1, ...status }, work);
  };
  const expectFailure = ({ status, body }: { status: number; body: Record<string, unknown> }) => {
    expect([502, 503, 504]).toContain(status);
    expect(body.code).toMatch(/^harbor\./);
  };
  const membersOf = async (project: string, username: string) =>
    ((await inHarbor(`/projects/${project}/members`)) as { entity_name: string; role_id: number }[])
      .filter(({ entity_name: name }) => name === username)
      .map(({ role_id: role }) => role);
  const rowsOf = async (action: string, target: string) =>
    (
      (await admin.get(`/admin/audit?action=${action}&outcome=ok&limit=200`)).body.items as {
        target: string;
      }[]
    ).filter((row) => row.target.startsWith(target));
  const makeProject = async () => {
    const name = `team-${(number += 1)}`;
    expect((await admin.post('/projects', { name })).status).toBe(201);
    return name;
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { ...DEADLINE, LOG_LEVEL: 'silent' } });
    admin = await Client.login(sandbox, 'grace');
    await makeProject();
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it.each(everyFault(MAKING))('$write $fault', async (fault) => {
    const wanted = { name: `team-${(number += 1)}`, visibility: 'public', quotaBytes: 5_000_000 };
    expectFailure(await struckBy(fault, () => admin.post('/projects', wanted)));
    const { body } = await admin.get(`/projects/${wanted.name}`);
    expect(body.problems).toMatchObject([{ code: 'project.problem.unfinished' }]);
    const { body: mine } = await admin.get('/projects?limit=200');
    expect((mine.items as { name: string }[]).map(({ name }) => name)).toContain(wanted.name);

    expect(await admin.post('/projects', { ...wanted, quotaBytes: 6_000_000 })).toMatchObject({
      status: 201,
      body: { problems: [], myRole: 'admin', quota: { limitBytes: 6_000_000 }, tagRule: { state: 'on' } },
    });
    expect(await inHarbor(`/projects/${wanted.name}`)).toMatchObject({ metadata: { public: 'true' } });
    expect(await inHarbor(`/projects/${wanted.name}/immutabletagrules`)).toHaveLength(1);
    expect(await inHarbor(`/projects/${wanted.name}/webhook/policies`)).toMatchObject([{ name: 'berth' }]);
    expect(await membersOf(wanted.name, 'grace')).toEqual([1]);
    expect(await rowsOf('project.created', `${wanted.name} `)).toHaveLength(1);
    expect((await admin.post('/projects', wanted)).body.code).toBe('project.exists');
  });

  it.each(everyFault([{ write: 'setting the quota', method: 'PUT', path: /\/quotas\/\d+$/ }]))(
    '$write $fault: a grant goes on, once',
    async (fault) => {
      const project = await makeProject();
      const wanted = { quotaBytes: 99_000_000_000, reason: 'More' };
      const { body } = await admin.post(`/projects/${project}/quota-requests`, wanted);
      const grant = `/projects/${project}/quota-requests/${String(body.id)}/grant`;
      expectFailure(await struckBy(fault, () => admin.post(grant, {})));
      expect((await admin.get(`/projects/${project}/quota-requests`)).body).toMatchObject({
        items: [{ state: 'open' }],
      });
      expect(await admin.post(grant, {})).toMatchObject({ status: 200, body: { state: 'granted' } });
      expect(await admin.post(grant, {})).toMatchObject({ status: 200, body: { state: 'granted' } });
      expect((await admin.get(`/projects/${project}`)).body).toMatchObject({
        quota: { limitBytes: wanted.quotaBytes },
        problems: [],
      });
      expect(await rowsOf('project.quota-granted', project)).toHaveLength(1);
    },
  );

  it.each(everyFault([{ write: 'deleting the project', method: 'DELETE', path: /\/projects\/[^/]+$/ }]))(
    '$write $fault',
    async (fault) => {
      const project = await makeProject();
      expectFailure(await struckBy(fault, () => admin.delete(`/projects/${project}`)));
      expect((await admin.delete(`/projects/${project}`)).status).toBe(204);
      expect((await admin.get(`/projects/${project}`)).status).toBe(404);
      expect((await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `/projects/${project}`)).status).toBe(
        404,
      );
      expect(await rowsOf('project.deleted', project)).toHaveLength(1);
    },
  );
});
