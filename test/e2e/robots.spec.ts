import { setTimeout } from 'node:timers/promises';
import { getDataSourceToken } from '@nestjs/typeorm';
import { IsNull, MoreThan, type DataSource } from 'typeorm';
import type { FaultKind } from '../../sandbox/harbor/faults';
import { pushTinyImage, RegistryRefusal } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Robot } from '../../src/projects/robots/robot.entity';
import { callHarbor, Client, startTestSandbox, type Answer } from './journey';

interface Login {
  username: string;
  password: string;
}

interface HarborRobot {
  id: number;
  name: string;
  description?: string;
}

const DAY_MS = 86_400_000;
const PROJECT = 'user-liuyizhou';
const ROBOTS = `/projects/${PROJECT}/robots`;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

const loginOf = ({ body }: Answer): Login => ({
  username: String(body.username),
  password: String(body.secret),
});

describe('robots for CI', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let admin: Client;
  let projectId: number;

  const push = async (login: Login, tag: string, project = PROJECT) =>
    pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project, repository: 'demo', tag },
      ...login,
      content: tag,
    });
  /** The status of a pull over the registry protocol. */
  const pull = async ({ username, password }: Login, project = PROJECT) => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const url = `${sandbox.harbor.url}/v2/${project}/demo/manifests/v1`;
    return (await fetch(url, { headers: { authorization, accept: MANIFEST } })).status;
  };
  const inHarbor = async () => {
    const path = `/robots?q=Level%3Dproject%2CProjectID%3D${projectId}&page_size=100`;
    return (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', path)).body as HarborRobot[];
  };
  const namesInHarbor = async () => (await inHarbor()).map(({ name }) => name).sort();
  const listed = async (client = liu) =>
    (await client.get(ROBOTS)).body.items as (Record<string, unknown> & { id: string | null })[];
  const create = async (name: string, access = 'pull', more: object = {}) =>
    liu.post(ROBOTS, { name, access, ...more });
  const auditOf = async (action: string) =>
    (await admin.get(`/admin/audit?action=${action}`)).body.items as Record<string, unknown>[];
  /** As if their time had gone by. */
  const runOut = async () => {
    const now = new Date();
    const ended = { expiresAt: now, dueAt: now };
    await sandbox.app.get<DataSource>(getDataSourceToken()).getRepository(Robot).updateAll(ended);
  };
  /** The background work is done when it is seen. */
  const until = async (isDone: () => Promise<boolean>) => {
    while (!(await isDone())) await setTimeout(100);
  };
  /** Berth leaves a Harbor that was down alone for a moment. */
  const harborUp = async () => {
    await sandbox.harbor.faults.up();
    await until(async () => (await liu.get(`/projects/${PROJECT}`)).status === 200);
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { HARBOR_DEADLINE_MS: '2000', LOG_LEVEL: 'silent' } });
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    admin = await Client.login(sandbox, 'grace');
    const { body } = await liu.post('/account/credentials', {});
    await push({ username: String(body.username), password: String(body.password) }, 'v1');
    const project = await callHarbor(sandbox, sandbox.harborAdmin, 'GET', `/projects/${PROJECT}`);
    projectId = (project.body as { project_id: number }).project_id;
  });
  afterAll(async () => {
    await sandbox.forget();
  });
  afterEach(async () => {
    sandbox.harbor.faults.clear();
    await harborUp();
    for (const { id } of await listed()) if (id !== null) await liu.delete(`${ROBOTS}/${id}`);
    for (const { id } of await inHarbor()) {
      await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', `/robots/${id}`);
    }
    await sandbox.app.get<DataSource>(getDataSourceToken()).getRepository(Robot).clear();
  });

  it('that pull: pull in their project, and nothing else', async () => {
    const made = await create('ci');
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'ci',
        username: `robot$${PROJECT}+ci`,
        access: 'pull',
        state: 'active',
        foreign: false,
        address: sandbox.harbor.address,
        createdBy: 'liuyizhou',
        rotatedFrom: null,
        previousEndsAt: null,
      },
    });
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(made.headers.get('location')).toBe(`/api/v1${ROBOTS}/${String(made.body.id)}`);
    const robot = loginOf(made);
    expect(await pull(robot)).toBe(200);
    await expect(push(robot, 'v2')).rejects.toThrow(RegistryRefusal);
    const { body } = await ada.post('/account/credentials', {});
    const adas = { username: String(body.username), password: String(body.password) };
    await push(adas, 'v1', 'user-ada');
    expect(await pull(adas, 'user-ada')).toBe(200);
    expect(await pull(robot, 'user-ada')).not.toBe(200);
  });

  it('that push: push and pull', async () => {
    const robot = loginOf(await create('builder', 'push'));
    await push(robot, 'by-robot');
    expect(await pull(robot)).toBe(200);
  });

  it('show their secret once, and it is nowhere else', async () => {
    const made = await create('ci');
    const secret = String(made.body.secret);
    expect(secret.length).toBeGreaterThanOrEqual(8);
    const { body } = await liu.get(`${ROBOTS}/${String(made.body.id)}`);
    expect(body).toMatchObject({ name: 'ci', username: made.body.username, state: 'active' });
    expect(body.secret).toBeUndefined();
    expect(JSON.stringify(await listed())).not.toContain(secret);
    const rows = await sandbox.app.get<DataSource>(getDataSourceToken()).getRepository(Robot).find();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(JSON.stringify(await inHarbor())).not.toContain(secret);
  });

  it('end after 90 days, or when they are told to', async () => {
    const before = Date.now();
    const first = await create('ci');
    const lifeMs = Date.parse(String(first.body.expiresAt)) - before;
    expect(Math.floor(lifeMs / DAY_MS)).toBe(90);
    const expiresAt = new Date(Date.now() + 1.5 * DAY_MS).toISOString();
    const second = await create('short', 'pull', { expiresAt });
    expect(second.body.expiresAt).toBe(expiresAt);
    const robots = (await inHarbor()) as (HarborRobot & { duration: number })[];
    expect(Object.fromEntries(robots.map(({ name, duration }) => [name, duration]))).toEqual({
      [`robot$${PROJECT}+ci`]: 90,
      [`robot$${PROJECT}+short`]: 2,
    });
  });

  it('are gone from Harbor at their own end, which Harbor would round up to a day', async () => {
    const robot = loginOf(await create('brief'));
    await runOut();
    await until(async () => (await inHarbor()).length === 0);
    expect(await pull(robot)).toBe(401);
    expect(await listed()).toEqual([]);
    expect((await auditOf('project.robot-ended'))[0]).toMatchObject({
      target: `${PROJECT} brief`,
      outcome: 'ok',
    });
  });

  it.each([
    ['name', { name: 'CI' }, 'robot.name'],
    ['name', { name: 'ci+x' }, 'robot.name'],
    ['name', { name: 'x'.repeat(65) }, 'robot.name'],
    ['name', { name: '' }, 'robot.name'],
    ['access', { access: 'admin' }, 'field.one-of'],
    ['expiresAt', { expiresAt: 'tomorrow' }, 'field.time'],
    ['expiresAt', { expiresAt: '2020-01-01T00:00:00Z' }, 'robot.end'],
    ['expiresAt', { expiresAt: new Date(Date.now() + 366 * DAY_MS).toISOString() }, 'robot.end'],
  ])('point to a wrong %s: %j', async (field, wrong, code) => {
    const refused = await liu.post(ROBOTS, { name: 'ci', access: 'pull', ...wrong });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: `/${field}`, code }] } });
    expect(await inHarbor()).toEqual([]);
  });

  it('have one name in a project, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, async () => create('ci')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('robot.exists');
    expect(await inHarbor()).toHaveLength(1);
  });

  describe('rotated', () => {
    it('work both for the overlap, then the old one stops', async () => {
      const first = await create('ci');
      const old = loginOf(first);
      const second = await liu.post(`${ROBOTS}/${String(first.body.id)}/rotate`, { overlapSeconds: 600 });
      expect(second).toMatchObject({
        status: 201,
        body: { name: 'ci', access: 'pull', rotatedFrom: first.body.id, state: 'active' },
      });
      expect(second.headers.get('cache-control')).toBe('no-store');
      const fresh = loginOf(second);
      expect(fresh.username).not.toBe(old.username);
      expect([await pull(old), await pull(fresh)]).toEqual([200, 200]);
      const states = (await listed()).map(({ id, state }) => [id, state]);
      expect(states).toContainEqual([first.body.id, 'ending']);
      expect(states).toContainEqual([second.body.id, 'active']);
      const again = await liu.post(`${ROBOTS}/${String(first.body.id)}/rotate`, { overlapSeconds: 0 });
      expect(again).toMatchObject({ status: 409, body: { code: 'robot.ending' } });

      const third = await liu.post(`${ROBOTS}/${String(second.body.id)}/rotate`, { overlapSeconds: 1 });
      await until(async () => (await pull(fresh)) !== 200);
      expect([await pull(old), await pull(loginOf(third))]).toEqual([200, 200]);
      expect((await listed()).map(({ id }) => id).sort()).toEqual([first.body.id, third.body.id].sort());
    });

    it('without an overlap, end at once', async () => {
      const first = await create('ci');
      const second = await liu.post(`${ROBOTS}/${String(first.body.id)}/rotate`, { overlapSeconds: 0 });
      expect([await pull(loginOf(first)), await pull(loginOf(second))]).toEqual([401, 200]);
      expect((await listed()).map(({ id }) => id)).toEqual([second.body.id]);
    });

    it('show the new secret also when the old one cannot be ended at once', async () => {
      const first = await create('ci');
      sandbox.harbor.faults.add({ kind: 'drop', method: 'DELETE', path: /\/robots\/\d+$/, times: 1 });
      const second = await liu.post(`${ROBOTS}/${String(first.body.id)}/rotate`, { overlapSeconds: 0 });
      expect(second.status).toBe(201);
      expect(await pull(loginOf(second))).toBe(200);
      await until(async () => (await pull(loginOf(first))) === 401);
    });

    it('live as long as the one before was made for', async () => {
      const expiresAt = new Date(Date.now() + 10 * DAY_MS).toISOString();
      const first = await create('ci', 'push', { expiresAt });
      const second = await liu.post(`${ROBOTS}/${String(first.body.id)}/rotate`, { overlapSeconds: 0 });
      expect(second.body.access).toBe('push');
      const lifeMs = Date.parse(String(second.body.expiresAt)) - Date.now();
      expect(Math.round(lifeMs / DAY_MS)).toBe(10);
    });

    it('free no name: one of the name that is ending stands in no one’s way', async () => {
      const first = await create('ci');
      const second = await liu.post(`${ROBOTS}/${String(first.body.id)}/rotate`, { overlapSeconds: 600 });
      expect((await create('ci')).body.code).toBe('robot.exists');
      await liu.delete(`${ROBOTS}/${String(second.body.id)}`);
      const third = await create('ci');
      expect(third.status).toBe(201);
      expect([await pull(loginOf(first)), await pull(loginOf(third))]).toEqual([200, 200]);
    });

    it.each([-1, 1.5, 604_801, '60', null])('not with an overlap of %j', async (overlapSeconds) => {
      const { body } = await create('ci');
      const refused = await liu.post(`${ROBOTS}/${String(body.id)}/rotate`, { overlapSeconds });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/overlapSeconds' }] } });
    });
  });

  it('deleted: stop at once; deleting again is harmless', async () => {
    const made = await create('ci');
    expect((await liu.delete(`${ROBOTS}/${String(made.body.id)}`)).status).toBe(204);
    expect(await pull(loginOf(made))).toBe(401);
    expect(await inHarbor()).toEqual([]);
    expect((await liu.delete(`${ROBOTS}/${String(made.body.id)}`)).status).toBe(204);
    expect((await liu.get(`${ROBOTS}/${String(made.body.id)}`)).body.code).toBe('robot.not-found');
    expect((await liu.get(`${ROBOTS}/nonsense`)).status).toBe(404);
  });

  it('that others made in Harbor are listed, and left alone', async () => {
    const foreign = await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/robots', {
      name: 'theirs',
      level: 'project',
      duration: -1,
      permissions: [{ kind: 'project', namespace: PROJECT, access: [{ resource: 'tag', action: 'delete' }] }],
    });
    expect(foreign.status).toBe(201);
    expect(await listed()).toMatchObject([
      { id: null, name: 'theirs', access: 'other', foreign: true, expiresAt: null, createdBy: null },
    ]);
    const refused = await create('theirs');
    expect(refused).toMatchObject({ status: 409, body: { code: 'robot.name-taken' } });
    expect(await inHarbor()).toHaveLength(1);
    expect((await create('ours')).status).toBe(201);
    expect(await namesInHarbor()).toEqual([`robot$${PROJECT}+ours`, `robot$${PROJECT}+theirs`]);
  });

  it('that somebody changed, disabled or deleted in Harbor are listed so, and can be rotated', async () => {
    const { body } = await create('ci');
    const [found] = (await inHarbor()) as (HarborRobot & Record<string, unknown>)[];
    const path = `/robots/${found?.id}`;
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', path, { ...found, disable: true });
    expect(await listed()).toMatchObject([{ id: body.id, state: 'disabled' }]);
    const access = [{ resource: 'repository', action: 'delete' }];
    const permissions = [{ kind: 'project', namespace: PROJECT, access }];
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', path, { ...found, permissions });
    expect(await listed()).toMatchObject([{ id: body.id, state: 'changed', access: 'other' }]);
    await callHarbor(sandbox, sandbox.harborAdmin, 'DELETE', path);
    expect(await listed()).toMatchObject([{ id: body.id, state: 'missing', username: null }]);
    const fresh = await liu.post(`${ROBOTS}/${String(body.id)}/rotate`, { overlapSeconds: 0 });
    expect(await pull(loginOf(fresh))).toBe(200);
    expect(await listed()).toMatchObject([{ id: fresh.body.id, state: 'active' }]);
  });

  it('are announced among the problems of the project two weeks before they end', async () => {
    const problems = async (client = liu) =>
      (await client.get(`/projects/${PROJECT}`)).body.problems as { code: string; detail: string }[];
    await create('later', 'pull', { expiresAt: new Date(Date.now() + 15 * DAY_MS).toISOString() });
    expect(await problems()).toEqual([]);
    const soon = await create('soon', 'pull', {
      expiresAt: new Date(Date.now() + 13 * DAY_MS).toISOString(),
    });
    const [problem, ...others] = await problems();
    expect(others).toEqual([]);
    expect(problem?.code).toBe('project.problem.robot-expiring');
    expect(problem?.detail).toContain('soon');
    await liu.put(`/projects/${PROJECT}/members/ada`, { role: 'developer' });
    expect(await problems(ada)).toEqual([]);
    await liu.delete(`/projects/${PROJECT}/members/ada`);
    await liu.post(`${ROBOTS}/${String(soon.body.id)}/rotate`, { overlapSeconds: 600 });
    const [rotated] = await problems();
    expect(rotated?.detail).not.toContain(String(soon.body.id));
  });

  it('are made by admins of the project and of Berth, listed by maintainers too, and hidden from others', async () => {
    const { body } = await create('ci');
    const calls = (client: Client) => [
      client.get(ROBOTS),
      client.get(`${ROBOTS}/${String(body.id)}`),
      client.post(ROBOTS, { name: 'hers', access: 'pull' }),
      client.post(`${ROBOTS}/${String(body.id)}/rotate`, { overlapSeconds: 0 }),
    ];
    const statuses = async (client: Client) => (await Promise.all(calls(client))).map(({ status }) => status);
    expect(await statuses(ada)).toEqual([404, 404, 404, 404]);
    expect((await ada.delete(`${ROBOTS}/${String(body.id)}`)).status).toBe(204);
    for (const [role, seen] of [
      ['guest', 403],
      ['developer', 403],
      ['maintainer', 200],
    ] as const) {
      await liu.put(`/projects/${PROJECT}/members/ada`, { role });
      expect(await statuses(ada)).toEqual([seen, seen, 403, 403]);
      expect((await ada.delete(`${ROBOTS}/${String(body.id)}`)).status).toBe(403);
    }
    await liu.put(`/projects/${PROJECT}/members/ada`, { role: 'admin' });
    expect((await ada.post(ROBOTS, { name: 'hers', access: 'pull' })).status).toBe(201);
    await liu.delete(`/projects/${PROJECT}/members/ada`);
    expect((await admin.post(ROBOTS, { name: 'graces', access: 'pull' })).status).toBe(201);
    expect((await listed()).map(({ name, createdBy }) => [name, createdBy])).toEqual([
      ['ci', 'liuyizhou'],
      ['graces', 'grace'],
      ['hers', 'ada'],
    ]);
    expect((await Client.scheduler(sandbox).get(ROBOTS)).status).toBe(403);
  });

  it('leave one audit row for each action', async () => {
    const { body } = await create('audited');
    const fresh = await liu.post(`${ROBOTS}/${String(body.id)}/rotate`, { overlapSeconds: 600 });
    await create('audited');
    await liu.delete(`${ROBOTS}/${String(fresh.body.id)}`);
    const rows = async (action: string) =>
      (await auditOf(action))
        .filter(({ target }) => String(target).startsWith(`${PROJECT} audited`))
        .map(({ outcome, code }) => [outcome, code]);
    expect(await rows('project.robot-created')).toEqual([
      ['refused', 'robot.exists'],
      ['ok', null],
    ]);
    expect(await rows('project.robot-rotated')).toEqual([['ok', null]]);
    expect(await rows('project.robot-deleted')).toEqual([['ok', null]]);
  });

  it('stay as they are while Harbor is down', async () => {
    const made = await create('ci');
    const path = `${ROBOTS}/${String(made.body.id)}`;
    await sandbox.harbor.faults.down();
    for (const refused of [
      await liu.get(ROBOTS),
      await create('other'),
      await liu.post(`${path}/rotate`, { overlapSeconds: 0 }),
    ]) {
      expect(refused).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
    }
    await harborUp();
    expect(await listed()).toMatchObject([{ id: made.body.id, state: 'active' }]);
    expect(await pull(loginOf(made))).toBe(200);
  });

  it('whose deleting Harbor did not answer are deleted without being asked again', async () => {
    const made = await create('ci');
    sandbox.harbor.faults.add({ kind: 'drop', method: 'DELETE', path: /\/robots\/\d+$/, times: 1 });
    const refused = await liu.delete(`${ROBOTS}/${String(made.body.id)}`);
    expect(refused.status).toBe(503);
    await until(async () => (await listed()).length === 0);
    expect(await inHarbor()).toEqual([]);
    expect(await pull(loginOf(made))).toBe(401);
  });

  it('that Harbor made only after Berth had looked for them are deleted', async () => {
    const old = await create('ci');
    sandbox.harbor.faults.add({ kind: 'drop', method: 'POST', path: /\/robots$/, times: 1 });
    await liu.post(`${ROBOTS}/${String(old.body.id)}/rotate`, { overlapSeconds: 0 });
    const rows = sandbox.app.get<DataSource>(getDataSourceToken()).getRepository(Robot);
    const pending = { harborRobotId: IsNull(), dueAt: MoreThan(new Date()) };
    await until(async () => rows.existsBy(pending));
    const { harborName, intentMark } = await rows.findOneByOrFail(pending);
    await callHarbor(sandbox, sandbox.harborAdmin, 'POST', '/robots', {
      name: harborName,
      description: intentMark,
      level: 'project',
      duration: 90,
      permissions: [
        { kind: 'project', namespace: PROJECT, access: [{ resource: 'repository', action: 'pull' }] },
      ],
    });
    expect(await inHarbor()).toHaveLength(2);
    expect(await listed()).toMatchObject([{ id: old.body.id, foreign: false }]);
    await rows.update(pending, { dueAt: new Date() });
    await until(async () => (await inHarbor()).length === 1);
    expect(await pull(loginOf(old))).toBe(200);
    await until(async () => (await rows.count()) === 1);
  });

  const FAULTS: { fault: string; kind: FaultKind; status?: number }[] = [
    { fault: 'refused by a 500', kind: 'status', status: 500 },
    { fault: 'applied, then a 502', kind: 'status-after', status: 502 },
    { fault: 'cut before it was applied', kind: 'drop' },
    { fault: 'cut after it was applied', kind: 'drop-after' },
    { fault: 'without an answer', kind: 'hang' },
    { fault: 'answered with HTML', kind: 'html' },
    { fault: 'refused by a 401', kind: 'status', status: 401 },
    { fault: 'refused by a 429', kind: 'status', status: 429 },
  ];

  it('whose time is over are gone in the end, in whatever ways Harbor fails meanwhile', async () => {
    const faults = FAULTS.filter(({ kind }) => ['drop-after', 'status-after', 'hang'].includes(kind));
    const made = await Promise.all(faults.map(async (_, n) => create(`ci${n}`)));
    expect(made.map(({ status }) => status)).toEqual(faults.map(() => 201));
    for (const { kind, status } of faults) {
      const more = status === undefined ? {} : { status };
      sandbox.harbor.faults.add({ kind, method: 'DELETE', path: /\/robots\/\d+$/, times: 1, ...more });
    }
    await runOut();
    const rows = sandbox.app.get<DataSource>(getDataSourceToken()).getRepository(Robot);
    await until(async () => {
      await rows.update({ dueAt: MoreThan(new Date()) }, { dueAt: new Date() });
      return (await rows.count()) === 0;
    });
    expect(await inHarbor()).toEqual([]);
    const ended = (await auditOf('project.robot-ended')).map(({ target }) => target);
    for (const [n] of faults.entries()) {
      expect(ended.filter((target) => target === `${PROJECT} ci${n}`)).toHaveLength(1);
    }
  }, 120_000);

  describe.each(FAULTS)('whose making was $fault', ({ kind, ...more }) => {
    const fail = () => {
      const status = more.status === undefined ? {} : { status: more.status };
      sandbox.harbor.faults.add({ kind, method: 'POST', path: /\/robots$/, times: 1, ...status });
    };

    it('are made by the same call again, once', async () => {
      fail();
      const failed = await create('ci');
      expect(failed.status).toBeGreaterThanOrEqual(502);
      expect(failed.body.code).toMatch(/^harbor\./);
      await until(async () => (await liu.get(ROBOTS)).status === 200);
      const made = await create('ci');
      expect(made.status).toBe(201);
      expect(await pull(loginOf(made))).toBe(200);
      expect(await namesInHarbor()).toEqual([`robot$${PROJECT}+ci`]);
      expect(await listed()).toMatchObject([{ id: made.body.id, state: 'active' }]);
    });

    it('leave nothing when nobody asks again, and the rotated one works on', async () => {
      const old = await create('ci');
      fail();
      const failed = await liu.post(`${ROBOTS}/${String(old.body.id)}/rotate`, { overlapSeconds: 0 });
      expect(failed.status).toBeGreaterThanOrEqual(502);
      await until(async () => (await inHarbor()).length === 1);
      await until(async () => (await liu.get(ROBOTS)).status === 200);
      expect(await listed()).toMatchObject([{ id: old.body.id, state: 'active' }]);
      expect(await pull(loginOf(old))).toBe(200);
    });
  });
});
