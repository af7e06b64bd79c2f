import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { FaultKind } from '../../sandbox/harbor/faults';
import type { Sandbox } from '../../sandbox/sandbox';
import { RefreshToken } from '../../src/auth/refresh-token.entity';
import { describeApi } from '../../src/common/openapi-document';
import { MetricsServer } from '../../src/metrics/metrics-server';
import { canariesIn, canary, formsOf, listenToPrinted } from './canary';
import { CanaryRecorder } from './canary-recorder';
import { callHarbor, startTestSandbox } from './journey';
import { whileStruck } from './struck';

describe('the search for secrets', () => {
  const { secret, name } = canary('one');

  it.each([
    ['as it is', secret],
    ['in a line of the log', JSON.stringify({ message: `wrong: ${secret}` })],
    ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ secret }) })],
    ['in an address', `https://user:${encodeURIComponent(secret)}@host/`],
    ['in a form', new URLSearchParams({ password: secret }).toString()],
    ['in Authorization', Buffer.from(`a:${secret}`).toString('base64')],
    ['in Authorization of another length', Buffer.from(`ab:${secret}`).toString('base64')],
    ['in Authorization of a third length', Buffer.from(`abc:${secret}x`).toString('base64url')],
    ['as hex', Buffer.from(`x${secret}`).toString('hex')],
  ])('finds one %s', (_, text) => {
    expect(canariesIn(text, [{ name, secret }])).not.toEqual([]);
  });

  it('finds none where there is none', () => {
    const text = readFileSync(__filename, 'utf8');
    expect(canariesIn(text, [{ name, secret }])).toEqual([]);
    expect(new Set(Object.values(formsOf(secret))).size).toBeGreaterThan(8);
  });
});

