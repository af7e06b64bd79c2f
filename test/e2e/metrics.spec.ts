import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { MetricsServer } from '../../src/metrics/metrics-server';
import { callHarbor, Client, startTestSandbox } from './journey';

describe('GET /metrics', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let url: string;
  const read = async (): Promise<string> => (await fetch(url)).text();
  const valueOf = async (series: RegExp): Promise<number> => {
    const line = (await read()).split('\n').find((each) => series.test(each));
    return line === undefined ? NaN : Number(line.split(' ').at(-1));
  };

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { METRICS_PORT: '0' } });
    const address = sandbox.app.get(MetricsServer).address;
    url = `http://127.0.0.1:${address?.port ?? 0}/metrics`;
  });
  afterAll(async () => sandbox.forget());

  it('is Prometheus’ text, with what Node tells of the process', async () => {
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toContain('process_resident_memory_bytes ');
  });

  it('is not on the API’s port, and the API is not on this one', async () => {
    expect((await fetch(`${sandbox.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${sandbox.url}/api/v1/metrics`)).status).toBe(404);
    expect((await fetch(url.replace('/metrics', '/api/v1/health/live'))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  it('measures requests by the template of their route, and what has none as one', async () => {
    const ada = await Client.login(sandbox, 'ada');
    await ada.get('/projects/user-ada');
    await ada.get('/nothing/of/the/kind');
    const text = await read();
    expect(text).toContain('{method="GET",route="/api/v1/projects/:project",status="404"} 1\n');
    expect(text).toContain('{method="GET",route="none",status="404"}');
    expect(text).not.toContain('user-ada');
    expect(text).not.toContain('nothing/of');
  });

  it('measures calls to Harbor by operation and outcome, and statements', async () => {
    const ada = await Client.login(sandbox, 'ada');
    expect((await ada.post('/account/credentials', {})).status).toBe(201);
    const made = /^berth_harbor_request_duration_seconds_count\{operation="post \/projects",outcome="201"\}/;
    expect(await valueOf(made)).toBe(1);
    expect(await valueOf(/^berth_database_statement_duration_seconds_count/)).toBeGreaterThan(10);
  });

  it('measures what schedulers look up, from memory too', async () => {
    const liu = await Client.login(sandbox, 'liuyizhou');
    const { username, password } = (await liu.post('/account/credentials', {})).body;
    const link = { project: 'user-liuyizhou', repository: 'demo', tag: 'v1' };
    const login = { username: String(username), password: String(password) };
    await pushTinyImage({ registryUrl: sandbox.harbor.url, link, ...login, content: 'one' });
    const asked = { link: `${sandbox.harbor.address}/user-liuyizhou/demo:v1`, for: 'liuyizhou' };
    const scheduler = Client.scheduler(sandbox);
    for (let times = 0; times < 3; times += 1) expect((await scheduler.lookup(asked)).status).toBe(200);
    const answered =
      /^berth_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/lookup",status="200"\}/;
    while ((await valueOf(answered)) !== 3) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await read()).not.toContain('liuyizhou');
  });

  it('counts failed logins by reason, and names nobody', async () => {
    const wrong = { username: 'liuyizhou', password: 'wrong' };
    await new Client(sandbox.url).post('/auth/login', wrong);
    expect(await valueOf(/^berth_login_failures_total\{reason="wrong"\}/)).toBe(1);
    await sandbox.directory.down();
    await new Client(sandbox.url).post('/auth/login', wrong);
    await sandbox.directory.up();
    expect(await valueOf(/^berth_login_failures_total\{reason="directory-away"\}/)).toBe(1);
    expect(await read()).not.toContain('liuyizhou');
  });

  it('counts open drift by its code', async () => {
    const admin = await Client.login(sandbox, 'grace');
    expect(await read()).not.toMatch(/^berth_drift_open\{/m);
    const published = { metadata: { public: 'true' } };
    await callHarbor(sandbox, sandbox.harborAdmin, 'PUT', '/projects/user-ada', published);
    expect((await admin.post('/admin/reconcile', { project: 'user-ada' })).status).toBe(200);
    expect(await valueOf(/^berth_drift_open\{code="project.problem.visibility-changed"\}/)).toBe(1);
  });

  it('says while Harbor is not asked any more', async () => {
    const ada = await Client.login(sandbox, 'ada');
    expect(await valueOf(/^berth_harbor_breaker_open/)).toBe(0);
    await sandbox.harbor.faults.down();
    for (let times = 0; times < 4; times += 1) await ada.get('/projects/user-ada');
    expect(await valueOf(/^berth_harbor_breaker_open/)).toBe(1);
  });
});
