import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { webhookAuthorization } from '../../src/projects/webhooks/webhook-secret';
import { SweepWishes } from '../../src/tag-rule/sweep-wishes';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';

const PROJECT = 'user-liuyizhou';
const SECRETS_KEY = 'hints-are-hints-with-this-key-of-the-tests';

describe('webhooks of Harbor', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let dataSource: DataSource;
  let login: { username: string; password: string };
  let harborProjectId: number;

  const push = async (tag: string, content: string) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: PROJECT, repository: 'demo', tag },
      ...login,
      content,
    });
  const send = async (body: string, authorization?: string, project = PROJECT) =>
    fetch(`${sandbox.url}/api/v1/hooks/harbor/${project}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization ? { authorization } : {}) },
      body,
    });
  const own = () => webhookAuthorization(SECRETS_KEY, harborProjectId);
  const bodyOf = (tag: string, type = 'PUSH_ARTIFACT') => {
    const digest = `sha256:${'f'.repeat(64)}`;
    const repository = { repo_full_name: `${PROJECT}/demo` };
    return JSON.stringify({ type, event_data: { resources: [{ digest, tag }], repository } });
  };
  const recordOf = async (tag: string) =>
    dataSource.getRepository(TagRecord).findOneBy({ project: PROJECT, tag });
  const until = async <T>(look: () => Promise<T | null | false>): Promise<T> => {
    for (;;) {
      const found = await look();
      if (found !== null && found !== false) return found;
      await sleep(10);
    }
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { SECRETS_KEY, AUDIT_FEED: 'off' } });
    dataSource = sandbox.app.get<DataSource>(getDataSourceToken());
    await holdTasks(dataSource, 'sweeps');
    const liu = await Client.login(sandbox, 'liuyizhou');
    const { body } = await liu.post('/account/credentials', {});
    login = { username: String(body.username), password: String(body.password) };
    const found = await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `/projects/${PROJECT}`);
    harborProjectId = (found.body as { project_id: number }).project_id;
  });
  afterAll(async () => sandbox.forget());

  it('record a push that nobody asked about, as the sandbox delivers them', async () => {
    const digest = await push('v1', 'one');
    const record = await until(() => recordOf('v1'));
    expect(record).toMatchObject({ recordedDigest: digest, state: 'as-recorded', checkedBy: 'hint' });
  });

  it('are answered 202, and the digest in them is not believed', async () => {
    const digest = await push('v2', 'two');
    const { status } = await send(bodyOf('v2'), own());
    expect(status).toBe(202);
    expect(await until(() => recordOf('v2'))).toMatchObject({ recordedDigest: digest });
  });

  it('are answered alike before the framework and by it', async () => {
    // Of a browser, so it goes the usual way.
    const headers = {
      'content-type': 'application/json',
      authorization: own(),
      origin: 'https://ui.example',
    };
    const url = `${sandbox.url}/api/v1/hooks/harbor/${PROJECT}`;
    const usual = await fetch(url, { method: 'POST', headers, body: bodyOf('v1') });
    const early = await send(bodyOf('v1'), own());
    const shapeOf = (answer: Response) => ({
      status: answer.status,
      headers: [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
    });
    expect(shapeOf(early)).toEqual(shapeOf(usual));
    expect(early.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await early.text()).toBe(await usual.text());
  });

  it('tell of a deletion, and so of every tag of the artifact', async () => {
    const digest = await push('v3', 'three');
    await until(() => recordOf('v3'));
    const tags = `/projects/${PROJECT}/repositories/demo/artifacts/${digest}/tags`;
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', tags, { name: 'v3-too' });
    await send(bodyOf('v3-too'), own());
    await until(() => recordOf('v3-too'));
    const rules = `/projects/${PROJECT}/immutabletagrules`;
    const [rule] = (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', rules)).body as { id: number }[];
    await callHarbor(sandbox, login, 'DELETE', `${rules}/${rule?.id ?? 0}`);
    await callHarbor(sandbox, login, 'DELETE', `/projects/${PROJECT}/repositories/demo/artifacts/${digest}`);
    for (const tag of ['v3', 'v3-too']) {
      await until(async () => (await recordOf(tag))?.state === 'gone');
    }
  });

  it.each([
    ['without Authorization', undefined],
    ['with a wrong one', 'Bearer wrong'],
    ['with that of another project', webhookAuthorization(SECRETS_KEY, 99_999)],
  ])('%s are refused, whatever they say', async (_, authorization) => {
    for (const body of [bodyOf('v9'), '{', '']) {
      const answer = await send(body, authorization);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'hook.unauthorized' });
    }
  });

  it('are refused alike for a project that is not there', async () => {
    const absent = await send(bodyOf('v1'), own(), 'user-nobody');
    const wrong = await send(bodyOf('v1'), 'Bearer wrong');
    const shapeOf = async (answer: Response) => {
      const body = (await answer.json()) as Record<string, unknown>;
      return { status: answer.status, ...body, requestId: '', instance: '' };
    };
    expect(await shapeOf(absent)).toEqual(await shapeOf(wrong));
  });

  it.each([
    ['no JSON', '{"type":'],
    ['another project', bodyOf('v1').replaceAll(PROJECT, 'user-ada')],
    ['nothing', ''],
  ])('with %s are a hint for the whole project', async (_, body) => {
    const wishes = sandbox.app.get(SweepWishes);
    // Else the sweeps could take it before it is looked at here.
    const take = jest.spyOn(wishes, 'take').mockReturnValue([]);
    expect((await send(body, own())).status).toBe(202);
    expect(wishes.waiting).toEqual([PROJECT]);
    Object.assign(wishes, { wished: new Set() });
    take.mockRestore();
  });

  it('that are too large are not read', async () => {
    expect((await send('x'.repeat(2_000_000), own())).status).toBe(413);
  });

  it('are answered while Harbor does not answer, and looked at when it does', async () => {
    const digest = await push('v4', 'four');
    sandbox.harbor.faults.add({ kind: 'status', status: 503, path: /artifacts\/late/ });
    await push('late', 'late');
    expect((await send(bodyOf('late'), own())).status).toBe(202);
    await until(() => recordOf('v4'));
    expect(await recordOf('late')).toBeNull();
    sandbox.harbor.faults.clear();
    expect(digest).toBeDefined();
    expect(await until(() => recordOf('late'))).toMatchObject({ state: 'as-recorded' });
  });

  it('of hundreds of tags at once lose none, and look once or twice at one that comes again and again', async () => {
    const digest = await push('many-0', 'many');
    const path = `/projects/${PROJECT}/repositories/demo/artifacts/${digest}/tags`;
    const names = Array.from({ length: 60 }, (_, index) => `many-${index}`);
    for (const name of names.slice(1)) {
      await callHarbor(sandbox, sandbox.harborAdmin, 'POST', path, { name });
    }
    const before = sandbox.harbor.calls.length;
    await Promise.all(
      names.flatMap((name) =>
        [0, 1, 2].map(async () => send(bodyOf(name), own()).then(({ status }) => status)),
      ),
    );
    await until(
      async () => (await dataSource.getRepository(TagRecord).countBy({ recordedDigest: digest })) === 60,
    );
    const looks = sandbox.harbor.calls
      .slice(before)
      .filter(({ path: called }) => called.includes('/artifacts/many-'));
    expect(looks.length).toBeLessThanOrEqual(180);
    expect(sandbox.app.get(SweepWishes).waiting).toEqual([]);
  });

  it('whose sender hangs hold up nobody', async () => {
    const { hostname, port } = new URL(sandbox.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`POST /api/v1/hooks/harbor/${PROJECT} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{`);
    expect((await send(bodyOf('v1'), own())).status).toBe(202);
    socket.destroy();
  });
});
