import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind } from '../../sandbox/harbor/faults';
import { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { RegistryRefusal, digestOf, pushTinyImage } from '../../sandbox/registry-client';

const ADMIN = 'admin:Harbor12345';
const PASSWORD = 'Abcdef12345';
const ADA = `ada:${PASSWORD}`;

const RULE = {
  disabled: false,
  action: 'immutable',
  template: 'immutable_template',
  scope_selectors: { repository: [{ kind: 'doublestar', decoration: 'repoMatches', pattern: '**' }] },
  tag_selectors: [{ kind: 'doublestar', decoration: 'excludes', pattern: 'latest' }],
};

/** The 36 permissions that Berth's robot holds: each was taken away once on a live Harbor, and was missed. */
const SERVICE_PERMISSIONS = [
  permission('system', '/', {
    project: 'create',
    user: 'create read list update delete',
    quota: 'read list update',
    robot: 'create list delete',
    'audit-log': 'list',
  }),
  permission('project', '*', {
    project: 'read update',
    repository: 'pull list',
    artifact: 'list read',
    accessory: 'list',
    tag: 'create list delete',
    log: 'list',
    member: 'create list delete',
    robot: 'create list delete',
    'immutable-tag': 'create list delete',
    'notification-policy': 'create list delete',
  }),
];

function permission(kind: string, namespace: string, resources: Record<string, string>) {
  const access = Object.entries(resources).flatMap(([resource, actions]) =>
    actions.split(' ').map((action) => ({ resource, action })),
  );
  return { kind, namespace, access };
}

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

async function call(
  harbor: SandboxHarbor,
  login: string | null,
  line: string,
  body?: unknown,
): Promise<Answer> {
  const [method = 'GET', path = ''] = line.split(' ');
  const response = await fetch(`${harbor.url}${path.startsWith('/v2') ? '' : '/api/v2.0'}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(login === null ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  };
}

const statusOf = async (...call_: Parameters<typeof call>): Promise<number> => (await call(...call_)).status;

async function addAda(harbor: SandboxHarbor): Promise<void> {
  const user = {
    username: 'ada',
    email: 'ada@users.example.com',
    realname: 'Ada',
    comment: '',
    password: PASSWORD,
  };
  await call(harbor, ADMIN, 'POST /users', user);
  await call(harbor, ADMIN, 'POST /projects', { project_name: 'user-ada', metadata: { public: 'false' } });
  const member = { role_id: 1, member_user: { username: 'ada' } };
  expect(await statusOf(harbor, ADMIN, 'POST /projects/user-ada/members', member)).toBe(201);
}

async function addRobot(
  harbor: SandboxHarbor,
  maker: string,
  robot: Record<string, unknown>,
): Promise<string> {
  const made = await call(harbor, maker, 'POST /robots', { level: 'system', duration: -1, ...robot });
  expect(made.status).toBe(201);
  const { name, secret } = made.body as { name: string; secret: string };
  return `${name}:${secret}`;
}

const pushAs = (harbor: SandboxHarbor, login: string, to: string, content: string): Promise<string> => {
  const [project = '', repository = '', tag = ''] = to.split(/[/:]/);
  const [username = '', password = ''] = login.split(/:(.*)/s);
  return pushTinyImage({
    registryUrl: harbor.url,
    link: { project, repository, tag },
    username,
    password,
    content,
  });
};

const refusalOf = async (push: Promise<unknown>): Promise<string> => {
  const error: unknown = await push.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegistryRefusal)) throw new Error('the registry did not refuse');
  return `${error.status} ${error.code}`;
};

describe('the sandbox Harbor', () => {
  let harbor: SandboxHarbor;

  beforeEach(async () => {
    harbor = await SandboxHarbor.start({ adminPassword: 'Harbor12345', webhookDelaysMs: [0, 0, 0] });
    await addAda(harbor);
  });

  afterEach(() => harbor.stop());

  describe('who may do what', () => {
    it('tells an absent project to the system admin as 404, to others as 403, to nobody as 401', async () => {
      const robot = await addRobot(harbor, ADMIN, { name: 'berth', permissions: SERVICE_PERMISSIONS });
      const seen = await Promise.all(
        [ADMIN, ADA, robot, null].map((login) => statusOf(harbor, login, 'GET /projects/user-absent')),
      );
      expect(seen).toEqual([404, 403, 403, 401]);
    });

    it('tells any login whether a project name is taken', async () => {
      const robot = await addRobot(harbor, ADMIN, { name: 'berth', permissions: SERVICE_PERMISSIONS });
      const seen = await Promise.all(
        [ADA, robot, null].map((login) => statusOf(harbor, login, 'HEAD /projects?project_name=user-absent')),
      );
      expect(seen).toEqual([404, 404, 401]);
    });

    it('lets a robot with the tight set of permissions do all of the provisioning', async () => {
      const robot = await addRobot(harbor, ADMIN, { name: 'berth', permissions: SERVICE_PERMISSIONS });
      await call(harbor, ADMIN, 'PUT /configurations', { project_creation_restriction: 'adminonly' });
      const user = {
        username: 'bob',
        email: 'bob@users.example.com',
        realname: 'Bob',
        comment: '',
        password: PASSWORD,
      };
      const hook = {
        name: 'berth',
        enabled: true,
        event_types: ['PUSH_ARTIFACT'],
        targets: [{ type: 'http', address: 'http://127.0.0.1:1/' }],
      };
      const steps: [string, unknown?][] = [
        [
          'POST /projects',
          { project_name: 'user-bob', metadata: { public: 'false' }, storage_limit: 1_000_000 },
        ],
        ['POST /users', user],
        ['GET /users?q=username%3Dbob'],
        ['GET /users/4'],
        ['PUT /users/4/password', { new_password: 'Fresh12345x' }],
        ['POST /projects/user-bob/members', { role_id: 1, member_user: { username: 'bob' } }],
        ['GET /projects/user-bob/members'],
        ['POST /projects/user-bob/immutabletagrules', RULE],
        ['GET /projects/user-bob/immutabletagrules'],
        ['GET /quotas?reference=project&reference_id=3'],
        ['PUT /quotas/3', { hard: { storage: 5_000_000 } }],
        ['PUT /projects/user-bob', { metadata: { public: 'false' } }],
        ['GET /projects/user-bob/summary'],
        ['POST /projects/user-bob/webhook/policies', hook],
        ['GET /projects/user-bob/webhook/policies'],
        ['GET /projects/user-bob/repositories'],
        ['GET /projects/user-bob/artifacts'],
        ['GET /projects/user-bob/auditlog-exts'],
        ['GET /auditlog-exts?q=id%3D%5B1~%5D&sort=id'],
        ['GET /robots?q=Level%3Dproject%2CProjectID%3D3'],
        ['DELETE /projects/user-bob/immutabletagrules/1'],
        ['DELETE /users/4'],
      ];
      const artifact = '/projects/user-bob/repositories/app/artifacts/v1';
      const reading: [string, unknown?][] = [
        [`GET ${artifact}`],
        [`GET ${artifact}/tags`],
        [`GET ${artifact}/accessories`],
        [`POST ${artifact}/tags`, { name: 'hold' }],
        [`DELETE ${artifact}/tags/hold`],
        ['GET /v2/user-bob/app/tags/list'],
      ];
      expect(SERVICE_PERMISSIONS.flatMap(({ access }) => access)).toHaveLength(36);
      for (const [line, body] of steps) await expectDone(robot, line, body);
      await pushAs(harbor, ADMIN, 'user-bob/app:v1', 'one');
      for (const [line, body] of reading) await expectDone(robot, line, body);
    });

    async function expectDone(robot: string, line: string, body?: unknown): Promise<void> {
      const status = await statusOf(harbor, robot, line, body);
      expect({ line, status }).toEqual({ line, status: line.startsWith('POST') ? 201 : 200 });
    }

    it('shows a robot without audit-log:list an empty audit log, and no refusal', async () => {
      const robot = await addRobot(harbor, ADMIN, {
        name: 'reader',
        permissions: [permission('project', '*', { repository: 'pull' })],
      });
      const { status, body } = await call(harbor, robot, 'GET /auditlog-exts');
      expect({ status, body }).toEqual({ status: 200, body: [] });
    });

    it('lets a robot give away no more than it has', async () => {
      const robot = await addRobot(harbor, ADMIN, { name: 'berth', permissions: SERVICE_PERMISSIONS });
      const give = (resources: Record<string, string>) =>
        statusOf(harbor, robot, 'POST /robots', {
          name: 'child',
          level: 'project',
          duration: 1,
          permissions: [permission('project', 'user-ada', resources)],
        });
      expect(await give({ scan: 'create' })).toBe(403);
      expect(await give({ repository: 'pull' })).toBe(201);
    });

    it('refreshes the secret of a project robot for a robot with project:update, never of a system robot', async () => {
      const service = await addRobot(harbor, ADMIN, { name: 'berth', permissions: SERVICE_PERMISSIONS });
      const pull = (namespace: string) => ({
        duration: 1,
        permissions: [permission('project', namespace, { repository: 'pull' })],
      });
      await addRobot(harbor, service, { ...pull('user-ada'), name: 'one', level: 'project' });
      await addRobot(harbor, service, { ...pull('user-ada'), name: 'two' });
      expect(await statusOf(harbor, service, 'PATCH /robots/2', { secret: '' })).toBe(200);
      expect(await statusOf(harbor, service, 'PATCH /robots/3', { secret: '' })).toBe(403);
    });

    it('takes a disabled robot for nobody', async () => {
      const robot = { name: 'ci', permissions: [permission('project', '*', { repository: 'pull' })] };
      const login = await addRobot(harbor, ADMIN, robot);
      expect(await statusOf(harbor, login, 'GET /v2/')).toBe(200);
      const update = { ...robot, name: 'robot$ci', level: 'system', duration: -1, disable: true };
      expect(await statusOf(harbor, ADMIN, 'PUT /robots/1', update)).toBe(200);
      expect(await statusOf(harbor, login, 'GET /v2/')).toBe(401);
    });

    it("gives a deleted project's name to whoever asks first, unless creation is admin-only", async () => {
      expect(await statusOf(harbor, ADA, 'DELETE /projects/user-ada')).toBe(200);
      const again = { project_name: 'user-ada', metadata: { public: 'false' } };
      await call(harbor, ADMIN, 'PUT /configurations', { project_creation_restriction: 'adminonly' });
      expect(await statusOf(harbor, ADA, 'POST /projects', again)).toBe(403);
      await call(harbor, ADMIN, 'PUT /configurations', { project_creation_restriction: 'everyone' });
      expect(await statusOf(harbor, ADA, 'POST /projects', again)).toBe(201);
    });

    it('makes one project of twenty concurrent requests for it', async () => {
      const project = { project_name: 'user-many', metadata: { public: 'false' } };
      const seen = await Promise.all(
        Array.from({ length: 20 }, () => statusOf(harbor, ADMIN, 'POST /projects', project)),
      );
      expect(seen.sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    });

    it('refuses local users where another directory logs people in', async () => {
      const fresh = await SandboxHarbor.start({ adminPassword: 'Harbor12345' });
      expect(await statusOf(fresh, ADMIN, 'PUT /configurations', { auth_mode: 'ldap_auth' })).toBe(200);
      const user = {
        username: 'bob',
        email: 'bob@users.example.com',
        realname: 'Bob',
        comment: '',
        password: PASSWORD,
      };
      expect(await statusOf(fresh, ADMIN, 'POST /users', user)).toBe(403);
      await fresh.stop();
    });
  });

  describe('a wrong password', () => {
    it('locks the typed name while its answer is held, the e-mail and robots go on', async () => {
      const strict = await SandboxHarbor.start({ adminPassword: 'Harbor12345', wrongPasswordHoldMs: 1_500 });
      await addAda(strict);
      const robot = await addRobot(strict, ADMIN, { name: 'berth', permissions: SERVICE_PERMISSIONS });
      const wrong = statusOf(strict, 'ada:Wrong12345', 'GET /users/current');
      await sleep(100);
      const meanwhile = await Promise.all([
        statusOf(strict, ADA, 'GET /users/current'),
        statusOf(strict, `ada@users.example.com:${PASSWORD}`, 'GET /users/current'),
        statusOf(strict, robot, 'GET /users'),
      ]);
      expect(meanwhile).toEqual([401, 200, 200]);
      expect(await wrong).toBe(401);
      expect(await statusOf(strict, ADA, 'GET /users/current')).toBe(200);
      await strict.stop();
    });
  });

  describe('the registry', () => {
    it('gives the same digest for the same content, and another for another', async () => {
      const first = await pushAs(harbor, ADA, 'user-ada/demo:v1', 'one');
      expect(await pushAs(harbor, ADA, 'user-ada/demo:v2', 'one')).toBe(first);
      expect(await pushAs(harbor, ADA, 'user-ada/demo:v3', 'two')).not.toBe(first);
    });

    it('keeps an index of several platforms with its children', async () => {
      const platforms = [
        { os: 'linux', architecture: 'amd64' },
        { os: 'linux', architecture: 'arm64', variant: 'v8' },
      ];
      const link = { project: 'user-ada', repository: 'multi', tag: 'v1' };
      const login = { registryUrl: harbor.url, username: 'ada', password: PASSWORD };
      const digest = await pushTinyImage({ ...login, link, content: 'x', platforms });
      const { body } = await call(harbor, ADA, 'GET /projects/user-ada/repositories/multi/artifacts/v1');
      expect(body).toMatchObject({
        digest,
        references: [
          { platform: { architecture: 'amd64' } },
          { platform: { architecture: 'arm64', variant: 'v8' } },
        ],
      });
    });

    it('takes a whole blob in one POST', async () => {
      const bytes = Buffer.from('a whole layer');
      const path = `/v2/user-ada/demo/blobs/uploads/?digest=${digestOf(bytes)}`;
      const authorization = `Basic ${Buffer.from(ADA).toString('base64')}`;
      const posted = await fetch(harbor.url + path, {
        method: 'POST',
        headers: { authorization },
        body: 'a whole layer',
      });
      expect(posted.status).toBe(201);
      const got = await fetch(`${harbor.url}/v2/user-ada/demo/blobs/${digestOf(bytes)}`, {
        headers: { authorization },
      });
      expect(await got.text()).toBe('a whole layer');
    });

    it('refuses a push under the rule, for the identical digest too, and lets latest move', async () => {
      await call(harbor, ADA, 'POST /projects/user-ada/immutabletagrules', RULE);
      await pushAs(harbor, ADA, 'user-ada/demo:v1', 'one');
      expect(await refusalOf(pushAs(harbor, ADA, 'user-ada/demo:v1', 'one'))).toBe('412 PRECONDITION');
      await pushAs(harbor, ADA, 'user-ada/demo:latest', 'one');
      await pushAs(harbor, ADA, 'user-ada/demo:latest', 'two');
    });

    it('makes room in the quota when an artifact goes', async () => {
      await pushAs(harbor, ADA, 'user-ada/demo:v1', 'one');
      await call(harbor, ADMIN, 'PUT /quotas/2', { hard: { storage: 4_000 } });
      expect(await refusalOf(pushAs(harbor, ADA, 'user-ada/demo:v2', 'two'))).toBe('403 DENIED');
      expect(await statusOf(harbor, ADA, 'DELETE /projects/user-ada/repositories/demo/artifacts/v1')).toBe(
        200,
      );
      await pushAs(harbor, ADA, 'user-ada/demo:v2', 'two');
    });

    it('lets a guest pull and not push', async () => {
      await pushAs(harbor, ADA, 'user-ada/demo:v1', 'one');
      const bob = {
        username: 'bob',
        email: 'bob@users.example.com',
        realname: 'Bob',
        comment: '',
        password: PASSWORD,
      };
      await call(harbor, ADMIN, 'POST /users', bob);
      await call(harbor, ADMIN, 'POST /projects/user-ada/members', {
        role_id: 3,
        member_user: { username: 'bob' },
      });
      expect(await statusOf(harbor, `bob:${PASSWORD}`, 'GET /v2/user-ada/demo/tags/list')).toBe(200);
      expect(await refusalOf(pushAs(harbor, `bob:${PASSWORD}`, 'user-ada/demo:v2', 'two'))).toBe(
        '401 UNAUTHORIZED',
      );
    });
  });

  describe('webhooks', () => {
    it('are tried three times, then lost', async () => {
      let tries = 0;
      const receiver = createServer((_request, response) => {
        tries += 1;
        response.writeHead(500).end();
      });
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
      const { port } = receiver.address() as AddressInfo;
      await call(harbor, ADA, 'POST /projects/user-ada/webhook/policies', {
        name: 'berth',
        enabled: true,
        event_types: ['PUSH_ARTIFACT'],
        targets: [{ type: 'http', address: `http://127.0.0.1:${port}/` }],
      });
      await pushAs(harbor, ADA, 'user-ada/demo:v1', 'one');
      while (tries < 3) await sleep(20);
      await sleep(100);
      expect(tries).toBe(3);
      receiver.close();
      receiver.closeAllConnections();
    });
  });

  describe('a session cookie', () => {
    it('comes with every answer to who sent none, and not again', async () => {
      const first = await call(harbor, null, 'GET /ping');
      const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? '';
      expect(cookie).toMatch(/^sid=\w+$/);
      const second = await fetch(`${harbor.url}/api/v2.0/ping`, { headers: { cookie } });
      expect(second.headers.get('set-cookie')).toBeNull();
    });
  });

  describe('faults', () => {
    const project = { project_name: 'user-fault', metadata: { public: 'false' } };
    const create = () => call(harbor, ADMIN, 'POST /projects', project);
    const exists = () => statusOf(harbor, ADMIN, 'GET /projects/user-fault');

    it.each([
      ['status', 500, 404],
      ['status-after', 500, 200],
      ['html', 200, 404],
      ['redirect', 302, 404],
      ['wrong-types', 200, 404],
    ] as const)('%s answers %i, and the project is then %i', async (kind, status, after) => {
      harbor.faults.add({ kind, method: 'POST', path: /\/projects$/, times: 1 });
      expect((await create().catch(() => null))?.status).toBe(status);
      expect(await exists()).toBe(after);
    });

    it.each([
      ['drop', 404],
      ['drop-after', 200],
    ] as const)('%s cuts the connection, and the project is then %i', async (kind, after) => {
      harbor.faults.add({ kind, method: 'POST', times: 1 });
      await expect(create()).rejects.toThrow();
      expect(await exists()).toBe(after);
    });

    it('strikes as often as it was asked to', async () => {
      harbor.faults.add({
        kind: 'status',
        status: 429,
        path: /ping/,
        times: 2,
        headers: { 'retry-after': '7' },
      });
      const seen = [1, 2, 3].map(() => call(harbor, null, 'GET /ping'));
      const answers = await Promise.all(seen);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
      expect(answers.filter(({ headers }) => headers.get('retry-after') === '7')).toHaveLength(2);
    });

    it.each<FaultKind>(['hang', 'latency'])('%s keeps the caller waiting', async (kind) => {
      harbor.faults.add({ kind, ms: 5_000, path: /ping/ });
      const waiting = fetch(`${harbor.url}/api/v2.0/ping`, { signal: AbortSignal.timeout(200) });
      await expect(waiting).rejects.toThrow(/timeout/i);
    });

    it('truncated is no JSON', async () => {
      harbor.faults.add({ kind: 'truncated', times: 1 });
      await expect(call(harbor, ADMIN, 'GET /projects')).rejects.toThrow(SyntaxError);
    });

    it('huge is more than 50 MB', async () => {
      harbor.faults.add({ kind: 'huge', times: 1 });
      const response = await fetch(`${harbor.url}/api/v2.0/projects`);
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(50 << 20);
    });

    it('down refuses connections until up, which listens where it was', async () => {
      const { url } = harbor;
      await harbor.faults.down();
      await expect(call(harbor, null, 'GET /ping')).rejects.toThrow();
      await harbor.faults.up();
      expect(harbor.url).toBe(url);
      expect(await statusOf(harbor, null, 'GET /ping')).toBe(200);
    });

    it('clear ends them', async () => {
      harbor.faults.add({ kind: 'status', status: 500 });
      harbor.faults.clear();
      expect(await statusOf(harbor, null, 'GET /ping')).toBe(200);
    });
  });

  it('says who asked for what', async () => {
    harbor.calls.length = 0;
    await call(harbor, ADA, 'GET /projects/user-ada?x=1');
    expect(harbor.calls).toEqual([
      { method: 'GET', path: '/api/v2.0/projects/user-ada?x=1', caller: 'ada', status: 200, inFlight: 1 },
    ]);
  });
});

