import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { callHarbor, Client, startTestSandbox } from './journey';

interface Login {
  username: string;
  password: string;
}

async function credentialsOf(client: Client): Promise<Login> {
  const { body } = await client.post('/account/credentials', {});
  return { username: String(body.username), password: String(body.password) };
}

describe('what is somebody else’s', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let liuLogin: Login;
  let imageId: string;
  const link = (tag: string, project = 'user-liuyizhou') =>
    `${sandbox.harbor.address}/${project}/demo:${tag}`;
  const push = async (login: Login, project: string, tag: string, content = tag) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository: 'demo', tag },
      ...login,
      content,
    });

  beforeEach(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    liuLogin = await credentialsOf(liu);
    await push(liuLogin, 'user-liuyizhou', 'v1');
    const wanted = { link: link('v1'), description: 'Mine', taskType: 'pytorch' };
    imageId = String((await liu.post('/images', wanted)).body.id);
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('is an image that cannot be read, changed, checked, listed or deleted', async () => {
    const notThere = { status: 404, body: { code: 'image.not-found' } };
    expect(await ada.get(`/images/${imageId}`)).toMatchObject(notThere);
    expect(await ada.patch(`/images/${imageId}`, { description: 'Stolen' })).toMatchObject(notThere);
    expect(await ada.post(`/images/${imageId}/check`)).toMatchObject(notThere);
    expect((await ada.get('/images?count=true')).body).toEqual({
      items: [],
      nextCursor: null,
      total: 0,
      totalIsExact: true,
    });
    expect((await ada.delete(`/images/${imageId}`)).status).toBe(204);
    expect((await liu.get(`/images/${imageId}`)).body).toMatchObject({ description: 'Mine' });
  });

  it('is not answered from the memory of lookups', async () => {
    const question = { link: link('v1') };
    expect((await liu.lookup(question)).status).toBe(200);
    expect((await liu.lookup(question)).status).toBe(200);
    expect((await ada.lookup(question)).status).toBe(404);
    expect((await new Client(sandbox.url).lookup(question)).status).toBe(401);
  });

  it('is not answered to the platform that acts for another', async () => {
    const grace = await Client.login(sandbox, 'grace');
    const { body } = await grace.post('/admin/service-tokens', { kind: 'platform', name: 'portal' });
    const platform = new Client(sandbox.url, String(body.token));
    const path = `/lookup?${new URLSearchParams({ link: link('v1') }).toString()}`;
    const as = async (username: string) => (await platform.get(path, { 'x-berth-act-for': username })).status;
    expect(await as('liuyizhou')).toBe(200);
    expect(await as('liuyizhou')).toBe(200);
    expect(await as('ada')).toBe(404);
    expect((await platform.get(path)).status).toBe(403);
  });

  it('is what a stranger put under the name that Berth would have given me', async () => {
    const admin = sandbox.harborAdmin;
    const project = { project_name: 'user-ada', metadata: { public: 'false' } };
    expect((await callHarbor(sandbox, admin, 'POST', '/projects', project)).status).toBe(201);
    await push(admin, 'user-ada', 'v1');
    const refused = await ada.post('/account/credentials', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'project.name-not-owned' } });

    const question = { link: link('v1', 'user-ada') };
    expect(await ada.lookup(question)).toMatchObject({ status: 404, body: { code: 'image.not-found' } });
    expect((await ada.post('/images/preview', question)).status).toBe(404);
    const wanted = { ...question, description: 'Not mine', taskType: 'pytorch' };
    expect(await ada.post('/images', wanted)).toMatchObject({
      status: 404,
      body: { code: 'image.not-found' },
    });
  });

  it('is what a stranger pushed into my project after it was deleted and made again', async () => {
    const admin = sandbox.harborAdmin;
    const project = '/projects/user-ada';
    await credentialsOf(ada);
    expect((await callHarbor(sandbox, admin, 'DELETE', project)).status).toBe(200);
    const again = { project_name: 'user-ada', metadata: { public: 'false' } };
    expect((await callHarbor(sandbox, admin, 'POST', '/projects', again)).status).toBe(201);
    await push(admin, 'user-ada', 'v1');

    const question = { link: link('v1', 'user-ada') };
    expect((await ada.lookup(question)).status).toBe(404);
    expect((await ada.post('/images/preview', question)).status).toBe(404);
    const wanted = { ...question, description: 'Not mine', taskType: 'pytorch' };
    expect((await ada.post('/images', wanted)).status).toBe(404);
    const misspelt = await ada.post('/images/preview', { link: link('v2', 'user-ada') });
    expect(misspelt).toMatchObject({ status: 404, body: { code: 'image.not-found' } });
    const tags = await ada.get('/projects/user-ada/repositories/demo/tags');
    expect(tags).toMatchObject({ status: 409, body: { code: 'project.replaced' } });
    const refused = await ada.post('/account/credentials', { reset: true });
    expect(refused).toMatchObject({ status: 409, body: { code: 'project.replaced' } });
  });

  it('is a violation in a project that I left, or of another one that had its name', async () => {
    const grace = await Client.login(sandbox, 'grace');
    const admin = sandbox.harborAdmin;
    const team = '/projects/team-x';
    const mine = async (person: Client) =>
      ((await person.get('/violations')).body as { items: { id: string; project: string }[] }).items;
    expect((await grace.post('/projects', { name: 'team-x' })).status).toBe(201);
    const adaLogin = await credentialsOf(ada);
    await grace.put(`${team}/members/ada`, { role: 'maintainer' });
    await push(adaLogin, 'team-x', 'v1');
    const wanted = { link: link('v1', 'team-x'), description: 'Ours', taskType: 'pytorch' };
    const image = await ada.post('/images', wanted);
    const rules = (await callHarbor(sandbox, admin, 'GET', `${team}/immutabletagrules`)).body as {
      id: number;
    }[];
    await callHarbor(sandbox, admin, 'DELETE', `${team}/immutabletagrules/${rules[0]?.id}`);
    await push(adaLogin, 'team-x', 'v1', 'moved');
    await ada.post(`/images/${String(image.body.id)}/check`);
    const [violation] = await mine(ada);
    expect(violation).toMatchObject({ project: 'team-x' });
    const path = `/violations/${violation?.id}`;
    expect((await ada.get(path)).status).toBe(200);

    const members = (await callHarbor(sandbox, admin, 'GET', `${team}/members`)).body as {
      id: number;
      entity_name: string;
    }[];
    const member = members.find((one) => one.entity_name === adaLogin.username);
    await callHarbor(sandbox, admin, 'DELETE', `${team}/members/${member?.id}`);
    expect(await mine(ada)).toEqual([]);
    expect((await ada.get(path)).status).toBe(404);

    expect((await callHarbor(sandbox, admin, 'DELETE', `${team}/repositories/demo`)).status).toBe(200);
    expect((await grace.delete(team)).status).toBe(204);
    expect((await grace.post('/projects', { name: 'team-x' })).status).toBe(201);
    await grace.put(`${team}/members/liuyizhou`, { role: 'admin' });
    expect(await mine(liu)).toEqual([]);
    expect((await liu.get('/violations?project=team-x')).body.items).toEqual([]);
    expect((await liu.get(path)).status).toBe(404);
    expect((await grace.get(path)).status).toBe(200);
  });

  it('becomes mine to pull as soon as I am a member', async () => {
    const adaLogin = await credentialsOf(ada);
    expect((await ada.lookup({ link: link('v1') })).status).toBe(404);
    const member = { role_id: 3, member_user: { username: adaLogin.username } };
    await callHarbor(sandbox, liuLogin, 'POST', '/projects/user-liuyizhou/members', member);
    expect((await ada.lookup({ link: link('v1') })).status).toBe(200);
  });
});

