import type { Sandbox } from '../../sandbox/sandbox';
import { pushTinyImage, RegistryRefusal } from '../../sandbox/registry-client';
import { callHarbor, Client, startTestSandbox } from './journey';

const GIB = 1024 ** 3;

interface Usage {
  quota: { usedBytes: number; limitBytes: number };
  repositories: {
    repository: string;
    tagged: { artifacts: number; sizeBytes: number };
    untagged: { artifacts: number; sizeBytes: number };
  }[];
  complete: boolean;
}

describe('quotas', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let admin: Client;
  let login: { username: string; password: string };
  const requests = '/projects/user-liuyizhou/quota-requests';
  const push = async (repository: string, tag: string, content: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: 'user-liuyizhou', repository, tag },
      ...login,
      content,
    });
  const inHarbor = async () => {
    const path = '/projects/user-liuyizhou';
    const { body } = await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `${path}/summary`);
    return (body as { quota: { hard: { storage: number } } }).quota.hard.storage;
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({
      env: { LOG_LEVEL: 'silent', PROJECTS_BY_PERSONS: 'true' },
    });
    // Ids of quotas and of projects must not be the same, or a mistake between them would not show.
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/configurations', {
      quota_per_project_enable: false,
    });
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/projects', {
      project_name: 'without-quota',
      metadata: { public: 'false' },
    });
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/configurations', {
      quota_per_project_enable: true,
    });
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    admin = await Client.login(sandbox, 'grace');
    const { body } = await liu.post('/account/credentials', {});
    login = { username: String(body.username), password: String(body.password) };
    await ada.post('/account/credentials', {});
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('say what fills them, repository by repository, untagged leftovers apart', async () => {
    expect((await liu.get('/projects/user-liuyizhou/usage')).body).toMatchObject({
      quota: { usedBytes: 0, limitBytes: 40 * GIB },
      repositories: [],
      complete: true,
    });
    await push('demo', 'v1', 'one');
    await push('demo', 'latest', 'old');
    await push('demo', 'latest', 'new');
    await push('team/nested', 'v1', 'one');
    const usage = (await liu.get('/projects/user-liuyizhou/usage')).body as unknown as Usage;
    expect(usage.repositories.map(({ repository }) => repository)).toEqual(['demo', 'team/nested']);
    const [demo, nested] = usage.repositories;
    expect(demo).toMatchObject({ tagged: { artifacts: 2 }, untagged: { artifacts: 1 } });
    expect(nested).toMatchObject({ tagged: { artifacts: 1 }, untagged: { artifacts: 0, sizeBytes: 0 } });
    expect(nested?.tagged.sizeBytes).toBeGreaterThan(0);
    const sum = usage.repositories.reduce(
      (all, { tagged, untagged }) => all + tagged.sizeBytes + untagged.sizeBytes,
      0,
    );
    expect(usage.quota.usedBytes).toBeGreaterThan(0);
    expect(sum).toBeGreaterThan(usage.quota.usedBytes);
    expect(usage.complete).toBe(true);
  });

  it('are set by admins, by the quota’s own id, and below what is used with a warning', async () => {
    const refused = await liu.put('/admin/projects/user-liuyizhou/quota', { quotaBytes: GIB });
    expect(refused).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
    const adaBefore = (await ada.get('/projects/user-ada')).body.quota;
    const set = await admin.put('/admin/projects/user-liuyizhou/quota', { quotaBytes: 50 * GIB });
    expect(set).toMatchObject({
      status: 200,
      body: { project: 'user-liuyizhou', quota: { limitBytes: 50 * GIB }, warnings: [] },
    });
    expect(await inHarbor()).toBe(50 * GIB);
    expect((await ada.get('/projects/user-ada')).body.quota).toEqual(adaBefore);

    const low = await admin.put('/admin/projects/user-liuyizhou/quota', { quotaBytes: 100 });
    expect(low.body).toMatchObject({
      quota: { limitBytes: 100 },
      warnings: [{ code: 'project.warning.quota-below-use' }],
    });
    await expect(push('demo', 'v2', 'two')).rejects.toThrow(RegistryRefusal);
    expect((await liu.get('/projects/user-liuyizhou')).body.problems).toMatchObject([
      { code: 'project.problem.quota-full' },
    ]);
    expect((await admin.put('/admin/projects/user-nobody/quota', { quotaBytes: 100 })).status).toBe(404);
    await admin.put('/admin/projects/user-liuyizhou/quota', { quotaBytes: 40 * GIB });
    await push('demo', 'v2', 'two');
  });

  it('that others changed in Harbor are a problem, until an admin sets them', async () => {
    const all = (
      await callHarbor(sandbox, sandbox.harborAdmin, 'GET', '/quotas?reference=project&page_size=100')
    ).body as { id: number; ref: { name: string } }[];
    const mine = all.find(({ ref }) => ref.name === 'user-liuyizhou');
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', `/quotas/${mine?.id}`, { hard: { storage: -1 } });
    expect((await liu.get('/projects/user-liuyizhou')).body).toMatchObject({
      quota: { limitBytes: null },
      problems: [{ code: 'project.problem.quota-changed' }],
    });
    await admin.put('/admin/projects/user-liuyizhou/quota', { quotaBytes: 40 * GIB });
    expect((await liu.get('/projects/user-liuyizhou')).body.problems).toEqual([]);
  });

  describe('that people ask for', () => {
    let id: string;

    it('are one open request of a project, with a reason, for more than it has', async () => {
      const less = await liu.post(requests, { quotaBytes: 40 * GIB, reason: 'More' });
      expect(less).toMatchObject({
        status: 422,
        body: { code: 'project.quota-not-more', errors: [{ pointer: '/quotaBytes' }] },
      });
      const silent = await liu.post(requests, { quotaBytes: 60 * GIB, reason: '  ' });
      expect(silent).toMatchObject({ status: 422, body: { errors: [{ pointer: '/reason' }] } });
      expect((await ada.post(requests, { quotaBytes: 60 * GIB, reason: 'Theirs' })).status).toBe(404);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => liu.post(requests, { quotaBytes: 60 * GIB, reason: 'Checkpoints' })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
      const made = answers.find(({ status }) => status === 201);
      id = String(made?.body.id);
      expect(made?.body).toMatchObject({
        project: 'user-liuyizhou',
        quotaBytes: 60 * GIB,
        reason: 'Checkpoints',
        state: 'open',
        askedBy: 'liuyizhou',
        decidedBy: null,
      });
      expect(made?.headers.get('location')).toBe(`/api/v1${requests}/${id}`);
      expect((await liu.get(`${requests}/${id}`)).body).toEqual(made?.body);
      expect(answers.find(({ status }) => status === 409)?.body.code).toBe('quota-request.open');
    });

    it('are decided by admins alone, who find them all in one list', async () => {
      expect((await liu.post(`${requests}/${id}/grant`, {})).status).toBe(403);
      expect((await liu.get('/admin/quota-requests')).status).toBe(403);
      expect((await admin.get('/admin/quota-requests?state=open&count=true')).body).toMatchObject({
        items: [{ id, project: 'user-liuyizhou' }],
        total: 1,
      });
      expect((await admin.post(`/projects/user-ada/quota-requests/${id}/grant`, {})).body.code).toBe(
        'quota-request.not-found',
      );
      const granted = await admin.post(`${requests}/${id}/grant`, { note: 'Until summer' });
      expect(granted).toMatchObject({
        status: 200,
        body: { state: 'granted', decidedBy: 'grace', note: 'Until summer' },
      });
      expect(await inHarbor()).toBe(60 * GIB);
      expect((await liu.get('/projects/user-liuyizhou')).body).toMatchObject({
        quota: { limitBytes: 60 * GIB },
        problems: [],
      });
      expect((await admin.post(`${requests}/${id}/decline`, {})).body.code).toBe('quota-request.decided');
      expect((await admin.get('/admin/quota-requests?state=open')).body.items).toEqual([]);
    });

    it('leave the quota alone when they are declined, and the next can be asked', async () => {
      const { body } = await liu.post(requests, { quotaBytes: 90 * GIB, reason: 'Even more' });
      const declined = await admin.post(`${requests}/${String(body.id)}/decline`, {
        note: 'Delete old tags first',
      });
      expect(declined.body).toMatchObject({ state: 'declined', note: 'Delete old tags first' });
      expect((await admin.post(`${requests}/${String(body.id)}/grant`, {})).body.code).toBe(
        'quota-request.decided',
      );
      expect(await inHarbor()).toBe(60 * GIB);
      const { body: list } = await liu.get(requests);
      expect((list.items as { state: string }[]).map(({ state }) => state)).toEqual(['declined', 'granted']);
    });

    it('never take away what an admin gave meanwhile', async () => {
      const { body } = await liu.post(requests, { quotaBytes: 70 * GIB, reason: 'A little' });
      await admin.put('/admin/projects/user-liuyizhou/quota', { quotaBytes: 80 * GIB });
      expect((await admin.post(`${requests}/${String(body.id)}/grant`, {})).body.state).toBe('granted');
      expect(await inHarbor()).toBe(80 * GIB);
    });
  });

  it('of projects that persons make are bounded, where the site lets persons make them', async () => {
    const large = await ada.post('/projects', { name: 'team-ada', quotaBytes: 41 * GIB });
    expect(large).toMatchObject({ status: 403, body: { code: 'project.quota-too-large' } });
    const made = await ada.post('/projects', { name: 'team-ada' });
    expect(made).toMatchObject({ status: 201, body: { myRole: 'admin', quota: { limitBytes: 40 * GIB } } });
    expect((await ada.put('/projects/team-ada/members/liuyizhou', { role: 'developer' })).status).toBe(200);
    expect((await ada.delete('/projects/team-ada')).status).toBe(204);
    expect((await ada.get('/projects/team-ada')).status).toBe(404);
  });
});
