import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { RefusedPullPruning } from '../../src/lookup/refused-pull-pruning';
import { RefusedPull } from '../../src/lookup/refused-pull.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { callHarbor, Client, startTestSandbox, type Answer } from './journey';

describe('a lookup of an image whose surroundings changed', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let grace: Client;
  let scheduler: Client;
  let login: { username: string; password: string };
  const link = (tag: string) => `${sandbox.harbor.address}/user-liuyizhou/demo:${tag}`;
  const push = async (tag: string, content: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: 'user-liuyizhou', repository: 'demo', tag },
      ...login,
      content,
    });
  const imported = async (tag: string) => {
    const digest = await push(tag, tag);
    const answer = await liu.post('/images', { link: link(tag), description: tag, taskType: 'custom' });
    expect(answer.status).toBe(201);
    return { id: String(answer.body.id), digest };
  };
  const ask = async (tag: string, username = 'liuyizhou') =>
    scheduler.lookup({ link: link(tag), for: username });
  const warningsOf = ({ body }: Answer) => (body.warnings as { code: string }[]).map(({ code }) => code);
  const move = async (tag: string, content: string) => {
    const rules = '/projects/user-liuyizhou/immutabletagrules';
    const [rule] = (await callHarbor(sandbox, login, 'GET', rules)).body as { id: number }[];
    await callHarbor(sandbox, login, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: true });
    const digest = await push(tag, content);
    await callHarbor(sandbox, login, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled: false });
    return digest;
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    liu = await Client.login(sandbox, 'liuyizhou');
    grace = await Client.login(sandbox, 'grace');
    scheduler = Client.scheduler(sandbox);
    const { body } = await liu.post('/account/credentials', {});
    login = { username: String(body.username), password: String(body.password) };
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('no longer remembers what the registry refused a month ago', async () => {
    const refused = sandbox.app.get(DataSource).getRepository(RefusedPull);
    const day = 24 * 60 * 60_000;
    for (const days of [29, 31, 60]) {
      const id = uuidv7({ msecs: Date.now() - days * day });
      await refused.insert({ id, name: `user-liuyizhou/demo@${days}` });
    }
    await sandbox.app.get(RefusedPullPruning).prune();
    expect(await refused.find()).toMatchObject([{ name: 'user-liuyizhou/demo@29' }]);
    await refused.clear();
  });

  it('of a project that was made again warns where it is pinned, and is refused where it may move', async () => {
    const { digest } = await imported('replaced');
    await imported('latest');
    const records = sandbox.app.get(DataSource).getRepository(TagRecord);
    const replace = async (tag: string) =>
      records.update({ project: 'user-liuyizhou', tag }, { harborProjectId: 999_999 });
    await replace('replaced');
    await replace('latest');
    const pinned = await ask('replaced');
    expect(pinned).toMatchObject({ status: 200, body: { digest } });
    expect(warningsOf(pinned)).toEqual(['lookup.warning.project-replaced']);
    expect(await ask('latest')).toMatchObject({ status: 409, body: { code: 'project.replaced' } });
  });

  it('of a moved tag answers what was recorded, and warns; where that is blocked it is refused', async () => {
    const { id, digest } = await imported('moved');
    const to = await move('moved', 'another');
    expect((await liu.post(`/images/${id}/check`)).body).toMatchObject({ state: 'moved', to });
    const pinned = await ask('moved');
    expect(pinned).toMatchObject({ status: 200, body: { digest, recordedDigest: digest, state: 'moved' } });
    expect(warningsOf(pinned)).toEqual(['lookup.warning.tag-moved']);

    await liu.put('/projects/user-liuyizhou/policies', { tagRule: 'block' });
    const params = { recordedDigest: digest, currentDigest: to };
    expect(await ask('moved')).toMatchObject({ status: 409, body: { code: 'lookup.blocked', params } });
    const batch = await scheduler.post('/lookup', { for: 'liuyizhou', links: [link('moved')] });
    expect(batch.body.results).toMatchObject([{ status: 409, problem: { code: 'lookup.blocked' } }]);
    await liu.put('/projects/user-liuyizhou/policies', { tagRule: 'pin' });
    expect((await ask('moved')).body.digest).toBe(digest);
  });

  it('of a person is for himself, and of somebody unknown for what is public', async () => {
    await imported('mine');
    expect((await liu.lookup({ link: link('mine'), for: 'LiuYizhou' })).status).toBe(200);
    const refused = { status: 403, body: { code: 'lookup.for-forbidden' } };
    expect(await liu.lookup({ link: link('mine'), for: 'ada' })).toMatchObject(refused);
    expect(await grace.lookup({ link: link('mine'), for: 'liuyizhou' })).toMatchObject(refused);
    const absent = { status: 404, body: { code: 'image.not-found' } };
    expect(await ask('mine', 'nobody-we-know')).toMatchObject(absent);
  });

  it('of somebody who left is refused, but goes on with a warning where it was shared', async () => {
    const { digest } = await imported('shared');
    await imported('kept');
    const { body } = await liu.get('/images?scope=mine&q=shared');
    const [image] = body.items as { id: string }[];
    expect((await liu.put(`/images/${image?.id}/shares/person/ada`, {})).status).toBeLessThan(300);
    expect((await ask('shared', 'ada')).body.digest).toBe(digest);
    await grace.post('/admin/persons/liuyizhou/offboard', { reason: 'Left' });
    expect(await ask('kept')).toMatchObject({ status: 409, body: { code: 'image.owner-offboarded' } });
    const shared = await ask('shared', 'ada');
    expect(shared).toMatchObject({ status: 200, body: { digest } });
    expect(warningsOf(shared)).toEqual(['lookup.warning.owner-offboarded']);
  });
});

describe('the rate of lookups', () => {
  it('is counted for each scheduler and person apart, and told with the time to wait', async () => {
    const env = { LOOKUPS_PER_SECOND: '1', PERSON_LOOKUPS_PER_SECOND: '1' };
    const sandbox = await startTestSandbox({ env });
    try {
      const scheduler = Client.scheduler(sandbox);
      const ada = await Client.login(sandbox, 'ada');
      const link = `${sandbox.harbor.address}/user-ada/demo:v1`;
      const links = Array.from({ length: 20 }, () => link);
      expect((await scheduler.post('/lookup', { for: 'ada', links })).status).toBe(200);
      const refused = await scheduler.lookup({ link, for: 'ada' });
      expect(refused).toMatchObject({ status: 429, body: { code: 'lookup.too-many' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(10);
      expect((await scheduler.get('/lookup/available?for=ada')).status).toBe(429);
      const asked = await Promise.all([ada.lookup({ link }), ada.lookup({ link })]);
      expect(asked.map(({ status }) => status).sort()).toEqual([404, 429]);
    } finally {
      await sandbox.forget();
    }
  });
});
