import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Client, startTestSandbox, untilHarborAnswers, type Answer } from './journey';

interface Choice {
  imageId: string;
  link: string;
  description: string;
  seenAs: string;
  digest: string | null;
  state: string;
  lastUsedAt: string | null;
}

describe('GET /lookup/available', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let scheduler: Client;
  let liu: Client;
  let ada: Client;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    sandbox = await startTestSandbox({
      env: { IMAGES_PUBLIC_BY_OWNERS: 'true' },
    });
    scheduler = Client.scheduler(sandbox);
    [liu, ada] = await Promise.all([Client.login(sandbox, 'liuyizhou'), Client.login(sandbox, 'ada')]);
    await ada.post('/account/credentials', {});
    const { body } = await liu.post('/account/credentials', {});
    const login = { username: String(body.username), password: String(body.password) };
    for (const [tag, taskType] of [
      ['v1', 'pytorch'],
      ['v2', 'jupyter'],
      ['v3', 'all'],
      ['v4', 'pytorch'],
      ['latest', 'pytorch'],
    ] as const) {
      const name = { project: 'user-liuyizhou', repository: 'demo', tag };
      await pushTinyImage({ registryUrl: sandbox.harbor.url, link: name, ...login, content: tag });
      const imported = await liu.post('/images', { link: link(tag), description: tag, taskType });
      ids[tag] = String(imported.body.id);
    }
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  const link = (tag: string) => `${sandbox.harbor.address}/user-liuyizhou/demo:${tag}`;
  const ask = async (query: Record<string, string>, by = scheduler): Promise<Answer> =>
    by.get(`/lookup/available?${new URLSearchParams(query).toString()}`);
  const choices = async (query: Record<string, string> = { for: 'liuyizhou' }, by = scheduler) => {
    const { status, body } = await ask(query, by);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body.items as Choice[];
  };
  const titles = async (query?: Record<string, string>, by?: Client) =>
    (await choices(query, by)).map(({ description }) => description);

  it('shows what the person may run, newest first, with what a job would run', async () => {
    const found = await choices();
    expect(found.map(({ description }) => description)).toEqual(['latest', 'v4', 'v3', 'v2', 'v1']);
    const { digest } = (await scheduler.lookup({ link: link('v1'), for: 'liuyizhou' })).body;
    expect(found.at(-1)).toMatchObject({
      imageId: ids.v1,
      link: link('v1'),
      seenAs: 'own',
      digest,
      state: 'as-recorded',
    });
    expect(await choices({}, liu)).toEqual(found);
  });

  it('shows for a task type also what is for all', async () => {
    expect(await titles({ for: 'liuyizhou', taskType: 'pytorch' })).toEqual(['latest', 'v4', 'v3', 'v1']);
    expect(await titles({ for: 'liuyizhou', taskType: 'all' })).toEqual(['v3']);
    expect(await titles({ for: 'liuyizhou', taskType: 'deepspeed' })).toEqual(['v3']);
  });

  it('pages without a gap', async () => {
    const query = { for: 'liuyizhou', taskType: 'pytorch', limit: '1' };
    const seen: string[] = [];
    let from: string | null = null;
    do {
      const { body } = await ask(from === null ? query : { ...query, cursor: from });
      seen.push(...(body.items as Choice[]).map(({ description }) => description));
      from = body.nextCursor as string | null;
    } while (from !== null);
    expect(seen).toEqual(['latest', 'v4', 'v3', 'v1']);
  });

  it('shows another person what was shared with him or with everybody, and no more', async () => {
    expect(await titles({}, ada)).toEqual([]);
    expect(await titles({ for: 'nobody-we-know' })).toEqual([]);
    expect((await liu.put(`/images/${ids.v1}/shares/person/ada`, {})).status).toBeLessThan(300);
    expect(await choices({ for: 'ada' })).toMatchObject([{ description: 'v1', seenAs: 'shared' }]);
    const published = await liu.put(`/images/${ids.v2}/visibility`, { visibility: 'public' });
    expect(published.status).toBe(200);
    expect(await choices({ for: 'nobody-we-know' })).toMatchObject([{ description: 'v2', seenAs: 'public' }]);
    expect(await titles({}, ada)).toEqual(['v2', 'v1']);
  });

  it('leaves out what is gone from the registry', async () => {
    const { username, password } = sandbox.harborAdmin;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const api = `${sandbox.harbor.url}/api/v2.0/projects/user-liuyizhou`;
    const [rule] = (await (
      await fetch(`${api}/immutabletagrules`, { headers: { authorization } })
    ).json()) as { id: number }[];
    await fetch(`${api}/immutabletagrules/${rule?.id}`, { method: 'DELETE', headers: { authorization } });
    await fetch(`${api}/repositories/demo/artifacts/v4`, { method: 'DELETE', headers: { authorization } });
    await liu.post(`/images/${ids.v4}/check`);
    expect(await titles()).not.toContain('v4');
  });

  it('answers while Harbor is away', async () => {
    await sandbox.harbor.faults.down();
    const found = await choices();
    await sandbox.harbor.faults.up();
    await untilHarborAnswers(sandbox);
    expect(found.map(({ description }) => description)).toEqual(['latest', 'v3', 'v2', 'v1']);
    expect(found.every(({ digest }) => digest !== null)).toBe(true);
  });

  it('asks whose job it is', async () => {
    expect(await ask({})).toMatchObject({ status: 422, body: { code: 'lookup.for-required' } });
    expect(await ask({ for: 'ada' }, liu)).toMatchObject({
      status: 403,
      body: { code: 'lookup.for-forbidden' },
    });
    expect(await ask({ for: 'liuyizhou', count: 'true' })).toMatchObject({ status: 400 });
  });
});
