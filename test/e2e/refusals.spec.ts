import type { Sandbox } from '../../sandbox/sandbox';
import { pushTinyImage } from '../../sandbox/registry-client';
import { callHarbor, Client, startTestSandbox, untilHarborAnswers } from './journey';

interface Credentials {
  username: string;
  password: string;
}

async function credentialsOf(client: Client): Promise<Credentials> {
  const { body } = await client.post('/account/credentials', { reset: true });
  return { username: String(body.username), password: String(body.password) };
}

/** What a person is told on the way, and that nothing is stored or half-made by it. */
describe('refusals on the journey', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let liuLogin: Credentials;
  let adaLogin: Credentials;
  const push = async (login: Credentials, project: string, tag: string, content = tag) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository: 'demo', tag },
      ...login,
      content,
    });
  const link = (tag: string, project = 'user-liuyizhou') =>
    `${sandbox.harbor.address}/${project}/demo:${tag}`;
  const wanted = (text: string, taskType = 'pytorch') => ({ link: text, description: 'An image', taskType });
  const imagesOf = async (client: Client) => (await client.get('/images')).body.items as unknown[];

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    liuLogin = await credentialsOf(liu);
    adaLogin = await credentialsOf(ada);
    await push(liuLogin, 'user-liuyizhou', 'v1');
    await push(adaLogin, 'user-ada', 'v1');
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    sandbox.harbor.faults.clear();
    await sandbox.harbor.faults.up();
    await untilHarborAnswers(sandbox);
  });

  it('refuses a wrong password and an unknown name with one body', async () => {
    const anonymous = new Client(sandbox.url);
    const wrong = await anonymous.post('/auth/login', { username: 'ada', password: 'wrong' });
    const unknown = await anonymous.post('/auth/login', { username: 'nobody', password: 'wrong' });
    expect(wrong.status).toBe(401);
    expect(wrong.body.code).toBe('auth.login-failed');
    const { requestId: _one, ...told } = wrong.body;
    const { requestId: _two, ...toldToo } = unknown.body;
    expect(toldToo).toEqual(told);
  });

  it('says that the password is missing, and nothing of lengths', async () => {
    const { status, body } = await new Client(sandbox.url).post('/auth/login', { username: 'ada' });
    expect({ status, errors: body.errors }).toMatchObject({
      status: 422,
      errors: [{ pointer: '/password', code: 'field.password' }],
    });
  });

  it('says that the directory is down, not that the password is wrong', async () => {
    await sandbox.directory.down();
    try {
      const { status, body, headers } = await new Client(sandbox.url).post('/auth/login', {
        username: 'ada',
        password: 'wrong',
      });
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'directory.unavailable' });
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
    } finally {
      await sandbox.directory.up();
    }
  });

  it.each([
    ['a scheme', (good: string) => `https://${good}`, 'link.scheme'],
    ['the command around it', (good: string) => `docker pull ${good}`, 'link.command'],
    ['another host', (good: string) => good.replace(/^[^/]+/, 'docker.io'), 'link.host-other'],
    ['upper case', (good: string) => good.replace('/demo', '/Demo'), 'link.upper-case'],
    ['neither tag nor digest', (good: string) => good.replace(':v1', ''), 'link.tag-or-digest-missing'],
    ['..', (good: string) => good.replace('/demo', '/../demo'), 'link.path'],
    ['a tag of 129 characters', (good: string) => good.replace('v1', 'a'.repeat(129)), 'link.tag'],
  ])('refuses a link with %s, pointing to it', async (_, spoil, code) => {
    const { status, body } = await liu.post('/images', wanted(spoil(link('v1'))));
    expect(status).toBe(422);
    expect(body).toMatchObject({ code, errors: [{ pointer: '/link', code }] });
    expect(await imagesOf(liu)).toEqual([]);
  });

  it('refuses a digest that is not the tag’s, and a signature’s tag', async () => {
    const mismatch = await liu.post('/images', wanted(`${link('v1')}@sha256:${'0'.repeat(64)}`));
    expect(mismatch).toMatchObject({ status: 422, body: { code: 'image.digest-mismatch' } });
    const signature = await liu.post('/images', wanted(link(`sha256-${'0'.repeat(64)}.sig`)));
    expect(signature).toMatchObject({ status: 422, body: { code: 'link.signature-tag' } });
    expect(await imagesOf(liu)).toEqual([]);
  });

  it.each([null, '', ' ', 'a'.repeat(121), 'two\nlines', 'turned \u202E round'])(
    'refuses the description %j',
    async (description) => {
      const { status, body } = await liu.post('/images', { ...wanted(link('v1')), description });
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: '/description' }] });
    },
  );

  it('refuses a task type that does not exist, and names those that do', async () => {
    const { status, body } = await liu.post('/images', wanted(link('v1'), 'caffe'));
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'image.task-type-unknown', errors: [{ pointer: '/taskType' }] });
    for (const list of ['/images', '/lookup/available']) {
      expect(await liu.get(`${list}?taskType=caffe`)).toMatchObject({
        status: 422,
        body: {
          code: 'image.task-type-unknown',
          errors: [{ pointer: '?taskType' }],
          detail: expect.stringContaining('deepspeed') as string,
        },
      });
    }
    expect(body.detail).toContain('pytorch');
    expect(await imagesOf(liu)).toEqual([]);
  });

  it('answers another person’s private image exactly as one that is absent', async () => {
    const absent = await liu.post('/images', wanted(`${sandbox.harbor.address}/user-liuyizhou/none:v9`));
    expect(absent).toMatchObject({ status: 404, body: { code: 'image.not-found' } });
    const private_ = await liu.post('/images', wanted(link('v1', 'user-ada')));
    const { requestId: _one, ...told } = absent.body;
    const { requestId: _two, ...toldToo } = private_.body;
    expect(private_.status).toBe(404);
    expect(toldToo).toEqual(told);
    const looked = await liu.lookup({ link: link('v1', 'user-ada') });
    expect(looked).toMatchObject({ status: 404, body: { code: 'image.not-found' } });
    expect(await imagesOf(liu)).toEqual([]);
  });

  it('refuses the second import of one link by one person, and no other’s', async () => {
    const first = await liu.post('/images', wanted(link('v1')));
    expect(first.status).toBe(201);
    const second = await liu.post('/images', wanted(link('v1')));
    expect(second).toMatchObject({ status: 409, body: { code: 'image.already-imported' } });
    expect(second.body.params).toMatchObject({ imageId: first.body.id });
    expect(await imagesOf(liu)).toHaveLength(1);
    await liu.delete(`/images/${String(first.body.id)}`);
  });

  it('imports one link once, however many ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => liu.post('/images', wanted(link('v1')))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    const [image] = (await imagesOf(liu)) as { id: string }[];
    await liu.delete(`/images/${image?.id}`);
  });

  it('lets a person look up only for himself, and a scheduler only for somebody', async () => {
    const other = await liu.lookup({ link: link('v1'), for: 'ada' });
    expect(other).toMatchObject({ status: 403, body: { code: 'lookup.for-forbidden' } });
    const nobody = await Client.scheduler(sandbox).lookup({ link: link('v1') });
    expect(nobody).toMatchObject({ status: 422, body: { code: 'lookup.for-required' } });
  });

  it('says that Harbor is down, and imports nothing', async () => {
    await sandbox.harbor.faults.down();
    const { status, body, headers } = await liu.post('/images', wanted(link('v1')));
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'harbor.unavailable' });
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await imagesOf(liu)).toEqual([]);
    expect((await liu.get('/registry')).body).toMatchObject({ address: sandbox.harbor.address });
    expect((await liu.get('/account')).body).toMatchObject({ project: 'user-liuyizhou', quota: null });
  });

  it('takes no wrong answer of Harbor for "absent"', async () => {
    for (const kind of ['html', 'truncated', 'wrong-types', 'redirect'] as const) {
      sandbox.harbor.faults.add({ kind, path: /\/artifacts\// });
      const { status, body } = await liu.post('/images', wanted(link('v9')));
      expect({ kind, status, code: body.code }).toEqual({ kind, status: 502, code: 'harbor.rejected' });
      sandbox.harbor.faults.clear();
    }
  });

  it('answers lookups of what it knows while Harbor is down: pinned as ever, latest as stale', async () => {
    await push(liuLogin, 'user-liuyizhou', 'latest');
    const scheduler = Client.scheduler(sandbox);
    const known = [
      await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' }),
      await scheduler.lookup({ link: link('latest'), for: 'liuyizhou' }),
    ];
    expect(known.map(({ status }) => status)).toEqual([200, 200]);
    await sandbox.harbor.faults.down();
    const pinned = await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' });
    expect(pinned).toMatchObject({ status: 200, body: { digest: known[0]?.body.digest, stale: false } });
    const latest = await scheduler.lookup({ link: link('latest'), for: 'liuyizhou' });
    expect(latest).toMatchObject({ status: 200, body: { digest: known[1]?.body.digest, stale: true } });
    const fresh = await scheduler.lookup({ link: link('latest'), for: 'liuyizhou', requireFresh: 'true' });
    expect(fresh).toMatchObject({ status: 503, body: { code: 'lookup.not-fresh' } });
    const unseen = await scheduler.lookup({ link: link('v7'), for: 'liuyizhou' });
    expect(unseen).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
  });

  it('tells in Chinese whoever reads Chinese', async () => {
    const { body, headers } = await liu.get('/images/0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', {
      'accept-language': 'zh-CN,zh;q=0.9',
    });
    expect(headers.get('content-language')).toBe('zh');
    expect(body.title).toMatch(/[\u4e00-\u9fff]/);
  });

  it('does not adopt a Harbor project or user of the name', async () => {
    await untilHarborAnswers(sandbox);
    const admin = sandbox.harborAdmin;
    const project = { project_name: 'user-grace', metadata: { public: 'false' } };
    expect((await callHarbor(sandbox, admin, 'POST', '/projects', project)).status).toBe(201);
    const grace = await Client.login(sandbox, 'grace');
    const refused = await grace.post('/account/credentials', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'project.name-not-owned' } });
    expect((await grace.get('/account')).body).toMatchObject({
      state: 'attention',
      credentials: { state: 'none' },
    });

    expect((await callHarbor(sandbox, admin, 'DELETE', '/projects/user-grace')).status).toBe(200);
    const user = {
      username: 'grace',
      email: 'g@example.com',
      realname: 'grace',
      comment: '',
      password: 'Stranger12345',
    };
    expect((await callHarbor(sandbox, admin, 'POST', '/users', user)).status).toBe(201);
    const refusedToo = await grace.post('/account/credentials', {});
    expect(refusedToo).toMatchObject({ status: 409, body: { code: 'account.name-not-owned' } });
    const login = { username: 'grace', password: 'Stranger12345' };
    expect((await callHarbor(sandbox, login, 'GET', '/users/current')).status).toBe(200);
  });
});
