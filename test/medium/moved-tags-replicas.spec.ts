import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import { HoldWork } from '../../src/restoring/hold-work';
import { holdTasks } from '../e2e/hold-tasks';
import type { Client } from '../e2e/journey';
import { Replicas } from '../e2e/replicas';
import { mariadb, type TestDatabase } from '../servers/mariadb';

const PERSON = 'p001';
const PROJECT = `user-${PERSON}`;
const RULES = `/projects/${PROJECT}/immutabletagrules`;
const IMAGE = { description: 'An image', taskType: 'pytorch' };

interface Rule {
  id: number;
}

/** Deleting, restoring and holding, asked of two replicas on one MariaDB at once. */
describe('moved and deleted tags with two replicas', () => {
  let database: TestDatabase;
  let world: Replicas;
  let clients: readonly Client[];
  let rulesBefore: Rule[];

  const harbor = async (method: string, path: string, body?: unknown) => {
    const { username, password } = world.around.harborAdmin;
    const response = await fetch(`${world.around.harbor.url}/api/v2.0${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  const rules = async () => (await harbor('GET', RULES)).body as Rule[];
  const push = async (repository: string, tag: string, content: string) =>
    pushTinyImage({
      registryUrl: world.around.harbor.url,
      ...world.around.harborAdmin,
      link: { project: PROJECT, repository, tag },
      content,
    });
  const digestOf = async (repository: string, tag: string) =>
    (
      (await harbor('GET', `/projects/${PROJECT}/repositories/${repository}/artifacts/${tag}`)).body as {
        digest?: string;
      }
    ).digest;
  const tagsOf = async (repository: string, digest: string) =>
    (
      (await harbor('GET', `/projects/${PROJECT}/repositories/${repository}/artifacts/${digest}/tags`))
        .body as { name: string }[]
    ).map(({ name }) => name);
  const each = async <T>(ask: (client: Client) => Promise<T>): Promise<T[]> => Promise.all(clients.map(ask));
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await sleep(50);
  };

  beforeAll(async () => {
    database = await mariadb();
    world = await Replicas.start({
      databaseUrl: database.url,
      replicas: 2,
      people: 1,
      env: { DRIFT_REPAIR: 'none' },
    });
    const [app] = world.apps;
    if (app === undefined) throw new Error('no replica');
    await holdTasks(app.get(DataSource), 'holds');
    clients = await world.login(PERSON);
    await clients[0]?.post('/account/credentials', {});
    rulesBefore = await rules();
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it('delete what both are asked to, one after the other, with the rule back', async () => {
    const tags = ['v1', 'v2', 'v3'];
    for (const tag of tags) await push('app', tag, tag);
    await push('app', 'keep', 'keep');
    const remove = async (client: Client, tag: string) =>
      client.delete(`/projects/${PROJECT}/repositories/app/tags/${tag}`);
    const answers = await Promise.all(
      tags.flatMap((tag) => clients.map(async (client) => remove(client, tag))),
    );
    for (const { status, body } of answers) {
      expect([200, 409]).toContain(status);
      if (status === 409) expect(['project.busy', 'harbor.changed']).toContain(body.code);
    }
    for (const tag of tags)
      await until(async () => (await each(async (client) => remove(client, tag)))[0]?.status === 200);
    for (const tag of tags) expect(await digestOf('app', tag)).toBeUndefined();
    expect(await digestOf('app', 'keep')).toBeDefined();
    expect(await rules()).toEqual(rulesBefore);
    const whole = await each(async (client) => client.delete(`/projects/${PROJECT}/repositories/app`));
    expect(whole.some(({ body }) => body.deleted === true)).toBe(true);
    expect(await rules()).toEqual(rulesBefore);
  });

  it('hold what a moved tag was recorded with, put it back by policy once, and let go of it', async () => {
    const [client, other] = clients as [Client, Client];
    const recorded = await push('moved', 'v1', 'first');
    const link = `${world.around.harbor.address}/${PROJECT}/moved:v1`;
    const { id } = (await client.post('/images', { link, ...IMAGE })).body;
    await harbor('PUT', `${RULES}/${rulesBefore[0]?.id}`, { ...rulesBefore[0], disabled: true });
    const moved = await push('moved', 'v1', 'second');
    await harbor('PUT', `${RULES}/${rulesBefore[0]?.id}`, { ...rulesBefore[0], disabled: false });
    await each(async (each) => each.post(`/images/${String(id)}/check`));
    const list = async (query: string) =>
      (await other.get(`/violations?${query}`)).body as { items: Record<string, unknown>[]; total: number };
    expect(await list('state=open&count=true&limit=1')).toMatchObject({
      items: [{ toDigest: moved }],
      total: 1,
    });
    const work = async () =>
      Promise.all(world.apps.map(async (app) => app.get(HoldWork).run(new AbortController().signal)));
    await work();
    expect(await tagsOf('moved', recorded)).toEqual([expect.stringMatching(/^berth-hold-/)]);
    expect((await other.get(`/projects/${PROJECT}/usage`)).body.held).toMatchObject({ artifacts: 1 });
    expect((await other.put(`/projects/${PROJECT}/policies`, { tagRule: 'restore' })).status).toBe(200);
    await until(async () => (await digestOf('moved', 'v1')) === recorded);
    await until(async () => (await list('state=open')).items.length === 0);
    await until(async () => JSON.stringify(await rules()) === JSON.stringify(rulesBefore));
    expect((await list(`project=${PROJECT}`)).items).toMatchObject([
      { state: 'restored', restoration: { state: 'done', by: null } },
    ]);
    await work();
    await until(async () => (await tagsOf('moved', recorded)).length === 1);
    expect(await tagsOf('moved', recorded)).toEqual(['v1']);
    expect(await rules()).toEqual(rulesBefore);
  });
});
