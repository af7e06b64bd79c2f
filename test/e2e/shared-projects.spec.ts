import { setTimeout } from 'node:timers/promises';
import type { Sandbox } from '../../sandbox/sandbox';
import { pushTinyImage, RegistryRefusal } from '../../sandbox/registry-client';
import { callHarbor, Client, startTestSandbox } from './journey';

interface Login {
  username: string;
  password: string;
}

const GIB = 1024 ** 3;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

async function credentialsOf(client: Client): Promise<Login> {
  const { body } = await client.post('/account/credentials', { reset: true });
  return { username: String(body.username), password: String(body.password) };
}

describe('shared projects', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let admin: Client;
  let liuLogin: Login;
  const inHarbor = async (path: string) => (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', path)).body;
  const push = async (login: Login, project: string, tag: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository: 'demo', tag },
      ...login,
      content: tag,
    });
  /** The status of a pull over the registry protocol. */
  const pull = async ({ username, password }: Login, project: string, tag: string) => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const url = `${sandbox.harbor.url}/v2/${project}/demo/manifests/${tag}`;
    return (await fetch(url, { headers: { authorization, accept: MANIFEST } })).status;
  };
  /** Berth leaves a Harbor that was down alone for a moment. */
  const harborUp = async () => {
    await sandbox.harbor.faults.up();
    while ((await liu.get('/projects/user-liuyizhou')).status === 503) await setTimeout(50);
  };
  const namesOf = async (client: Client, scope = 'mine') =>
    ((await client.get(`/projects?scope=${scope}`)).body.items as { name: string }[]).map(({ name }) => name);

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { LOG_LEVEL: 'silent' } });
    liu = await Client.login(sandbox, 'liuyizhou');
    admin = await Client.login(sandbox, 'grace');
    liuLogin = await credentialsOf(liu);
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    sandbox.harbor.faults.clear();
    await harborUp();
  });

  it('are made by admins, with quota, visibility, the tag rule, and the maker as admin', async () => {
    const made = await admin.post('/projects', {
      name: 'team-vision',
      visibility: 'public',
      quotaBytes: 2 * GIB,
      description: 'Images of the vision team',
    });
    expect(made.body).toMatchObject({
      name: 'team-vision',
      kind: 'shared',
      visibility: 'public',
      description: 'Images of the vision team',
      owner: null,
      myRole: 'admin',
      quota: { usedBytes: 0, limitBytes: 2 * GIB },
      tagRule: { state: 'on' },
      problems: [],
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe('/api/v1/projects/team-vision');
    expect(made.headers.get('etag')).toBe('"1"');
    expect(await inHarbor('/projects/team-vision')).toMatchObject({ metadata: { public: 'true' } });
    expect(await namesOf(admin)).toEqual(['team-vision']);
  });

  it('are refused to persons unless the site allows it', async () => {
    const refused = await liu.post('/projects', { name: 'team-liu' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'project.making-forbidden' } });
    expect((await admin.get('/projects/team-liu')).status).toBe(404);
  });

  it.each([
    ['Team', 'project.name'],
    ['team/vision', 'project.name'],
    ['', 'project.name'],
    ['user-somebody', 'project.name-reserved'],
    ['library', 'project.name-reserved'],
  ])('are not called %j', async (name, code) => {
    const refused = await admin.post('/projects', { name });
    expect(refused).toMatchObject({ status: 422, body: { code, errors: [{ pointer: '/name', code }] } });
  });

  it.each([
    ['visibility', { visibility: 'internal' }],
    ['visibility', { visibility: null }],
    ['quotaBytes', { quotaBytes: 0 }],
    ['quotaBytes', { quotaBytes: 1.5 }],
    ['quotaBytes', { quotaBytes: 2 ** 50 + 1 }],
    ['description', { description: 'x'.repeat(256) }],
  ])('point to a wrong %s', async (field, wrong) => {
    const refused = await admin.post('/projects', { name: 'team-wrong', ...wrong });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: `/${field}` }] } });
  });

  it('may have the longest names, which their addresses take', async () => {
    const name = 'x'.repeat(255);
    expect((await admin.post('/projects', { name })).status).toBe(201);
    expect(await admin.get(`/projects/${name}`)).toMatchObject({ status: 200, body: { name } });
    expect((await admin.delete(`/projects/${name}`)).status).toBe(204);
    expect((await admin.get(`/projects/${name}`)).body.code).toBe('project.not-found');
    const stranger = `${'刘'.repeat(256)}`;
    const unknown = await admin.put(`/projects/team-vision/members/${stranger}`, { role: 'guest' });
    expect(unknown.body.code).toBe('person.not-found');
  });

  it('are made once, however many ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => admin.post('/projects', { name: 'team-once' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'project.exists']));
    const rules = await inHarbor('/projects/team-once/immutabletagrules');
    expect(rules).toHaveLength(1);
  });

  it('do not adopt a project of the name, and leave nothing behind', async () => {
    const stranger = { project_name: 'team-stranger', metadata: { public: 'true' } };
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/projects', stranger);
    const refused = await admin.post('/projects', { name: 'team-stranger' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'project.name-not-owned' } });
    expect(await namesOf(admin, 'all')).not.toContain('team-stranger');
    expect(await inHarbor('/projects/team-stranger/immutabletagrules')).toEqual([]);
  });

  it('leave nothing behind when Harbor is down', async () => {
    await sandbox.harbor.faults.down();
    const refused = await admin.post('/projects', { name: 'team-down' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
    await harborUp();
    expect(await namesOf(admin, 'all')).not.toContain('team-down');
    expect((await admin.post('/projects', { name: 'team-down' })).status).toBe(201);
  });

  it('show what the caller may see: a private one of others is absent', async () => {
    await admin.post('/projects', { name: 'team-hidden' });
    const absent = await liu.get('/projects/team-nowhere');
    const hidden = await liu.get('/projects/team-hidden');
    expect(absent).toMatchObject({ status: 404, body: { code: 'project.not-found' } });
    for (const { body } of [absent, hidden]) for (const key of ['requestId', 'instance']) delete body[key];
    expect(hidden.body).toEqual(absent.body);
    expect(await liu.get('/projects/team-vision')).toMatchObject({ status: 200, body: { myRole: null } });
    expect(await liu.patch('/projects/team-hidden', { description: 'mine' })).toMatchObject({ status: 404 });
    expect(await liu.patch('/projects/team-vision', { description: 'mine' })).toMatchObject({
      status: 403,
      body: { code: 'project.role-too-low' },
    });
    expect((await liu.delete('/projects/team-hidden')).status).toBe(204);
    expect((await liu.delete('/projects/team-vision')).status).toBe(403);
    expect((await admin.get('/projects/team-hidden')).status).toBe(200);
    expect(await liu.get('/projects?scope=all')).toMatchObject({
      status: 403,
      body: { code: 'auth.forbidden' },
    });
  });

  it('are listed by name, page by page, without asking Harbor', async () => {
    await sandbox.harbor.faults.down();
    const names: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from = cursor === '' ? '' : `&cursor=${cursor}`;
      const { status, body } = await admin.get(`/projects?scope=all&limit=2&count=true${from}`);
      expect(status).toBe(200);
      names.push(...(body.items as { name: string }[]).map(({ name }) => name));
      cursor = body.nextCursor as string | null;
    }
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['team-vision', 'team-once', 'user-liuyizhou']));
    expect((await liu.get('/projects')).body).toMatchObject({
      items: [{ name: 'user-liuyizhou', kind: 'personal', owner: 'liuyizhou', myRole: 'admin' }],
      nextCursor: null,
    });
    expect((await liu.get('/projects?scope=mine&cursor=bm8')).status).toBe(400);
  });

  it('change by PATCH: visibility in Harbor too, a stale change not', async () => {
    const before = await admin.get('/projects/team-vision');
    const etag = String(before.headers.get('etag'));
    const change = { visibility: 'private', description: 'Ours alone', quotaBytes: 3 * GIB };
    const changed = await admin.patch('/projects/team-vision', change, { 'if-match': etag });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        visibility: 'private',
        description: 'Ours alone',
        quota: { limitBytes: 3 * GIB },
        problems: [],
      },
    });
    expect(changed.headers.get('etag')).toBe('"2"');
    expect(await inHarbor('/projects/team-vision')).toMatchObject({ metadata: { public: 'false' } });
    const late = await admin.patch('/projects/team-vision', { visibility: 'public' }, { 'if-match': etag });
    expect(late).toMatchObject({ status: 412, body: { code: 'request.stale' } });
    expect(await inHarbor('/projects/team-vision')).toMatchObject({ metadata: { public: 'false' } });
  });

  it('say how they differ from what they should be, and PATCH puts the visibility right', async () => {
    const path = '/projects/team-once';
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', path, { metadata: { public: 'true' } });
    const [rule] = (await inHarbor(`${path}/immutabletagrules`)) as { id: number }[];
    await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', `${path}/immutabletagrules/${rule?.id}`);
    const { body } = await admin.get(path);
    expect(body.tagRule).toMatchObject({ state: 'off' });
    expect((body.problems as { code: string }[]).map(({ code }) => code)).toEqual([
      'project.problem.visibility-changed',
      'project.problem.tag-rule-off',
    ]);
    const patched = await admin.patch(path, { visibility: 'private' });
    expect((patched.body.problems as { code: string }[]).map(({ code }) => code)).toEqual([
      'project.problem.tag-rule-off',
    ]);
    expect(await inHarbor(path)).toMatchObject({ metadata: { public: 'false' } });
  });

  it('keep personal ones private and standing', async () => {
    const open = await liu.patch('/projects/user-liuyizhou', { visibility: 'public' });
    expect(open).toMatchObject({ status: 409, body: { code: 'project.personal' } });
    expect(await liu.delete('/projects/user-liuyizhou')).toMatchObject({
      status: 409,
      body: { code: 'project.personal' },
    });
    const quota = await liu.patch('/projects/user-liuyizhou', { quotaBytes: 99 * GIB });
    expect(quota).toMatchObject({ status: 403, body: { code: 'project.quota-by-admins' } });
    expect((await liu.patch('/projects/user-liuyizhou', { description: 'My images' })).status).toBe(200);
    expect(await inHarbor('/projects/user-liuyizhou')).toMatchObject({ metadata: { public: 'false' } });
  });

  describe('members', () => {
    const roleIn = async (username: string) =>
      (
        (await inHarbor('/projects/team-vision/members')) as { entity_name: string; role_name: string }[]
      ).find(({ entity_name: name }) => name === username)?.role_name;

    it('gives one who never logged in a user, which he can use once he asks for credentials', async () => {
      const set = await admin.put('/projects/team-vision/members/ADA', { role: 'guest' });
      expect(set).toMatchObject({
        status: 200,
        body: { username: 'ada', harborName: 'ada', role: 'guest', givenRole: 'guest', state: 'as-set' },
      });
      ada = await Client.login(sandbox, 'ada');
      expect((await ada.get('/account')).body).toMatchObject({ state: 'none', project: null, problems: [] });
      expect(await namesOf(ada)).toEqual(['team-vision']);
      expect(await ada.get('/projects/team-vision')).toMatchObject({ body: { myRole: 'guest' } });
      const issued = await ada.post('/account/credentials', {});
      expect(issued.status).toBe(201);
      expect(await roleIn('ada')).toBe('guest');
    });

    it('lets a guest pull and not push, a developer push: Harbor itself says so', async () => {
      const adaLogin = await credentialsOf(ada);
      await admin.put('/projects/team-vision/members/liuyizhou', { role: 'developer' });
      await push(liuLogin, 'team-vision', 'v1');
      expect(await pull(adaLogin, 'team-vision', 'v1')).toBe(200);
      await expect(push(adaLogin, 'team-vision', 'v2')).rejects.toThrow(RegistryRefusal);
      await admin.put('/projects/team-vision/members/ada', { role: 'developer' });
      await push(adaLogin, 'team-vision', 'v2');
      expect((await admin.delete('/projects/team-vision/members/ada')).status).toBe(204);
      expect(await pull(adaLogin, 'team-vision', 'v1')).not.toBe(200);
      expect(await namesOf(ada)).toEqual(['user-ada']);
      expect((await ada.get('/projects/team-vision')).status).toBe(404);
    });

    it('are listed with what others did in Harbor, which stays', async () => {
      await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/users', {
        username: 'stranger',
        email: 's@example.com',
        realname: 's',
        comment: '',
        password: 'Stranger12345',
      });
      await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/projects/team-vision/members', {
        role_id: 2,
        member_user: { username: 'stranger' },
      });
      await admin.put('/projects/team-vision/members/ada', { role: 'maintainer' });
      const members = (await inHarbor('/projects/team-vision/members')) as {
        id: number;
        entity_name: string;
      }[];
      const row = members.find(({ entity_name: name }) => name === 'ada');
      await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', `/projects/team-vision/members/${row?.id}`, {
        role_id: 3,
      });
      const { body } = await liu.get('/projects/team-vision/members?count=true');
      expect(body).toMatchObject({
        items: [
          { username: 'ada', role: 'guest', givenRole: 'maintainer', state: 'changed' },
          { username: null, harborName: 'admin', state: 'service' },
          { username: 'grace', role: 'admin', givenRole: 'admin', state: 'as-set' },
          { username: 'liuyizhou', role: 'developer', givenRole: 'developer', state: 'as-set' },
          { username: null, harborName: 'stranger', role: 'developer', givenRole: null, state: 'foreign' },
        ],
        nextCursor: null,
        total: 5,
      });
      const first = await liu.get('/projects/team-vision/members?limit=3');
      const rest = await liu.get(`/projects/team-vision/members?cursor=${String(first.body.nextCursor)}`);
      expect((rest.body.items as { harborName: string }[]).map(({ harborName }) => harborName)).toEqual([
        'liuyizhou',
        'stranger',
      ]);
      expect((await admin.get('/projects/team-vision')).body.problems).toMatchObject([
        { code: 'project.problem.member-missing' },
      ]);
      const set = await admin.put('/projects/team-vision/members/ada', { role: 'maintainer' });
      expect(set.body).toMatchObject({ role: 'maintainer', state: 'as-set' });
      expect((await admin.get('/projects/team-vision')).body.problems).toEqual([]);
    });

    it('are given roles by admins of the project alone, and by Berth’s', async () => {
      const refused = await liu.put('/projects/team-vision/members/ada', { role: 'admin' });
      expect(refused).toMatchObject({
        status: 403,
        body: { code: 'project.role-too-low', params: { role: 'developer', needed: 'admin' } },
      });
      expect((await liu.delete('/projects/team-vision/members/ada')).status).toBe(403);
      expect(await roleIn('ada')).toBe('maintainer');
      await admin.put('/projects/team-vision/members/liuyizhou', { role: 'admin' });
      expect((await liu.put('/projects/team-vision/members/ada', { role: 'developer' })).status).toBe(200);
      expect(await roleIn('ada')).toBe('developer');
      expect((await liu.patch('/projects/team-vision', { quotaBytes: 5 * GIB })).status).toBe(403);
    });

    it('keep one admin whom Berth knows', async () => {
      expect((await liu.delete('/projects/team-vision/members/grace')).status).toBe(204);
      const lowered = await liu.put('/projects/team-vision/members/liuyizhou', { role: 'guest' });
      expect(lowered).toMatchObject({ status: 409, body: { code: 'project.last-admin' } });
      const removed = await admin.delete('/projects/team-vision/members/liuyizhou');
      expect(removed).toMatchObject({ status: 409, body: { code: 'project.last-admin' } });
      expect(await roleIn('liuyizhou')).toBe('projectAdmin');
    });

    it('let only one of two last admins go, when both go at once', async () => {
      await liu.put('/projects/team-vision/members/ada', { role: 'admin' });
      const answers = await Promise.all([
        admin.delete('/projects/team-vision/members/ada'),
        admin.delete('/projects/team-vision/members/liuyizhou'),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      await admin.put('/projects/team-vision/members/liuyizhou', { role: 'admin' });
      await admin.put('/projects/team-vision/members/ada', { role: 'developer' });
    });

    it('end in one role that all agree on, when two are given at once', async () => {
      for (let round = 0; round < 3; round += 1) {
        const answers = await Promise.all(
          (['guest', 'developer', 'maintainer'] as const).map((role) =>
            liu.put('/projects/team-vision/members/ada', { role }),
          ),
        );
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
        const { body } = await liu.get('/projects/team-vision/members/ada');
        expect(body.state).toBe('as-set');
        expect(body.role).toBe(body.givenRole);
        const inMine = (await ada.get('/projects')).body.items as { name: string; myRole: string }[];
        expect(inMine.find(({ name }) => name === 'team-vision')?.myRole).toBe(body.role);
      }
    });

    it('of a personal project: others come and go, the owner stays admin', async () => {
      const path = '/projects/user-liuyizhou/members';
      expect((await liu.put(`${path}/ada`, { role: 'guest' })).status).toBe(200);
      expect(await namesOf(ada)).toContain('user-liuyizhou');
      const lowered = await admin.put(`${path}/liuyizhou`, { role: 'guest' });
      expect(lowered).toMatchObject({ status: 409, body: { code: 'project.owner-fixed' } });
      const removed = await admin.delete(`${path}/liuyizhou`);
      expect(removed).toMatchObject({ status: 409, body: { code: 'project.owner-fixed' } });
      expect((await liu.put(`${path}/liuyizhou`, { role: 'admin' })).body).toMatchObject({ state: 'as-set' });
      expect((await liu.delete(`${path}/ada`)).status).toBe(204);
      expect((await liu.delete(`${path}/ada`)).status).toBe(204);
      expect((await liu.get(`${path}/ada`)).body.code).toBe('project.member-not-found');
    });

    it('nobody whom neither Berth nor the directory knows, and no role that is none', async () => {
      const unknown = await liu.put('/projects/team-vision/members/nobody', { role: 'guest' });
      expect(unknown).toMatchObject({ status: 404, body: { code: 'person.not-found' } });
      expect((await liu.delete('/projects/team-vision/members/nobody')).status).toBe(204);
      const wrong = await liu.put('/projects/team-vision/members/ada', { role: 'limited-guest' });
      expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '/role' }] } });
    });

    it('stay as they were while Harbor is down', async () => {
      await sandbox.harbor.faults.down();
      for (const caller of [liu, admin]) {
        const refused = await caller.put('/projects/team-vision/members/ada', { role: 'admin' });
        expect(refused).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
        expect((await caller.delete('/projects/team-vision/members/ada')).status).toBe(503);
      }
      await harborUp();
      expect((await liu.get('/projects/team-vision/members/ada')).body).toMatchObject({ state: 'as-set' });
      expect(await roleIn('ada')).not.toBe('projectAdmin');
    });

    it('say which are missing in Harbor', async () => {
      const members = (await inHarbor('/projects/team-vision/members')) as {
        id: number;
        entity_name: string;
      }[];
      const row = members.find(({ entity_name: name }) => name === 'ada');
      await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', `/projects/team-vision/members/${row?.id}`);
      expect((await liu.get('/projects/team-vision/members/ada')).body).toMatchObject({
        username: 'ada',
        role: null,
        state: 'missing',
      });
      expect((await liu.put('/projects/team-vision/members/ada', { role: 'guest' })).body).toMatchObject({
        role: 'guest',
        state: 'as-set',
      });
    });
  });

  it('are not deleted while they hold something, and say what', async () => {
    const refused = await liu.delete('/projects/team-vision');
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'project.not-empty', params: { count: 1, repositories: 'demo' } },
    });
    expect((await liu.get('/projects/team-vision')).status).toBe(200);
    expect((await admin.delete('/projects/team-once')).status).toBe(204);
    expect((await admin.delete('/projects/team-once')).status).toBe(204);
    expect((await admin.get('/projects/team-once')).status).toBe(404);
    expect((await callHarbor(sandbox, sandbox.harborAdmin, 'GET', '/projects/team-once')).status).toBe(404);
    expect((await admin.post('/projects', { name: 'team-once' })).status).toBe(201);
  });

  it('that somebody deleted and made again in Harbor are not touched', async () => {
    const again = { project_name: 'team-once', metadata: { public: 'false' } };
    await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', '/projects/team-once');
    expect((await admin.get('/projects/team-once')).body).toMatchObject({
      problems: [{ code: 'project.problem.gone' }],
      tagRule: { state: 'unknown' },
    });
    expect((await admin.put('/projects/team-once/members/ada', { role: 'guest' })).body.code).toBe(
      'project.gone',
    );
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/projects', again);
    expect((await admin.get('/projects/team-once')).body).toMatchObject({
      problems: [{ code: 'project.problem.replaced' }],
    });
    for (const refused of [
      await admin.put('/projects/team-once/members/ada', { role: 'guest' }),
      await admin.delete('/projects/team-once'),
      await admin.patch('/projects/team-once', { visibility: 'public' }),
      await admin.put('/admin/projects/team-once/quota', { quotaBytes: GIB }),
    ]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'project.replaced' } });
    }
    expect(await inHarbor('/projects/team-once/members')).toHaveLength(1);
    expect(await inHarbor('/projects/team-once')).toMatchObject({ metadata: { public: 'false' } });
  });
});