describe('secrets of a run with everything going wrong', () => {
  const AUTH = canary('AUTH_SECRET');
  const BIND = canary('the directory’s bind password');
  const REDIS = canary('the Redis password');
  const TYPED = canary('what somebody typed in the wrong place');
  const PASSWORDS = {
    liuyizhou: canary('the password of liuyizhou'),
    ada: canary('the password of ada'),
    grace: canary('the password of grace'),
  };
  const API = '/api/v1';
  const lines: string[] = [];
  let printed: () => string;
  let sandbox: Sandbox & { forget(): Promise<void> };
  let run: CanaryRecorder;

  beforeAll(async () => {
    printed = listenToPrinted();
    sandbox = await startTestSandbox({
      directoryBindPassword: BIND.secret,
      logTo: { write: (line) => void lines.push(line) },
      env: {
        LOG_LEVEL: 'trace',
        METRICS_PORT: '0',
        AUTH_SECRET: AUTH.secret,
        REDIS_URL: `redis://berth:${encodeURIComponent(REDIS.secret)}@127.0.0.1:1/0`,
        LOGIN_TRIES: '4',
      },
    });
    run = new CanaryRecorder(sandbox.url);
    const robot = { name: 'the service account’s secret', secret: sandbox.env.HARBOR_PASSWORD ?? '' };
    const scheduler = { name: 'the scheduler’s token', secret: sandbox.schedulerToken };
    run.add(AUTH, BIND, REDIS, TYPED, ...Object.values(PASSWORDS), robot, scheduler);
    for (const [username, { secret }] of Object.entries(PASSWORDS))
      sandbox.directory.setPassword(username, secret);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await sandbox.forget();
  });

  const struck = () => ({ harbor: sandbox.harbor, apps: [sandbox.app] });
  const login = async (username: keyof typeof PASSWORDS) => {
    const body = { username, password: PASSWORDS[username].secret };
    return (await run.ask('POST', `${API}/auth/login`, { body })).body;
  };
  const accessTokenOf = async (username: keyof typeof PASSWORDS) =>
    String((await login(username)).accessToken);

  it('can be shown: the logins, and what is wrong with them', async () => {
    const typed = TYPED.secret;
    const post = (body: unknown) => run.ask('POST', `${API}/auth/login`, { body });
    await accessTokenOf('liuyizhou');
    expect((await post({ username: 'ada', password: typed })).status).toBe(401);
    expect((await post({ username: typed, password: typed })).status).toBe(401);
    expect((await post({ username: 'ada', password: typed, pasword: typed })).status).toBe(400);
    expect((await post({ username: 'ada', password: { typed } })).status).toBe(422);
    expect((await post([typed])).status).toBe(400);
    expect((await post({ username: 'ada', password: typed.repeat(100) })).status).toBe(422);
    const text = `{"username":"ada","password":"${typed}`;
    expect((await run.ask('POST', `${API}/auth/login`, { text })).status).toBe(400);
    const plain = { text, headers: { 'content-type': 'text/plain' } };
    expect((await run.ask('POST', `${API}/auth/login`, plain)).status).toBe(415);
    const huge = { text: JSON.stringify({ password: typed, more: 'x'.repeat(2_000_000) }) };
    expect((await run.ask('POST', `${API}/auth/login`, huge)).status).toBe(413);
    for (let times = 0; times < 6; times++) await post({ username: 'ada', password: typed });
    expect((await post({ username: 'ada', password: PASSWORDS.ada.secret })).status).toBe(429);
    await sandbox.directory.down();
    expect((await post({ username: 'liuyizhou', password: PASSWORDS.liuyizhou.secret })).status).toBe(503);
    await sandbox.directory.up();
  });

  it('can be shown: tokens that are malformed, revoked, used twice or in the wrong place', async () => {
    const session = await login('grace');
    const token = String(session.accessToken);
    const { body: made } = await run.ask('POST', `${API}/admin/service-tokens`, {
      token,
      body: { kind: 'platform', name: 'portal' },
    });
    const platform = String(made.token);
    for (const authorization of [
      'Bearer',
      `Bearer ${token}x`,
      `bearer  ${token}`,
      `Token ${platform}`,
      `Basic ${Buffer.from(`ada:${TYPED.secret}`).toString('base64')}`,
      `Bearer ${encodeURIComponent(TYPED.secret)}`,
      `Bearer berth_${encodeURIComponent(TYPED.secret)}`,
    ]) {
      const { status } = await run.ask('GET', `${API}/account`, { headers: { authorization } });
      expect([authorization.split(' ')[0], [200, 401].includes(status)]).toEqual([
        authorization.split(' ')[0],
        true,
      ]);
    }
    const acting = (name: string) => ({
      token: platform,
      headers: { 'x-berth-act-for': encodeURIComponent(name) },
    });
    expect((await run.ask('GET', `${API}/account`, acting(TYPED.secret))).status).toBe(403);
    expect((await run.ask('GET', `${API}/account`, acting('liuyizhou'))).status).toBe(200);
    await run.ask('GET', `${API}/account?password=${encodeURIComponent(TYPED.secret)}`, { token });
    const refresh = (refreshToken: unknown) =>
      run.ask('POST', `${API}/auth/refresh`, { body: { refreshToken } });
    expect((await refresh(TYPED.secret)).status).toBe(401);
    expect((await refresh(session.refreshToken)).status).toBe(200);
    expect((await refresh(session.refreshToken)).status).toBe(401);
    await sandbox.app
      .get(DataSource)
      .getRepository(RefreshToken)
      .createQueryBuilder()
      .update()
      .set({ usedAt: new Date(0) })
      .where('usedAt IS NOT NULL')
      .execute();
    expect((await refresh(session.refreshToken)).status).toBe(401);
    await run.ask('DELETE', `${API}/admin/service-tokens/${String(made.id)}`, { token });
    expect((await run.ask('GET', `${API}/account`, acting('liuyizhou'))).status).toBe(401);
    await run.ask('POST', `${API}/auth/logout`, { token });
  });

  it('can be shown: credentials while Harbor fails in every way', async () => {
    const token = await accessTokenOf('liuyizhou');
    const ask = (reset = true) => run.ask('POST', `${API}/account/credentials`, { token, body: { reset } });
    const kinds: FaultKind[] = [
      ...(['status', 'status-after', 'drop', 'drop-after', 'hang'] as const),
      ...(['html', 'truncated', 'redirect', 'wrong-types'] as const),
    ];
    const writes = [
      { method: 'POST', path: /\/users$/ },
      { method: 'PUT', path: /\/password$/ },
      { method: 'POST', path: /\/projects$/ },
      { method: 'GET', path: /\/users/ },
    ];
    for (const write of writes) {
      for (const kind of kinds) {
        await whileStruck(struck(), { ...write, kind, times: 1 }, async () => ask());
      }
    }
    sandbox.harbor.faults.add({ kind: 'status', status: 401 });
    expect((await ask()).status).toBe(502);
    sandbox.harbor.faults.clear();
    await sandbox.harbor.faults.down();
    expect((await ask()).status).toBe(503);
    await sandbox.harbor.faults.up();
    expect((await ask()).status).toBe(200);
    expect((await ask(false)).status).toBe(409);
  });

  it('can be shown: the rest of the journey', async () => {
    const token = await accessTokenOf('liuyizhou');
    const asked = { token, body: { reset: true } };
    const { username, password } = (await run.ask('POST', `${API}/account/credentials`, asked)).body;
    const login = { username: String(username), password: String(password) };
    const policies = '/projects/user-liuyizhou/webhook/policies';
    const hooks = (await callHarbor(sandbox, sandbox.harborAdmin, 'GET', policies)).body;
    const [hook] = hooks as { targets: { auth_header: string }[] }[];
    const header = hook?.targets[0]?.auth_header ?? '';
    run.add({ name: 'the secret of the webhook', secret: header.replace('Bearer ', '') });
    const name = { project: 'user-liuyizhou', repository: 'demo', tag: 'v1' };
    await pushTinyImage({ registryUrl: sandbox.harbor.url, link: name, ...login, content: 'v1' });
    const link = `${sandbox.harbor.address}/user-liuyizhou/demo:v1`;
    const image = (wanted: string) =>
      run.ask('POST', `${API}/images`, {
        token,
        body: { link: wanted, description: 'One', taskType: 'pytorch' },
      });
    expect((await image(link)).status).toBe(201);
    expect((await image(`https://liuyizhou:${login.password}@${link}`)).status).toBe(422);
    expect((await image(`liuyizhou:${login.password}@${link}`)).status).toBe(422);
    const message = `docker login -u ${login.username} -p ${login.password}\nunauthorized: ${TYPED.secret}`;
    const wrong = { action: 'push', link: `${login.password}@${link}`, message };
    expect((await run.ask('POST', `${API}/account/diagnose`, { token, body: wrong })).status).toBe(200);
    const scheduler = { token: sandbox.schedulerToken };
    expect((await run.ask('GET', `${API}/lookup?for=liuyizhou&link=${link}`, scheduler)).status).toBe(200);
    const robots = '/api/v1/projects/{project}/robots';
    if (describeApi(sandbox.app).paths[robots]?.post !== undefined) {
      const body = { name: 'ci', access: 'push' };
      const made = await run.ask('POST', `${API}/projects/user-liuyizhou/robots`, { token, body });
      expect(made.status).toBe(201);
    }
    await pullSecrets(link, scheduler.token);
    const admin = await accessTokenOf('grace');
    for (const path of ['/account', '/account/activity', '/account/login-failures', '/images', '/registry']) {
      expect((await run.ask('GET', API + path, { token })).status).toBe(200);
    }
    for (const path of ['/admin/audit?limit=200', '/admin/login-failures', '/admin/service-tokens']) {
      expect((await run.ask('GET', API + path, { token: admin })).status).toBe(200);
    }
    const ndjson = { token: admin, headers: { accept: 'application/x-ndjson' } };
    expect((await run.ask('GET', `${API}/admin/audit`, ndjson)).status).toBe(200);
    for (const path of ['/health/live', '/health/ready']) await run.ask('GET', API + path);
    expect((await run.ask('GET', '/api/openapi.json')).status).toBe(200);
  });

  const pullSecrets = async (link: string, token: string) => {
    const body = { for: 'liuyizhou', jobId: 'slurm-1', links: [link], ttlSeconds: 60 };
    const issue = (jobId = 'slurm-1') =>
      run.ask('POST', `${API}/pull-secrets`, { token, body: { ...body, jobId } });
    const kinds: FaultKind[] = [
      ...(['status', 'status-after', 'drop', 'drop-after', 'hang'] as const),
      ...(['html', 'truncated', 'redirect', 'wrong-types'] as const),
    ];
    for (const kind of kinds) {
      const fault = { method: 'POST', path: /\/robots$/, kind, times: 1 };
      await whileStruck(struck(), fault, async () => issue(`slurm-${kind}`));
    }
    const first = await issue();
    expect(first.status).toBe(201);
    expect((await issue()).body).toEqual(first.body);
    const other = { ...body, links: [`${link}-other`] };
    expect((await run.ask('POST', `${API}/pull-secrets`, { token, body: other })).status).toBe(409);
    expect((await run.ask('PUT', `${API}/jobs/slurm-1/images`, { token, body })).status).toBe(400);
    expect((await run.ask('DELETE', `${API}/pull-secrets/${String(first.body.id)}`, { token })).status).toBe(
      204,
    );
    expect((await issue()).status).toBe(201);
    expect((await run.ask('DELETE', `${API}/jobs/slurm-1`, { token })).status).toBe(204);
    expect((await issue('slurm-2')).status).toBe(201);
  };

  it('are in no answer but the one that gave them out', () => {
    expect(run.canaries.length).toBeGreaterThan(20);
    expect(run.foundWhereTheyBelong()).toBe(run.canaries.length - 10);
    expect(run.leaksInAnswers()).toEqual([]);
  });

  it('are in no line of the log, and in nothing that was printed', () => {
    const log = lines.join('');
    expect(lines.length).toBeGreaterThan(100);
    expect(log).toContain('"level":40');
    expect(canariesIn(log, run.canaries)).toEqual([]);
    expect(canariesIn(printed(), run.canaries)).toEqual([]);
  });

  it('are in no metric', async () => {
    const address = sandbox.app.get(MetricsServer).address;
    const text = await (await fetch(`http://127.0.0.1:${address?.port ?? 0}/metrics`)).text();
    expect(text).toContain('berth_login_failures_total');
    expect(canariesIn(text, run.canaries)).toEqual([]);
  });

  it('are in no table of the database, nor anywhere in its files', async () => {
    const database = sandbox.app.get(DataSource);
    const found: string[] = [];
    for (const { tableName } of database.entityMetadatas) {
      const rows = await database.query<object[]>(`SELECT * FROM ${tableName}`);
      found.push(...canariesIn(JSON.stringify(rows), run.canaries).map((each) => `${each} in ${tableName}`));
    }
    expect(found).toEqual([]);
    const files = readdirSync(sandbox.dataFolder).filter((file) => file.startsWith('berth.sqlite'));
    expect(files).toContain('berth.sqlite');
    for (const file of files) {
      const text = readFileSync(join(sandbox.dataFolder, file)).toString('utf8');
      expect(canariesIn(text, run.canaries).map((each) => `${each} in ${file}`)).toEqual([]);
    }
  });
});
