import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { holdCall } from './held-call';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';

interface Login {
  username: string;
  password: string;
}

interface Problem {
  code: string;
  detail: string;
}

interface Found extends Problem {
  action: string;
  repaired: boolean;
}

const GIB = 1024 ** 3;
const MINE = 'user-liuyizhou';
const TEAM = 'team-vision';
const RULES = `/projects/${MINE}/immutabletagrules`;

describe('reconcile', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let admin: Client;
  let liuLogin: Login;

  const asHarborAdmin = async (method: string, path: string, body?: unknown) => {
    const answer = await callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const asLiu = async (method: string, path: string, body?: unknown) => {
    const answer = await callHarbor(sandbox, liuLogin, method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const list = async (path: string) => (await asHarborAdmin('GET', path)) as Record<string, unknown>[];
  const rule = async () => {
    const [first] = await list(RULES);
    if (first === undefined) throw new Error('there is no rule');
    return first;
  };
  const memberId = async (project: string, username: string) => {
    const members = await list(`/projects/${project}/members`);
    return Number(members.find((member) => member.entity_name === username)?.id);
  };
  const roleOf = async (project: string, username: string) => {
    const members = await list(`/projects/${project}/members`);
    return members.find((member) => member.entity_name === username)?.role_name ?? null;
  };
  const userId = async (username: string) => {
    const [user] = await list(`/users?q=username%3D${username}`);
    return Number(user?.user_id);
  };
  const reconcile = async (body: Record<string, unknown>) => {
    const answer = await admin.post('/admin/reconcile', body);
    const projects = (answer.body.projects ?? []) as { project: string; drifts: Found[] }[];
    return { ...answer, projects };
  };
  const planOf = async (project: string) => (await reconcile({ dryRun: true, project })).projects;
  const problemsOf = async (path: string) => {
    const { body } = await liu.get(path);
    return (body.problems as Problem[]).map(({ code }) => code);
  };
  const finished = async () => {
    for (;;) {
      const { body } = await admin.get('/admin/reconcile');
      if (body.state !== 'running') return body;
      await setTimeout(20);
    }
  };
  const repairsAudited = async () => {
    const { body } = await admin.get('/admin/audit?action=project.drift-repaired');
    return body.items as Record<string, unknown>[];
  };
  const writesSince = (start: number) =>
    sandbox.harbor.calls
      .slice(start)
      .filter(({ method, caller }) => method !== 'GET' && caller.startsWith('robot'));
  /** Berth leaves a Harbor that was down alone for a moment. */
  const harborUp = async () => {
    await sandbox.harbor.faults.up();
    while ((await liu.get(`/projects/${MINE}`)).status === 503) await setTimeout(50);
  };

  beforeEach(async () => {
    sandbox = await startTestSandbox({
      env: { LOG_LEVEL: 'silent', RECONCILE_CALLS_PER_SECOND: '1000' },
    });
    // It would go on with a round that an outage stopped.
    await holdTasks(sandbox.app.get(DataSource), 'reconcile');
    liu = await Client.login(sandbox, 'liuyizhou');
    admin = await Client.login(sandbox, 'grace');
    const { body } = await liu.post('/account/credentials', {});
    liuLogin = { username: String(body.username), password: String(body.password) };
    await admin.post('/projects', { name: TEAM });
    await admin.put(`/projects/${TEAM}/members/liuyizhou`, { role: 'developer' });
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('finds nothing and changes nothing where Harbor is as it should be', async () => {
    const start = sandbox.harbor.calls.length;
    const plan = await reconcile({ dryRun: true });
    expect(plan).toMatchObject({
      status: 200,
      body: { dryRun: true, checked: 2, projects: [], nextCursor: null },
    });
    expect((await reconcile({})).status).toBe(202);
    expect(await finished()).toMatchObject({ state: 'waiting', checked: 2, skipped: 0, found: 0, open: [] });
    expect(writesSince(start)).toEqual([]);
    expect(await repairsAudited()).toEqual([]);
  });

  const ruleChanges = [
    {
      change: 'lifts the rule',
      code: 'project.problem.tag-rule-off',
      act: async () =>
        asLiu('PUT', `${RULES}/${Number((await rule()).id)}`, { ...(await rule()), disabled: true }),
    },
    {
      change: 'deletes the rule',
      code: 'project.problem.tag-rule-missing',
      act: async () => asLiu('DELETE', `${RULES}/${Number((await rule()).id)}`),
    },
    {
      change: 'edits the rule',
      code: 'project.problem.tag-rule-changed',
      act: async () =>
        asLiu('PUT', `${RULES}/${Number((await rule()).id)}`, {
          ...(await rule()),
          disabled: false,
          tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'v0' }],
        }),
    },
  ];
  it.each(ruleChanges)('puts the tag rule back when the owner $change', async ({ code, act }) => {
    await act();
    const start = sandbox.harbor.calls.length;
    expect(await planOf(MINE)).toMatchObject([
      { project: MINE, drifts: [{ code, action: 'repair', repaired: false }] },
    ]);
    expect(writesSince(start)).toEqual([]);

    expect((await reconcile({})).status).toBe(202);
    expect(await finished()).toMatchObject({ checked: 2, found: 1, repaired: 1, open: [] });
    expect(writesSince(start)).toHaveLength(1);
    expect((await liu.get(`/projects/${MINE}`)).body).toMatchObject({
      tagRule: { state: 'on' },
      problems: [],
    });
    expect(await planOf(MINE)).toEqual([]);
    expect(await repairsAudited()).toMatchObject([
      { actor: { name: 'berth' }, outcome: 'ok', target: `${MINE} ${code.replace('project.problem.', '')}` },
    ]);
    await reconcile({});
    await finished();
    expect(writesSince(start)).toHaveLength(1);
  });

  it('makes the owner an admin again who lowered himself, and who removed himself', async () => {
    const otherAdmin = { role_id: 1, member_user: { user_id: await userId('grace') } };
    await asHarborAdmin('POST', `/projects/${MINE}/members`, otherAdmin);
    await asHarborAdmin('PUT', `/projects/${MINE}/members/${await memberId(MINE, 'liuyizhou')}`, {
      role_id: 3,
    });
    const lowered = await reconcile({ project: MINE });
    expect(lowered.projects[0]?.drifts).toMatchObject([
      { code: 'project.problem.membership-changed', action: 'repair', repaired: true },
      { code: 'project.problem.foreign-admin', action: 'report', repaired: false },
    ]);
    expect(await roleOf(MINE, 'liuyizhou')).toBe('projectAdmin');

    await asLiu('DELETE', `/projects/${MINE}/members/${await memberId(MINE, 'liuyizhou')}`);
    const removed = await reconcile({ project: MINE });
    expect(removed.projects[0]?.drifts[0]).toMatchObject({
      code: 'project.problem.membership-missing',
      repaired: true,
    });
    expect(await roleOf(MINE, 'liuyizhou')).toBe('projectAdmin');
    expect(await roleOf(MINE, 'grace')).toBe('projectAdmin');
    expect(await problemsOf(`/projects/${MINE}`)).toEqual(['project.problem.foreign-admin']);
    expect(await problemsOf('/account')).toEqual(['project.problem.foreign-admin']);
  });

  it('gives a member back the role that Berth gave him, and shows what was repaired to him', async () => {
    await asHarborAdmin('PUT', `/projects/${TEAM}/members/${await memberId(TEAM, 'liuyizhou')}`, {
      role_id: 1,
    });
    await reconcile({});
    await finished();
    expect(await roleOf(TEAM, 'liuyizhou')).toBe('developer');
    const { body } = await liu.get('/account/activity');
    expect(JSON.stringify(body)).toContain(`${TEAM} membership-changed liuyizhou`);
  });

  it('only reports a project made public and a changed quota, until they are as they should be', async () => {
    await asLiu('PUT', `/projects/${MINE}`, { metadata: { public: 'true' } });
    await asHarborAdmin('PUT', `/quotas/${await quotaId()}`, { hard: { storage: GIB } });
    const codes = ['project.problem.quota-changed', 'project.problem.visibility-changed'];
    const start = sandbox.harbor.calls.length;
    await reconcile({});
    const progress = await finished();
    expect(progress).toMatchObject({ found: 2, repaired: 0 });
    expect(
      (progress.open as { code: string; count: number }[]).map(({ code, count }) => [code, count]),
    ).toEqual(codes.map((code) => [code, 1]));
    expect(writesSince(start)).toEqual([]);
    expect(await problemsOf('/account')).toEqual(codes);
    const { body } = await liu.get('/projects');
    expect(
      (body.items as { name: string; problems: Problem[] }[]).map(({ problems }) => problems.length),
    ).toEqual([0, 2]);
    expect((await problemsOf(`/projects/${MINE}`)).sort()).toEqual(codes);

    await asLiu('PUT', `/projects/${MINE}`, { metadata: { public: 'false' } });
    await asHarborAdmin('PUT', `/quotas/${await quotaId()}`, { hard: { storage: 40 * GIB } });
    await reconcile({});
    expect(await finished()).toMatchObject({ found: 0, open: [] });
    expect(await problemsOf('/account')).toEqual([]);
  });

  async function quotaId(): Promise<number> {
    const [quota] = await list(`/quotas?reference=project&reference_id=${await projectId(MINE)}`);
    return Number(quota?.id);
  }

  async function projectId(name: string): Promise<number> {
    return Number(((await asHarborAdmin('GET', `/projects/${name}`)) as Record<string, unknown>).project_id);
  }

  it('only reports a deleted user, wherever he should be a member', async () => {
    await asHarborAdmin('DELETE', `/users/${await userId('liuyizhou')}`);
    const start = sandbox.harbor.calls.length;
    await reconcile({});
    expect(await finished()).toMatchObject({
      found: 2,
      repaired: 0,
      open: [{ code: 'project.problem.user-gone', count: 2 }],
    });
    expect(writesSince(start)).toEqual([]);
    expect(await problemsOf('/account')).toEqual(['project.problem.user-gone']);
  });

  it('tells nobody any more of what was settled through Berth', async () => {
    await asHarborAdmin('DELETE', `/users/${await userId('liuyizhou')}`);
    await asHarborAdmin('PUT', `/quotas/${await quotaId()}`, { hard: { storage: GIB } });
    await asHarborAdmin('PUT', `/projects/${TEAM}`, { metadata: { public: 'true' } });
    await reconcile({});
    expect(await finished()).toMatchObject({ found: 4, repaired: 0 });

    await liu.post('/account/credentials', { reset: true });
    expect(await problemsOf('/account')).toEqual(['project.problem.quota-changed']);
    await admin.put(`/admin/projects/${MINE}/quota`, { quotaBytes: 40 * GIB });
    expect(await problemsOf('/account')).toEqual([]);
    await admin.patch(`/projects/${TEAM}`, { visibility: 'private' });
    await admin.put(`/projects/${TEAM}/members/liuyizhou`, { role: 'guest' });
    expect((await admin.get('/admin/reconcile')).body.open).toEqual([]);
  });

  it('only reports a deleted project, and one that took its name', async () => {
    await asHarborAdmin('DELETE', `/projects/${MINE}`);
    await reconcile({});
    expect(await finished()).toMatchObject({ open: [{ code: 'project.problem.gone', count: 1 }] });
    await asHarborAdmin('POST', '/projects', { project_name: MINE, metadata: { public: 'true' } });
    const start = sandbox.harbor.calls.length;
    await reconcile({});
    expect(await finished()).toMatchObject({ open: [{ code: 'project.problem.replaced', count: 1 }] });
    expect(writesSince(start)).toEqual([]);
    expect(await problemsOf('/account')).toEqual(['project.problem.replaced']);
  });

  it('makes Berth’s webhook again where it is gone, off or changed', async () => {
    const hooks = `/projects/${MINE}/webhook/policies`;
    const [made] = await list(hooks);
    expect(made).toMatchObject({
      enabled: true,
      event_types: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
      targets: [{ address: `${sandbox.url}/api/v1/hooks/harbor/${MINE}` }],
    });
    const { id: _id, creation_time: _made, update_time: _changed, ...wanted } = made ?? {};
    const [target] = made?.targets as Record<string, unknown>[];
    const spoils: [string, (id: number) => Promise<unknown>][] = [
      ['webhook-missing', async (id) => asLiu('DELETE', `${hooks}/${id}`)],
      ['webhook-off', async (id) => asLiu('PUT', `${hooks}/${id}`, { ...made, enabled: false })],
      [
        'webhook-changed',
        async (id) =>
          asLiu('PUT', `${hooks}/${id}`, { ...made, targets: [{ ...target, auth_header: 'Bearer x' }] }),
      ],
    ];
    for (const [code, spoil] of spoils) {
      await spoil(Number((await list(hooks))[0]?.id));
      const plan = await planOf(MINE);
      expect(plan[0]?.drifts.map((drift) => drift.code)).toEqual([`project.problem.${code}`]);
      const repaired = await reconcile({ project: MINE });
      expect(repaired.projects[0]?.drifts).toMatchObject([{ action: 'repair', repaired: true }]);
      expect(await list(hooks)).toMatchObject([wanted]);
    }
  });

  it('looks at once where a tag moved that may not, and puts the rule on again', async () => {
    const push = async (content: string) =>
      pushTinyImage({
        registryUrl: sandbox.harbor.url,
        link: { project: MINE, repository: 'demo', tag: 'v1' },
        ...liuLogin,
        content,
      });
    const isRuleOn = async () => (await rule()).disabled !== true;
    await push('one');
    const link = `${sandbox.harbor.address}/${MINE}/demo:v1`;
    const image = { link, description: 'Demo', taskType: 'pytorch' };
    expect((await liu.post('/images', image)).status).toBe(201);
    const { id, ...found } = await rule();
    await asLiu('PUT', `${RULES}/${String(id)}`, { id, ...found, disabled: true });
    expect(await isRuleOn()).toBe(false);
    await push('two');
    while ((await repairsAudited()).length === 0) await setTimeout(50);
    expect(await isRuleOn()).toBe(true);
    expect(await repairsAudited()).toMatchObject([
      { actor: { kind: 'berth' }, target: `${MINE} tag-rule-off`, outcome: 'ok' },
    ]);
  });

  it('leaves members, robots, rules and webhooks of others alone', async () => {
    await asLiu('POST', `/projects/${MINE}/members`, {
      role_id: 2,
      member_user: { user_id: await userId('grace') },
    });
    await asLiu('POST', '/robots', {
      name: 'mine',
      level: 'project',
      duration: 30,
      permissions: [
        { kind: 'project', namespace: MINE, access: [{ resource: 'repository', action: 'pull' }] },
      ],
    });
    await asLiu('POST', `/projects/${MINE}/webhook/policies`, {
      name: 'mine',
      enabled: true,
      event_types: ['PUSH_ARTIFACT'],
      targets: [{ type: 'http', address: 'http://127.0.0.1:9/hook', skip_cert_verify: false }],
    });
    await asLiu('DELETE', `${RULES}/${Number((await rule()).id)}`);
    await asLiu('POST', RULES, {
      action: 'immutable',
      template: 'immutable_template',
      disabled: false,
      scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: 'keep' }] },
      tag_selectors: [{ kind: 'doublestar', decoration: 'matches', pattern: 'v*' }],
    });
    const theirs = await rule();
    await reconcile({});
    expect(await finished()).toMatchObject({ found: 1, repaired: 1, open: [] });
    expect(await roleOf(MINE, 'grace')).toBe('developer');
    expect(await list(`/projects/${MINE}/webhook/policies`)).toMatchObject([
      { name: 'mine' },
      { name: 'berth' },
    ]);
    expect(await list(`/robots?q=Level%3Dproject%2CProjectID%3D${await projectId(MINE)}`)).toHaveLength(1);
    expect(await list(RULES)).toHaveLength(2);
    expect(await list(RULES)).toContainEqual(theirs);
  });

  it('gives nothing back to a person who was offboarded', async () => {
    expect((await admin.post('/admin/persons/liuyizhou/offboard', {})).status).toBeLessThan(300);
    expect(await roleOf(TEAM, 'liuyizhou')).toBeNull();
    await asHarborAdmin('DELETE', `/projects/${MINE}/members/${await memberId(MINE, 'liuyizhou')}`);
    const start = sandbox.harbor.calls.length;
    await reconcile({});
    expect(await finished()).toMatchObject({ checked: 2, found: 0, open: [] });
    expect(await roleOf(TEAM, 'liuyizhou')).toBeNull();
    expect(await roleOf(MINE, 'liuyizhou')).toBeNull();
    expect(writesSince(start)).toEqual([]);
  });

  it('stops while Harbor is down, takes nothing for drift, and goes on afterwards', async () => {
    await asLiu('DELETE', `${RULES}/${Number((await rule()).id)}`);
    await sandbox.harbor.faults.down();
    expect((await reconcile({})).status).toBe(202);
    expect(await finished()).toMatchObject({
      state: 'stopped',
      stoppedBy: 'harbor.unavailable',
      checked: 0,
      open: [],
    });
    expect((await reconcile({ dryRun: true, project: MINE })).status).toBe(503);
    await harborUp();
    await reconcile({});
    expect(await finished()).toMatchObject({
      state: 'waiting',
      checked: 2,
      repaired: 1,
      stoppedBy: null,
      open: [],
    });
  });

  it.each([401, 403, 500])(
    'takes no %i for drift, and does what it can for other projects',
    async (status) => {
      sandbox.harbor.faults.add({ kind: 'status', status, path: new RegExp(`/projects/${MINE}/members`) });
      await reconcile({});
      const progress = await finished();
      expect(progress).toMatchObject({ found: 0, open: [] });
      if (status !== 401) expect(progress).toMatchObject({ state: 'waiting', checked: 1, skipped: 1 });
      else expect(progress).toMatchObject({ state: 'stopped', stoppedBy: 'harbor.unauthorized' });
      expect(await problemsOf('/account')).toEqual([]);
    },
  );

  it('goes on after a reply was lost, and repairs nothing twice', async () => {
    await asLiu('DELETE', `${RULES}/${Number((await rule()).id)}`);
    await asHarborAdmin('DELETE', `/projects/${TEAM}/members/${await memberId(TEAM, 'liuyizhou')}`);
    sandbox.harbor.faults.add({ kind: 'drop-after', method: 'POST', path: /immutabletagrules$/, times: 1 });
    sandbox.harbor.faults.add({ kind: 'drop-after', method: 'POST', path: /members$/, times: 1 });
    const start = sandbox.harbor.calls.length;
    await reconcile({});
    await finished();
    expect((await repairsAudited()).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    await reconcile({});
    expect(await finished()).toMatchObject({ checked: 2, found: 0, open: [] });
    expect(await list(RULES)).toHaveLength(1);
    expect(await roleOf(TEAM, 'liuyizhou')).toBe('developer');
    expect(writesSince(start)).toHaveLength(2);
  });

  it('leaves alone what is being made or changed', async () => {
    await asLiu('DELETE', `${RULES}/${Number((await rule()).id)}`);
    const held = holdCall(sandbox.harbor, 'PUT', /\/password$/);
    const resetting = liu.post('/account/credentials', { reset: true });
    await held.arrived();
    const plan = await reconcile({ dryRun: true, project: MINE });
    expect(plan.projects).toMatchObject([{ project: MINE, notCompared: 'busy', drifts: [] }]);
    held.letGo();
    await resetting;
  });

  it('answers 404 for a project that Berth does not keep, and 400 for a cursor of something else', async () => {
    const { status, body } = await reconcile({ project: 'library' });
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'project.not-found' });
    expect((await reconcile({ dryRun: true, cursor: 'x' })).status).toBe(400);
    expect((await liu.post('/admin/reconcile', { dryRun: true })).status).toBe(403);
  });
});
