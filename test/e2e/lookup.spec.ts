import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Draining } from '../../src/common/draining';
import { ImageAccess } from '../../src/images/sharing/image-access';
import { AskedBefore } from '../../src/lookup/asked-before';
import { holdCall } from './held-call';
import { holdTasks } from './hold-tasks';
import { LookupRate } from '../../src/lookup/lookup-rate';
import { callHarbor, Client, startTestSandbox, type Answer } from './journey';

describe('GET /lookup', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let scheduler: Client;
  const link = (tag: string) => `${sandbox.harbor.address}/user-liuyizhou/demo${tag}`;
  let login: { username: string; password: string };
  const lines: string[] = [];
  const push = async (tag: string, content: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: 'user-liuyizhou', repository: 'demo', tag },
      ...login,
      content,
    });

  beforeAll(async () => {
    // Nobody but lookups looks at what is pushed.
    sandbox = await startTestSandbox({
      env: { WEBHOOK_URL: 'off', LOG_LEVEL: 'info' },
      logTo: { write: (line) => void lines.push(line) },
    });
    await holdTasks(sandbox.app.get(DataSource), 'sweeps');
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    scheduler = Client.scheduler(sandbox);
    const { body } = await liu.post('/account/credentials', {});
    login = { username: String(body.username), password: String(body.password) };
    await push('v1', 'one');
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('looks up what was never imported, and keeps the digest it saw', async () => {
    const { status, body } = await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'as-recorded', imageId: null, stale: false });
  });

  it('never gives one caller the answer of another', async () => {
    expect((await liu.lookup({ link: link(':v1') })).status).toBe(200);
    expect(await ada.lookup({ link: link(':v1') })).toMatchObject({
      status: 404,
      body: { code: 'image.not-found' },
    });
    const forAda = await scheduler.lookup({ link: link(':v1'), for: 'ada' });
    expect(forAda).toMatchObject({ status: 404, body: { code: 'image.not-found' } });
    expect((await new Client(sandbox.url).lookup({ link: link(':v1') })).status).toBe(401);
  });

  it('gives the same answer to the same question, with its age as it is now', async () => {
    const ask = async () => scheduler.lookup({ link: link(':v1'), for: 'liuyizhou' });
    const first = await ask();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await ask();
    const { ageMs: firstAge, ...told } = first.body;
    const { ageMs: secondAge, ...toldAgain } = second.body;
    expect(toldAgain).toEqual(told);
    expect(Number(secondAge)).toBeGreaterThan(Number(firstAge));
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  it('remembers a question once it was answered', async () => {
    const isRemembered = async (tag: string) => {
      const question = { link: link(`:${tag}`), for: 'liuyizhou' };
      await push(tag, tag);
      expect((await scheduler.lookup(question)).status).toBe(200);
      const words = new URLSearchParams(question).toString();
      return sandbox.app.get(AskedBefore).find(words, performance.now()) !== undefined;
    };
    let tries = 0;
    // The webhook of the push may have the tag looked at once more just then.
    while (!(await isRemembered(`asked-once-${tries}`)) && tries < 10) tries += 1;
    expect(tries).toBeLessThan(10);
  });

  it('stops answering a revoked service token at once', async () => {
    const grace = await Client.login(sandbox, 'grace');
    const { body } = await grace.post('/admin/service-tokens', { kind: 'scheduler', name: 'short-lived' });
    const shortLived = new Client(sandbox.url, String(body.token));
    const question = { link: link(':v1'), for: 'liuyizhou' };
    expect((await shortLived.lookup(question)).status).toBe(200);
    await grace.delete(`/admin/service-tokens/${String(body.id)}`);
    expect((await shortLived.lookup(question)).status).toBe(401);
  });

  it('looks at latest again for each question, unless it may be older', async () => {
    const first = await push('latest', 'first');
    expect((await scheduler.lookup({ link: link(''), for: 'liuyizhou' })).body.digest).toBe(first);
    const second = await push('latest', 'second');
    const older = await scheduler.lookup({ link: link(''), for: 'liuyizhou', maxAgeMs: '60000' });
    expect(older.body.digest).toBe(first);
    const fresh = await scheduler.lookup({ link: link(''), for: 'liuyizhou' });
    expect(fresh.body).toMatchObject({ digest: second, state: 'current', recordedDigest: null });
  });

  it('has one call to the registry in flight for a tag, however many ask for it at once', async () => {
    const digest = await push('latest', 'asked at once');
    sandbox.harbor.faults.add({ kind: 'latency', path: /artifacts\/latest/, ms: 20 });
    sandbox.harbor.calls.length = 0;
    const ask = async () => scheduler.lookup({ link: link(''), for: 'liuyizhou' });
    const askFour = async () => [await ask(), await ask(), await ask(), await ask()];
    const answers = (await Promise.all(Array.from({ length: 64 }, askFour))).flat();
    sandbox.harbor.faults.clear();
    expect(answers.filter(({ status, body }) => status !== 200 || body.digest !== digest)).toEqual([]);
    const looks = sandbox.harbor.calls.filter(({ path }) => path.includes('/artifacts/latest'));
    expect(Math.max(...looks.map(({ inFlight }) => inFlight))).toBe(1);
    expect(looks.length).toBeLessThan(answers.length / 4);
  });

  it('answers a link with a digest with that digest, and none that is not there', async () => {
    const digest = await push('v2', 'two');
    const { status, body } = await scheduler.lookup({ link: link(`@${digest}`), for: 'liuyizhou' });
    expect({ status, pinned: body.pinned }).toEqual({ status: 200, pinned: link(`@${digest}`) });
    const absent = await scheduler.lookup({ link: link(`@sha256:${'0'.repeat(64)}`), for: 'liuyizhou' });
    expect(absent.status).toBe(404);
  });

  it('counts and asks once what turns out to be a problem', async () => {
    // From its second question on a token is known to the front.
    await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou' });
    const counted = jest.spyOn(sandbox.app.get(LookupRate), 'require');
    const { status } = await scheduler.lookup({ link: link(':not-there'), for: 'liuyizhou' });
    expect([status, counted.mock.calls.length]).toEqual([404, 1]);
    counted.mockRestore();
  });

  it('warns when the image lacks the platform', async () => {
    const arm = await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou', platform: 'linux/arm64' });
    expect(arm.body.warnings).toMatchObject([{ code: 'lookup.warning.platform-missing' }]);
    const amd = await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou', platform: 'linux/amd64' });
    expect(amd.body.warnings).toEqual([]);
  });

  it('shows a public image to anybody, known to Berth or not', async () => {
    const image = { registryUrl: sandbox.harbor.url, ...sandbox.harborAdmin, content: 'public' };
    const digest = await pushTinyImage({
      ...image,
      link: { project: 'library', repository: 'base', tag: '1.0' },
    });
    const question = { link: `${sandbox.harbor.address}/library/base:1.0`, for: 'nobody-we-know' };
    expect((await scheduler.lookup(question)).body.digest).toBe(digest);
  });

  it('keeps answering when the tag is gone, until the image itself is', async () => {
    await push('v3', 'three');
    const wanted = { link: link(':v3'), description: 'Three', taskType: 'custom' };
    const { body: image } = await liu.post('/images', wanted);
    const artifact = `/projects/user-liuyizhou/repositories/demo/artifacts/${String(image.recordedDigest)}`;
    const rules = '/projects/user-liuyizhou/immutabletagrules';
    const [rule] = (await callHarbor(sandbox, login, 'GET', rules)).body as { id: number }[];
    await callHarbor(sandbox, login, 'DELETE', `${rules}/${rule?.id}`);
    await callHarbor(sandbox, login, 'DELETE', `${artifact}/tags/v3`);
    expect((await liu.post(`/images/${String(image.id)}/check`)).body).toMatchObject({
      state: 'gone',
      to: null,
    });
    const gone = await scheduler.lookup({ link: link(':v3'), for: 'liuyizhou' });
    expect(gone.body).toMatchObject({ digest: image.recordedDigest, state: 'gone' });
    expect(gone.body.warnings).toMatchObject([{ code: 'lookup.warning.tag-gone' }]);

    await callHarbor(sandbox, login, 'DELETE', artifact);
    await liu.post(`/images/${String(image.id)}/check`);
    const collected = await scheduler.lookup({ link: link(':v3'), for: 'liuyizhou' });
    expect(collected).toMatchObject({ status: 409, body: { code: 'tag.recorded-gone' } });
  });

  it('answers from memory with the same headers as else', async () => {
    const question = { link: link(':v1'), for: 'liuyizhou' };
    const usual = await scheduler.lookup({ ...question, requireFresh: 'false' });
    await scheduler.lookup(question);
    const fromMemory = await scheduler.lookup(question);
    const { ageMs: usualAge, ...usualBody } = usual.body;
    const { ageMs, ...body } = fromMemory.body;
    expect(body).toEqual(usualBody);
    expect(Number(ageMs)).toBeGreaterThanOrEqual(Number(usualAge));
    const namesOf = ({ headers }: Answer) =>
      [...headers.keys()].filter((name) => name !== 'keep-alive').sort();
    expect(namesOf(fromMemory)).toEqual(namesOf(usual));
    const zh = await scheduler.get(
      `/lookup?${new URLSearchParams({ ...question, platform: 'linux/s390x' }).toString()}`,
      { 'accept-language': 'zh' },
    );
    expect(zh.body.warnings).toMatchObject([{ title: '镜像不支持该平台' }]);
  });

  it('names what it does not know', async () => {
    const unknown = await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou', fresh: 'yes' });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'request.unknown-field' } });
    const wrong = await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou', maxAgeMs: '-1' });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '?maxAgeMs' }] } });
  });

  it('logs how long it took until it was a problem', async () => {
    const held = holdCall(sandbox.harbor, 'GET', /artifacts\/never-there/);
    const query = new URLSearchParams({ link: link(':never-there'), for: 'liuyizhou' }).toString();
    const asked = scheduler.get(`/lookup?${query}`, { 'x-request-id': 'held' });
    await held.arrived();
    const arrivedAtMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const heldMs = performance.now() - arrivedAtMs;
    held.letGo();
    expect((await asked).status).toBe(404);
    while (!lines.some((line) => line.includes('"held"')))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const told = lines
      .filter((line) => line.includes('"held"'))
      .map((line) => JSON.parse(line) as { ms: number });
    expect(told).toMatchObject([{ status: 404, code: 'image.not-found' }]);
    expect(told[0]?.ms).toBeGreaterThan(heldMs);
  });

  it('asks the registry about few projects at once, however many the links of a batch name', async () => {
    const access = sandbox.app.get(ImageAccess, { strict: false });
    const real = access.askAgain.bind(access);
    let asking = 0;
    let most = 0;
    const spy = jest.spyOn(access, 'askAgain').mockImplementation(async (...args) => {
      most = Math.max(most, (asking += 1));
      return real(...args).finally(() => (asking -= 1));
    });
    const links = Array.from({ length: 200 }, (_, at) => `${sandbox.harbor.address}/other-${at}/a:v1`);
    const { body } = await scheduler.post('/lookup', { for: 'liuyizhou', links });
    const codes = (body.results as { problem: { code: string } }[]).map(({ problem }) => problem.code);
    expect(codes).toHaveLength(200);
    expect(codes[0]).toBe('image.not-found');
    expect(codes.every((code) => code === 'image.not-found' || code === 'lookup.no-turn')).toBe(true);
    expect(most).toBeLessThanOrEqual(16);
    spy.mockRestore();
  });

  /** The last one here: Berth does not come back from it. */
  it('closes the connection of what was asked before Berth was stopped', async () => {
    const question = { link: link(':latest'), for: 'liuyizhou' };
    await scheduler.lookup(question);
    const held = holdCall(sandbox.harbor, 'GET', /artifacts\/latest/);
    const asked = scheduler.lookup(question);
    await held.arrived();
    sandbox.app.get(Draining).begin();
    held.letGo();
    const { status, headers } = await asked;
    expect([status, headers.get('connection')]).toEqual([200, 'close']);
  });
});