describe('a sandbox Harbor that keeps its data', () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-sandbox-harbor-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('comes back with images, passwords, tokens and ids, and the first admin password goes on counting', async () => {
    const before = await SandboxHarbor.start({ adminPassword: 'Harbor12345', dataFolder: folder });
    await addAda(before);
    const digest = await pushAs(before, ADA, 'user-ada/demo:v1', 'one');
    await before.stop();
    const after = await SandboxHarbor.start({ adminPassword: 'Another12345', dataFolder: folder });
    const artifact = await call(after, ADA, 'GET /projects/user-ada/repositories/demo/artifacts/v1');
    expect(artifact.body).toMatchObject({ digest });
    expect(await pushAs(after, ADA, 'user-ada/demo:v2', 'one')).toBe(digest);
    const project = await call(after, ADMIN, 'POST /projects', {
      project_name: 'next',
      metadata: { public: 'false' },
    });
    expect(project.headers.get('location')).toBe('/api/v2.0/projects/3');
    await after.stop();
  });

  it('has written down what it answered without being stopped', async () => {
    const killed = await SandboxHarbor.start({
      adminPassword: 'Harbor12345',
      dataFolder: join(folder, 'killed'),
    });
    await addAda(killed);
    let status = 0;
    for (let looks = 0; status !== 200; looks += 1) {
      await sleep(100);
      // What a kill would leave.
      const dataFolder = join(folder, `left-${looks}`);
      cpSync(join(folder, 'killed'), dataFolder, { recursive: true });
      const other = await SandboxHarbor.start({ adminPassword: 'x', dataFolder });
      status = await statusOf(other, ADA, 'GET /projects/user-ada');
      await other.stop();
    }
    await killed.stop();
  });
});
