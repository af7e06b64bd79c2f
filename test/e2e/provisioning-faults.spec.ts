import type { Sandbox } from '../../sandbox/sandbox';
import { callHarbor, Client, startTestSandbox } from './journey';

/** Harbor's writes on the way to first credentials. */
const WRITES = [
  { write: 'making the project', method: 'POST', path: /\/projects$/ },
  { write: 'setting the tag rule', method: 'POST', path: /\/immutabletagrules$/ },
  { write: 'making the user', method: 'POST', path: /\/users$/ },
  { write: 'adding the member', method: 'POST', path: /\/members$/ },
];

const FAULTS = [
  { fault: 'refused by a 500', kind: 'status', status: 500 },
  { fault: 'applied, then a 502', kind: 'status-after', status: 502 },
  { fault: 'cut before it was applied', kind: 'drop' },
  { fault: 'cut after it was applied', kind: 'drop-after' },
  { fault: 'without an answer', kind: 'hang' },
  { fault: 'answered with HTML', kind: 'html' },
  { fault: 'refused by a 401', kind: 'status', status: 401 },
  { fault: 'refused by a 429', kind: 'status', status: 429 },
] as const;

describe('credentials while Harbor fails at one step', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };

  beforeEach(async () => {
    sandbox = await startTestSandbox({ env: { HARBOR_DEADLINE_MS: '1000' } });
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  const cases = WRITES.flatMap((write) => FAULTS.map((fault) => ({ ...write, ...fault })));

  it.each(cases)(
    '$write $fault: says so, and the same call goes on afterwards',
    async ({ method, path, kind, ...fault }) => {
      const ada = await Client.login(sandbox, 'ada');
      const status = 'status' in fault ? { status: fault.status } : {};
      sandbox.harbor.faults.add({ method, path, kind, times: 1, ...status });
      const failed = await ada.post('/account/credentials', {});
      expect(failed.status).toBeGreaterThanOrEqual(502);
      expect(failed.status).toBeLessThanOrEqual(504);
      expect(failed.body.code).toMatch(/^harbor\./);
      expect(JSON.stringify(failed.body)).not.toContain('password":');

      sandbox.harbor.faults.clear();
      const { status: repeated, body } = await ada.post('/account/credentials', {});
      expect(repeated).toBe(201);
      const login = { username: String(body.username), password: String(body.password) };
      expect((await callHarbor(sandbox, login, 'GET', '/projects/user-ada')).body).toMatchObject({
        current_user_role_id: 1,
      });
      const rules = await callHarbor(sandbox, login, 'GET', '/projects/user-ada/immutabletagrules');
      expect(rules.body).toHaveLength(1);
      expect((await ada.get('/account')).body).toMatchObject({ state: 'ready', problems: [] });
    },
  );

  it('keeps the old password while Harbor is down, and says so', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const { body } = await ada.post('/account/credentials', {});
    await sandbox.harbor.faults.down();
    const refused = await ada.post('/account/credentials', { reset: true });
    expect(refused).toMatchObject({ status: 503, body: { code: 'harbor.unavailable' } });
    await sandbox.harbor.faults.up();
    const login = { username: String(body.username), password: String(body.password) };
    expect((await callHarbor(sandbox, login, 'GET', '/users/current')).status).toBe(200);
    expect((await ada.get('/account')).body).toMatchObject({ credentials: { state: 'issued' } });
  });

  it('makes one account and one project of ten requests at once', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const answers = await Promise.all(Array.from({ length: 10 }, () => ada.post('/account/credentials', {})));
    const issued = answers.filter(({ status }) => status === 201);
    expect(issued).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 201).map(({ body }) => body.code);
    expect(new Set([...others, 'account.busy', 'account.credentials-exist']).size).toBe(2);
    const body = issued[0]?.body ?? {};
    const login = { username: String(body.username), password: String(body.password) };
    expect((await callHarbor(sandbox, login, 'GET', '/users/current')).status).toBe(200);
  });
});