describe('an image whose registry is away', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { LOOKUP_MAX_STALE_SECONDS: '1' } });
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('is not shown to who may not pull it, and latest not for ever to who may', async () => {
    const liu = await Client.login(sandbox, 'liuyizhou');
    const scheduler = Client.scheduler(sandbox);
    const login = await credentialsOf(liu);
    const project = 'user-liuyizhou';
    const image = { registryUrl: sandbox.harbor.url, ...login, content: 'x' };
    await pushTinyImage({ ...image, link: { project, repository: 'demo', tag: 'v1' } });
    await pushTinyImage({ ...image, link: { project, repository: 'demo', tag: 'latest' } });
    const link = (tag: string) => `${sandbox.harbor.address}/${project}/demo:${tag}`;
    for (const tag of ['v1', 'latest']) {
      expect((await scheduler.lookup({ link: link(tag), for: 'liuyizhou' })).status).toBe(200);
    }
    await sandbox.harbor.faults.down();
    expect((await scheduler.lookup({ link: link('v1'), for: 'ada' })).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const stale = await scheduler.lookup({ link: link('latest'), for: 'liuyizhou' });
    expect(stale).toMatchObject({ status: 503, body: { code: 'lookup.not-fresh' } });
    expect((await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' })).status).toBe(200);
  });
});
