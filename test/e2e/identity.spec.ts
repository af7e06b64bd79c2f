import type { Sandbox } from '../../sandbox/sandbox';
import { callHarbor, Client, startTestSandbox } from './journey';

const NEW_ENTRY = '11111111-2222-4333-8444-555555555555';

describe('identity', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let admin: Client;
  let liu: Client;

  const passwordOf = (username: string) =>
    sandbox.people.find((person) => person.username === username)?.password ?? '';
  const login = async (username: string, password: string) =>
    new Client(sandbox.url).post('/auth/login', { username, password });
  const clientOf = async (username: string, password: string) => {
    const { status, body } = await login(username, password);
    expect(status).toBe(200);
    return new Client(sandbox.url, String(body.accessToken));
  };
  /** The entry goes, and another one comes with the same name. */
  const replaceEntry = () => {
    const person = sandbox.people.find(({ username }) => username === 'liuyizhou');
    if (person === undefined) throw new Error('no liuyizhou');
    sandbox.directory.remove('liuyizhou');
    sandbox.directory.add({ ...person, displayName: 'Liu the second' }, NEW_ENTRY);
  };
  const decide = async (decision: string, entryId = NEW_ENTRY) =>
    admin.post('/admin/persons/liuyizhou/identity', { decision, entryId });

  beforeEach(async () => {
    sandbox = await startTestSandbox({ env: { LOG_LEVEL: 'silent' } });
    admin = await Client.login(sandbox, 'grace');
    liu = await Client.login(sandbox, 'liuyizhou');
    expect((await liu.post('/account/credentials', {})).status).toBe(201);
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('gives a leaver’s username to nobody before an admin decides, who sees both', async () => {
    replaceEntry();
    expect(await login('liuyizhou', passwordOf('liuyizhou'))).toMatchObject({
      status: 409,
      body: { code: 'auth.identity-conflict' },
    });
    const { items } = (await admin.get('/admin/persons?state=conflict')).body as { items: object[] };
    expect(items).toMatchObject([
      { username: 'liuyizhou', rival: { entryId: NEW_ENTRY, displayName: 'Liu the second' } },
    ]);
    expect(await liu.post('/admin/persons/liuyizhou/identity', { decision: 'keep' })).toMatchObject({
      status: 403,
    });
  });

  it('keep: the same human with a new entry has his account and project', async () => {
    replaceEntry();
    await login('liuyizhou', passwordOf('liuyizhou'));
    expect(await decide('keep')).toMatchObject({ status: 200, body: { username: 'liuyizhou' } });
    const back = await clientOf('liuyizhou', passwordOf('liuyizhou'));
    expect((await back.get('/account')).body).toMatchObject({
      state: 'ready',
      project: 'user-liuyizhou',
      harborUsername: 'liuyizhou',
    });
    expect((await admin.get('/admin/persons/liuyizhou')).body).toMatchObject({
      entryId: NEW_ENTRY,
      rival: null,
    });
    const audit = await admin.get('/admin/audit?action=person.identity-kept');
    expect(audit.body.items).toHaveLength(1);
  });

  it('separate: the newcomer starts with other names, and gets nothing of the leaver', async () => {
    replaceEntry();
    await login('liuyizhou', passwordOf('liuyizhou'));
    expect(await decide('separate')).toMatchObject({ status: 200, body: { username: 'liuyizhou#R1' } });
    const newcomer = await clientOf('liuyizhou', passwordOf('liuyizhou'));
    expect((await newcomer.get('/account')).body).toMatchObject({ state: 'none', project: null });
    const { status, body } = await newcomer.post('/account/credentials', {});
    expect(status).toBe(201);
    expect(body.project).toMatch(/^user-liuyizhou\.h-[a-z2-7]{12}$/);
    expect(body.username).toBe(String(body.project).replace('user-', ''));
    const own = { username: String(body.username), password: String(body.password) };
    expect((await callHarbor(sandbox, own, 'GET', '/projects/user-liuyizhou')).status).toBe(403);
    expect((await newcomer.get('/projects/user-liuyizhou')).status).toBe(404);
    const leaver = await admin.get('/admin/persons/liuyizhou%23R1');
    expect(leaver.body).toMatchObject({
      username: 'liuyizhou#R1',
      project: 'user-liuyizhou',
      harborUsername: 'liuyizhou',
    });
    expect((await admin.get('/admin/persons/liuyizhou')).body).toMatchObject({ entryId: NEW_ENTRY });
    expect((await admin.post('/admin/persons/liuyizhou%23R1/offboard', {})).status).toBe(200);
  });

  it('decides only about the entry that the directory has, and that the admin saw', async () => {
    const nothing = { status: 409, body: { code: 'person.no-conflict' } };
    expect(await admin.post('/admin/persons/liuyizhou/identity', { decision: 'keep' })).toMatchObject(
      nothing,
    );
    replaceEntry();
    expect(await decide('keep', 'another-entry')).toMatchObject(nothing);
    expect(await admin.post('/admin/persons/nobody/identity', { decision: 'keep' })).toMatchObject({
      status: 404,
    });
    expect(await decide('perhaps')).toMatchObject({ status: 422 });
  });

  it('refuses to call two entries one person', async () => {
    replaceEntry();
    const ada = await Client.login(sandbox, 'ada');
    expect((await ada.get('/auth/me')).status).toBe(200);
    sandbox.directory.remove('liuyizhou');
    sandbox.directory.rename('ada', 'liuyizhou');
    expect(await admin.post('/admin/persons/liuyizhou/identity', { decision: 'keep' })).toMatchObject({
      status: 409,
      body: { code: 'person.entry-exists' },
    });
  });

  it('refuses to keep for a new entry what belongs to one that is only renamed', async () => {
    sandbox.directory.rename('liuyizhou', 'liu.yizhou');
    const newcomer = { username: 'liuyizhou', password: 'a password', displayName: 'Liu', email: null };
    sandbox.directory.add(newcomer, NEW_ENTRY);
    expect(await decide('keep')).toMatchObject({ status: 409, body: { code: 'person.entry-exists' } });
    const renamed = await clientOf('liu.yizhou', passwordOf('liuyizhou'));
    expect((await renamed.get('/account')).body).toMatchObject({ project: 'user-liuyizhou' });
  });

  it('keeps account and project of somebody who was renamed', async () => {
    sandbox.directory.rename('liuyizhou', 'liu.yizhou');
    const renamed = await clientOf('liu.yizhou', passwordOf('liuyizhou'));
    expect((await renamed.get('/account')).body).toMatchObject({
      username: 'liu.yizhou',
      state: 'ready',
      project: 'user-liuyizhou',
    });
    expect((await renamed.post('/account/credentials', { reset: true })).body).toMatchObject({
      username: 'liuyizhou',
    });
  });

  it('lets a newcomer take the name of somebody who was renamed and has not been here since', async () => {
    sandbox.directory.rename('liuyizhou', 'liu.yizhou');
    const newcomer = { username: 'liuyizhou', password: 'a password', displayName: 'Liu', email: null };
    sandbox.directory.add({ ...newcomer, unit: 'others' }, NEW_ENTRY);
    const fresh = await clientOf('liuyizhou', 'a password');
    expect((await fresh.get('/account')).body).toMatchObject({ state: 'none' });
    expect((await fresh.post('/account/credentials', {})).body.project).toMatch(/^user-liuyizhou\.h-/);
    expect((await admin.get('/admin/persons/liu.yizhou')).body).toMatchObject({ project: 'user-liuyizhou' });
  });

  it('takes fifty spellings of a username for one person', async () => {
    const spellings = Array.from({ length: 50 }, (_, number) =>
      [...'liuyizhou']
        .map((letter, index) => ((number >> (index % 6)) & 1 ? letter.toUpperCase() : letter))
        .join(''),
    );
    expect(new Set(spellings).size).toBe(50);
    for (const [index, spelling] of spellings.entries()) {
      const padded = index % 2 === 0 ? spelling : ` ${spelling} `;
      const { status, body } = await login(padded, passwordOf('liuyizhou'));
      expect([status, (body.person as { username: string } | undefined)?.username]).toEqual([
        200,
        'liuyizhou',
      ]);
    }
    expect((await admin.get('/admin/persons?q=l&count=true')).body.total).toBe(1);
  });
});