describe('POST /lookup', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let scheduler: Client;
  let liu: Client;
  let digest: string;
  const link = (tag: string) => `${sandbox.harbor.address}/user-liuyizhou/demo${tag}`;

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { LOOKUP_IMPORTED_ONLY: 'true' } });
    scheduler = Client.scheduler(sandbox);
    liu = await Client.login(sandbox, 'liuyizhou');
    const { body } = await liu.post('/account/credentials', {});
    const login = { username: String(body.username), password: String(body.password) };
    for (const tag of ['v1', 'never-imported', 'latest']) {
      const pushed = { project: 'user-liuyizhou', repository: 'demo', tag };
      const seen = await pushTinyImage({
        registryUrl: sandbox.harbor.url,
        link: pushed,
        ...login,
        content: tag,
      });
      if (tag === 'v1') digest = seen;
      if (tag === 'never-imported') continue;
      await liu.post('/images', { link: link(`:${tag}`), description: tag, taskType: 'custom' });
    }
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('answers each link in its place, or says what is wrong with it', async () => {
    const links = [link(':v1'), 'https://no-link', link(''), link(':absent'), link(':v1')];
    const { status, body } = await scheduler.post('/lookup', { for: 'liuyizhou', links });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { status: 200, answer: { link: link(':v1'), digest, stale: false } },
      {
        status: 422,
        problem: { code: 'link.scheme', errors: [{ pointer: '/links/1', code: 'link.scheme' }] },
      },
      { status: 200, answer: { link: link(':latest'), state: 'current', stale: false } },
      { status: 404, problem: { code: 'image.not-found' } },
      { status: 200, answer: { digest } },
    ]);
  });

  it('answers what GET answers', async () => {
    const single = await scheduler.lookup({ link: link(':v1'), for: 'liuyizhou' });
    const { body } = await scheduler.post('/lookup', { for: 'liuyizhou', links: [link(':v1')] });
    const [{ answer }] = body.results as [{ answer: Record<string, unknown> }];
    expect({ ...answer, ageMs: 0 }).toEqual({ ...single.body, ageMs: 0 });
  });

  it('leaves out what nobody imported, where the site wants that', async () => {
    const question = { link: link(':never-imported'), for: 'liuyizhou' };
    expect(await scheduler.lookup(question)).toMatchObject({
      status: 404,
      body: { code: 'image.not-found' },
    });
    expect((await liu.lookup({ link: link(':never-imported') })).status).toBe(404);
  });

  it.each([
    ['no links', { for: 'liuyizhou', links: [] }],
    ['too many', { for: 'liuyizhou', links: Array.from({ length: 1001 }, () => 'x') }],
    ['what is no text', { for: 'liuyizhou', links: [1] }],
  ])('refuses %s', async (_, body) => {
    expect(await scheduler.post('/lookup', body)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/links', code: 'lookup.links' }] },
    });
  });

  it('asks a scheduler for whom', async () => {
    expect(await scheduler.post('/lookup', { links: [link(':v1')] })).toMatchObject({
      status: 422,
      body: { code: 'lookup.for-required' },
    });
    expect(await liu.post('/lookup', { for: 'ada', links: [link(':v1')] })).toMatchObject({ status: 403 });
  });
});
