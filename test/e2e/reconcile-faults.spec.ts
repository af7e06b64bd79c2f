import { DataSource } from 'typeorm';
import type { Sandbox } from '../../sandbox/sandbox';
import { ProjectMember } from '../../src/projects/members/project-member.entity';
import { callHarbor, Client, startTestSandbox } from './journey';
import { DEADLINE, whileStruck } from './struck';

const MINE = 'user-liuyizhou';
const HOOKS = `/projects/${MINE}/webhook/policies`;
const TEAM = 'team-vision';
const QUOTA = 40 * 1024 ** 3;

const FAULTS = [
  { fault: 'refused by a 403', kind: 'status', status: 403 },
  { fault: 'refused by a 500', kind: 'status', status: 500 },
  { fault: 'applied, then a 502', kind: 'status-after', status: 502 },
  { fault: 'cut before it was applied', kind: 'drop' },
  { fault: 'cut after it was applied', kind: 'drop-after' },
  { fault: 'without an answer', kind: 'hang' },
  { fault: 'answered with HTML', kind: 'html' },
  { fault: 'refused by a 401', kind: 'status', status: 401 },
  { fault: 'refused by a 429', kind: 'status', status: 429 },
] as const;

describe('a repair while Harbor fails at its write', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let admin: Client;

  const inHarbor = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body as T;
  };
  const rules = async () =>
    inHarbor<{ id: number; disabled?: boolean }[]>('GET', `/projects/${MINE}/immutabletagrules`);
  const webhooks = async () => inHarbor<{ id: number; enabled: boolean }[]>('GET', HOOKS);
  const member = async (username: string) => {
    const members = await inHarbor<{ id: number; entity_name: string; role_id: number }[]>(
      'GET',
      `/projects/${TEAM}/members`,
    );
    return members.find(({ entity_name: name }) => name === username);
  };
  const memberPath = async (username: string) => `/projects/${TEAM}/members/${(await member(username))?.id}`;
  const quota = async () => {
    const { project_id: id } = await inHarbor<{ project_id: number }>('GET', `/projects/${MINE}`);
    const [found] = await inHarbor<{ id: number; hard: { storage: number } }[]>(
      'GET',
      `/quotas?reference=project&reference_id=${id}`,
    );
    return found;
  };

  const WRITES = [
    {
      write: 'making the tag rule',
      project: MINE,
      method: 'POST',
      path: /immutabletagrules$/,
      spoil: async () =>
        inHarbor('DELETE', `/projects/${MINE}/immutabletagrules/${(await rules())[0]?.id ?? ''}`),
      isRight: async () => (await rules()).filter(({ disabled }) => disabled !== true).length === 1,
    },
    {
      write: 'putting the tag rule on',
      project: MINE,
      method: 'PUT',
      path: /immutabletagrules\/\d+$/,
      spoil: async () => {
        const [rule] = await rules();
        const path = `/projects/${MINE}/immutabletagrules/${rule?.id}`;
        await inHarbor('PUT', path, { ...rule, disabled: true });
      },
      isRight: async () => (await rules()).filter(({ disabled }) => disabled !== true).length === 1,
    },
    {
      write: 'making the webhook',
      project: MINE,
      method: 'POST',
      path: /webhook\/policies$/,
      spoil: async () => inHarbor('DELETE', `${HOOKS}/${(await webhooks())[0]?.id ?? ''}`),
      isRight: async () => (await webhooks()).filter(({ enabled }) => enabled).length === 1,
    },
    {
      write: 'taking away a webhook that is off',
      project: MINE,
      method: 'DELETE',
      path: /webhook\/policies\/\d+$/,
      spoil: async () => {
        const [webhook] = await webhooks();
        await inHarbor('PUT', `${HOOKS}/${webhook?.id}`, { ...webhook, enabled: false });
      },
      isRight: async () => (await webhooks()).map(({ enabled }) => enabled).join() === 'true',
    },
    {
      write: 'adding a member',
      project: TEAM,
      method: 'POST',
      path: /members$/,
      spoil: async () => inHarbor('DELETE', await memberPath('ada')),
      isRight: async () => (await member('ada'))?.role_id === 2,
    },
    {
      write: 'setting a role',
      project: TEAM,
      method: 'PUT',
      path: /members\/\d+$/,
      spoil: async () => inHarbor('PUT', await memberPath('ada'), { role_id: 1 }),
      isRight: async () => (await member('ada'))?.role_id === 2,
    },
    {
      write: 'removing who was removed',
      project: TEAM,
      method: 'DELETE',
      path: /members\/\d+$/,
      spoil: async () => {
        await admin.put(`/projects/${TEAM}/members/liuyizhou`, { role: 'guest' });
        const manager = sandbox.app.get(DataSource).manager;
        await manager.update(ProjectMember, { wantedRole: 'guest' }, { wantedRole: 'none' });
      },
      isRight: async () => (await member('liuyizhou')) === undefined,
    },
    {
      write: 'making it private',
      project: MINE,
      method: 'PUT',
      path: /projects\/user-liuyizhou$/,
      spoil: async () => inHarbor('PUT', `/projects/${MINE}`, { metadata: { public: 'true' } }),
      isRight: async () => {
        const found = await inHarbor<{ metadata: { public: string } }>('GET', `/projects/${MINE}`);
        return found.metadata.public === 'false';
      },
    },
    {
      write: 'setting the quota',
      project: MINE,
      method: 'PUT',
      path: /quotas\/\d+$/,
      spoil: async () => inHarbor('PUT', `/quotas/${(await quota())?.id}`, { hard: { storage: 1024 } }),
      isRight: async () => (await quota())?.hard.storage === QUOTA,
    },
  ];
  const cases = WRITES.flatMap((write) => FAULTS.map((fault) => ({ ...write, ...fault })));

  beforeAll(async () => {
    sandbox = await startTestSandbox({
      env: {
        ...DEADLINE,
        LOG_LEVEL: 'silent',
        DRIFT_REPAIR: 'rule,member,webhook,visibility,quota',
      },
    });
    admin = await Client.login(sandbox, 'grace');
    for (const username of ['liuyizhou', 'ada']) {
      await (await Client.login(sandbox, username)).post('/account/credentials', {});
    }
    await admin.post('/projects', { name: TEAM });
    await admin.put(`/projects/${TEAM}/members/ada`, { role: 'developer' });
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it.each(cases)(
    '$write $fault: says so, and the next one ends it',
    async ({ project, method, path, spoil, isRight, kind, ...fault }) => {
      await spoil();
      const status = 'status' in fault ? { status: fault.status } : {};
      const auditPath = '/admin/audit?action=project.drift-repaired&limit=1';
      const [newestBefore] = (await admin.get(auditPath)).body.items as { id: string }[];
      const struck = { harbor: sandbox.harbor, apps: [sandbox.app] };
      const failed = await whileStruck(struck, { method, path, kind, times: 1, ...status }, () =>
        admin.post('/admin/reconcile', { project }),
      );
      expect(failed.status).toBeGreaterThanOrEqual(502);
      expect(failed.status).toBeLessThanOrEqual(504);
      const [newest] = (await admin.get(auditPath)).body.items as { id: string; outcome: string }[];
      expect(newest?.id).not.toBe(newestBefore?.id);
      expect(newest?.outcome).toBe('failed');
      expect(Number(((await admin.get('/admin/reconcile')).body.open as unknown[]).length)).toBe(1);

      const again = await admin.post('/admin/reconcile', { project });
      expect(again.status).toBe(200);
      expect(await isRight()).toBe(true);
      expect((await admin.get('/admin/reconcile')).body.open).toEqual([]);
      const quiet = await admin.post('/admin/reconcile', { project });
      expect(quiet.body.projects).toEqual([]);
    },
  );
});
