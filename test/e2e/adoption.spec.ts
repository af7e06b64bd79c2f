import type { Sandbox } from '../../sandbox/sandbox';
import { callHarbor, Client, startTestSandbox } from './journey';

const GIB = 1024 ** 3;

describe('adoption', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let ada: Client;
  let admin: Client;

  const inHarbor = async (method: string, path: string, body?: unknown) => {
    const answer = await callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  };
  const makeUser = async (username: string, comment = '') =>
    inHarbor('POST', '/users', {
      username,
      email: `${username}@example.com`,
      realname: username,
      comment,
      password: 'Old-Passw0rd',
    });
  const userId = async (username: string) => {
    const found = (await inHarbor('GET', `/users?q=username%3D${username}`)) as { user_id: number }[];
    return found[0]?.user_id;
  };
  const auditOf = async (action: string, outcome = 'ok') =>
    ((await admin.get(`/admin/audit?action=${action}&outcome=${outcome}`)).body.items as unknown[]).length;
  /** A project of others: public, without a rule or a quota, with a member, a robot and a webhook. */
  const makeForeign = async (name: string) => {
    await inHarbor('POST', '/projects', {
      project_name: name,
      metadata: { public: 'true' },
      storage_limit: -1,
    });
    await makeUser('stranger');
    await inHarbor('POST', `/projects/${name}/members`, {
      role_id: 2,
      member_user: { username: 'stranger' },
    });
    await inHarbor('POST', '/robots', {
      name: 'ci',
      level: 'project',
      duration: 30,
      permissions: [
        { kind: 'project', namespace: name, access: [{ resource: 'repository', action: 'pull' }] },
      ],
    });
    await inHarbor('POST', `/projects/${name}/webhook/policies`, {
      name: 'notify',
      enabled: true,
      event_types: ['PUSH_ARTIFACT'],
      targets: [{ type: 'http', address: 'https://ci.example.com/secret', skip_cert_verify: false }],
    });
  };
  const snapshot = async (name: string) => ({
    project: await inHarbor('GET', `/projects/${name}`),
    rules: await inHarbor('GET', `/projects/${name}/immutabletagrules`),
    members: await inHarbor('GET', `/projects/${name}/members`),
    quotas: await inHarbor('GET', '/quotas'),
  });

  beforeEach(async () => {
    sandbox = await startTestSandbox({ env: { LOG_LEVEL: 'silent' } });
    ada = await Client.login(sandbox, 'ada');
    admin = await Client.login(sandbox, 'grace');
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('lists every change and everything foreign first, and changes nothing', async () => {
    await makeForeign('user-ada');
    const before = await snapshot('user-ada');
    const { status, body } = await admin.post('/admin/projects/user-ada/adopt', {
      owner: 'ADA',
      dryRun: true,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ adopted: false, kind: 'personal', owner: 'ada' });
    expect((body.changes as { what: string }[]).map(({ what }) => what)).toEqual([
      'record',
      'tag-rule',
      'webhook',
      'visibility',
      'quota',
    ]);
    expect(body.foreign).toMatchObject({
      members: [{ name: 'stranger', role: 'developer' }],
      robots: [{ name: 'robot$user-ada+ci' }],
      webhooks: [{ name: 'notify', address: 'https://ci.example.com' }],
    });
    expect(await snapshot('user-ada')).toEqual(before);
    expect(await ada.get('/projects/user-ada')).toMatchObject({ status: 404 });
    expect(await auditOf('project.adopted')).toBe(0);
  });

  it('makes a project that was refused as not owned the person’s own, once an admin adopts it', async () => {
    await makeForeign('user-ada');
    const refused = await ada.post('/account/credentials', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'project.name-not-owned' } });
    expect(refused.body.detail).toContain('/admin/projects/user-ada/adopt');
    const adopt = { owner: 'ada', dryRun: false };
    expect((await admin.post('/admin/projects/user-ada/adopt', adopt)).body).toMatchObject({ adopted: true });
    expect(await inHarbor('GET', '/projects/user-ada')).toMatchObject({ metadata: { public: 'false' } });
    expect(await inHarbor('GET', '/projects/user-ada/immutabletagrules')).toHaveLength(1);
    expect((await ada.post('/account/credentials', {})).status).toBe(201);
    expect((await ada.get('/account')).body).toMatchObject({
      state: 'ready',
      quota: { limitBytes: 40 * GIB },
    });
    const again = await admin.post('/admin/projects/user-ada/adopt', adopt);
    expect(again).toMatchObject({ status: 200, body: { changes: [] } });
    expect(await auditOf('project.adopted')).toBe(1);
  });

  it('adopts a project for somebody who never asked for an account, who then gets one', async () => {
    await inHarbor('POST', '/projects', { project_name: 'old-ada', metadata: {}, storage_limit: 5 * GIB });
    await admin.post('/admin/projects/old-ada/adopt', { owner: 'ada', dryRun: false });
    expect((await ada.post('/account/credentials', {})).body).toMatchObject({ project: 'old-ada' });
    expect((await ada.get('/account')).body).toMatchObject({ quota: { limitBytes: 5 * GIB } });
  });

  it('adopts a project without an owner as a shared one, as public as it is', async () => {
    await makeForeign('team-old');
    const { body } = await admin.post('/admin/projects/team-old/adopt', { dryRun: false });
    expect(body).toMatchObject({ kind: 'shared', owner: null });
    expect((await admin.get('/projects/team-old')).body).toMatchObject({
      kind: 'shared',
      visibility: 'public',
    });
  });

  it('refuses what belongs to another person, and what is not there', async () => {
    await ada.post('/account/credentials', {});
    const adopt = async (path: string, body: object) => admin.post(`/admin/${path}/adopt`, body);
    const dry = { dryRun: true };
    expect(await adopt('projects/user-ada', { ...dry, owner: 'liuyizhou' })).toMatchObject({
      status: 409,
      body: { code: 'project.owned' },
    });
    await inHarbor('POST', '/projects', { project_name: 'another', metadata: {} });
    expect(await adopt('projects/another', { ...dry, owner: 'ada' })).toMatchObject({
      status: 409,
      body: { code: 'project.owner-has-one' },
    });
    expect(await adopt('projects/nowhere', dry)).toMatchObject({
      status: 404,
      body: { code: 'project.not-found' },
    });
    expect(await adopt('projects/another', { ...dry, owner: 'nobody' })).toMatchObject({
      status: 404,
      body: { code: 'person.not-found' },
    });
    expect(await adopt('persons/liuyizhou', { ...dry, harborUsername: 'ada' })).toMatchObject({
      status: 409,
      body: { code: 'account.owned' },
    });
    expect(await adopt('persons/ada', { ...dry, harborUsername: 'stranger' })).toMatchObject({
      status: 404,
      body: { code: 'account.user-not-found' },
    });
    await makeUser('stranger');
    expect(await adopt('persons/ada', { ...dry, harborUsername: 'stranger' })).toMatchObject({
      status: 409,
      body: { code: 'account.has-user' },
    });
    expect(await ada.post('/admin/projects/user-ada/adopt', dry)).toMatchObject({ status: 403 });
  });

  it('adopts a user without touching the password, which the person then resets', async () => {
    await makeUser('ada');
    expect(await ada.post('/account/credentials', {})).toMatchObject({
      status: 409,
      body: { code: 'account.name-not-owned' },
    });
    const planned = await admin.post('/admin/persons/ada/adopt', { dryRun: true });
    expect(planned.body).toMatchObject({ adopted: false, harborUsername: 'ada' });
    expect(await auditOf('account.adopted')).toBe(0);
    const old = { username: 'ada', password: 'Old-Passw0rd' };
    const adopted = await admin.post('/admin/persons/ada/adopt', { dryRun: false });
    expect(adopted.body).toMatchObject({ adopted: true, harborUserId: await userId('ada') });
    expect((await callHarbor(sandbox, old, 'GET', '/users/current')).status).toBe(200);
    expect((await ada.get('/account')).body).toMatchObject({ credentials: { state: 'none' } });
    const { status, body } = await ada.post('/account/credentials', {});
    expect(status).toBe(201);
    const login = { username: String(body.username), password: String(body.password) };
    expect((await callHarbor(sandbox, login, 'GET', '/users/current')).status).toBe(200);
    expect((await callHarbor(sandbox, old, 'GET', '/users/current')).status).toBe(401);
    expect(await auditOf('account.adopted')).toBe(1);
  });

  it('never adopts administrators of the registry, nor the account with which Berth works', async () => {
    await makeUser('root2');
    await inHarbor('PUT', `/users/${await userId('root2')}/sysadmin`, { sysadmin_flag: true });
    const own = String(sandbox.env.HARBOR_USERNAME);
    for (const harborUsername of ['admin', 'anonymous', 'root2', own]) {
      for (const dryRun of [true, false]) {
        expect(await admin.post('/admin/persons/ada/adopt', { harborUsername, dryRun })).toMatchObject({
          status: 409,
          body: { code: 'account.never-adopted' },
        });
      }
    }
    expect(await auditOf('account.adopted', 'refused')).toBe(4);
  });
});
