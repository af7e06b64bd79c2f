import type { Sandbox } from '../../sandbox/sandbox';
import { DataSource } from 'typeorm';
import { LoginFailure } from '../../src/auth/login-failure.entity';
import { Person } from '../../src/auth/person.entity';
import { Client, startTestSandbox, type Answer } from './journey';

type TestSandbox = Sandbox & { forget(): Promise<void> };

describe('failed logins', () => {
  let sandbox: TestSandbox;
  const start = async (env: NodeJS.ProcessEnv = {}): Promise<void> => {
    sandbox = await startTestSandbox({ env: { LOGIN_TRIES: '3', LOGIN_TRIES_PER_ADDRESS: '8', ...env } });
    sandbox.directory.operations.length = 0;
  };
  afterEach(async () => {
    await sandbox.forget();
  });
  const passwordOf = (username: string) =>
    sandbox.people.find((person) => person.username === username)?.password ?? '';
  const login = async (username: string, password = 'wrong', headers = {}): Promise<Answer> => {
    const response = await fetch(`${sandbox.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ username, password }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  };
  const statuses = async (count: number, username: string, headers = {}): Promise<number[]> => {
    const answers: number[] = [];
    for (let times = 0; times < count; times++)
      answers.push((await login(username, 'wrong', headers)).status);
    return answers;
  };
  const binds = () => sandbox.directory.operations.filter(({ kind }) => kind === 'bind').length;

  it('of one username are 429 after the limit, in all its spellings, and the directory is not asked', async () => {
    await start();
    expect([
      ...(await statuses(1, 'ada')),
      ...(await statuses(1, ' ADA')),
      ...(await statuses(1, 'ａｄａ')),
    ]).toEqual([401, 401, 401]);
    const before = sandbox.directory.operations.length;
    const refused = await login('Ada', passwordOf('ada'));
    expect(refused).toMatchObject({ status: 429, body: { code: 'auth.too-many-tries' } });
    const waitSeconds = Number(refused.headers.get('retry-after'));
    expect(waitSeconds).toBeGreaterThan(0);
    expect(waitSeconds).toBeLessThanOrEqual(900);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(sandbox.directory.operations).toHaveLength(before);
    expect((await login('liuyizhou', passwordOf('liuyizhou'))).status).toBe(200);
  });

  it('of a name that nobody has are counted and answered as those of one that somebody has', async () => {
    await start();
    await Client.login(sandbox, 'ada');
    const told = async (username: string) => {
      const from = sandbox.directory.operations.length;
      const { status, body } = await login(username);
      const kinds = sandbox.directory.operations.slice(from).map(({ kind }) => kind);
      return { status, body: { ...body, requestId: null }, kinds };
    };
    for (let times = 0; times < 4; times++) {
      const known = await told('ada');
      expect(known.status).toBe(times < 3 ? 401 : 429);
      expect(known.kinds).toEqual(times < 3 ? ['bind', 'search', 'bind'] : []);
      const unknown = await told('nobody');
      expect({ ...unknown.body, params: null, detail: null }).toEqual({
        ...known.body,
        params: null,
        detail: null,
      });
      expect({ status: unknown.status, kinds: unknown.kinds }).toEqual({
        status: known.status,
        kinds: known.kinds,
      });
    }
  });

  it('never reach the directory more often than the limit, however many come at once', async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 30 }, () => login('ada')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(27);
    expect(binds()).toBe(6);
  });

  it('are forgotten after a right password', async () => {
    await start();
    expect(await statuses(2, 'ada')).toEqual([401, 401]);
    expect((await login('ada', passwordOf('ada'))).status).toBe(200);
    expect(await statuses(4, 'ada')).toEqual([401, 401, 401, 429]);
  });

  it('do not count while the directory is down, nor when the body is wrong', async () => {
    await start();
    await sandbox.directory.down();
    expect(await statuses(5, 'ada')).toEqual([503, 503, 503, 503, 503]);
    await sandbox.directory.up();
    const anonymous = new Client(sandbox.url);
    for (let times = 0; times < 5; times++) {
      expect((await anonymous.post('/auth/login', { username: 'ada' })).status).toBe(422);
    }
    expect((await login('ada', passwordOf('ada'))).status).toBe(200);
  });

  it('of one address are 429 after its limit, whoever is meant; right ones do not count', async () => {
    await start();
    for (let times = 0; times < 10; times++) expect((await login('ada', passwordOf('ada'))).status).toBe(200);
    for (let times = 0; times < 8; times++) expect((await login(`somebody-${times}`)).status).toBe(401);
    expect((await login('ada', passwordOf('ada'))).status).toBe(429);
  });

  it('count against the socket’s address where no proxy is trusted, whatever X-Forwarded-For says', async () => {
    await start();
    for (let times = 0; times < 8; times++) {
      expect(
        (await login(`somebody-${times}`, 'wrong', { 'x-forwarded-for': `192.0.2.${times}` })).status,
      ).toBe(401);
    }
    expect((await login('another', 'wrong', { 'x-forwarded-for': '192.0.2.99' })).status).toBe(429);
  });

  it('count against the address that the trusted proxy names, not against those that the caller wrote before it', async () => {
    await start({ TRUSTED_PROXIES: '1' });
    const from = (address: string) => ({ 'x-forwarded-for': `198.51.100.1, ${address}` });
    for (let times = 0; times < 8; times++) {
      expect((await login(`somebody-${times}`, 'wrong', from('192.0.2.7'))).status).toBe(401);
    }
    expect((await login('another', 'wrong', from('192.0.2.7'))).status).toBe(429);
    expect((await login('another', 'wrong', from('192.0.2.8'))).status).toBe(401);
    const spoofed = { 'x-forwarded-for': '192.0.2.200, 192.0.2.7' };
    expect((await login('another', 'wrong', spoofed)).status).toBe(429);
  });

  it('are throttled by the replica itself while Redis is away', async () => {
    await start({ REDIS_URL: 'redis://:password@127.0.0.1:1' });
    expect(await statuses(5, 'ada')).toEqual([401, 401, 401, 429, 429]);
    expect((await login('liuyizhou', passwordOf('liuyizhou'))).status).toBe(200);
  });

  it('leave one row for each person and hour, and none with a name that was typed', async () => {
    await start({ LOGIN_TRIES: '20', LOGIN_TRIES_PER_ADDRESS: '50' });
    await Client.login(sandbox, 'ada');
    await Promise.all(Array.from({ length: 6 }, () => login('Ada')));
    await login('my-password-by-mistake');
    await login('nobody');
    const database = sandbox.app.get(DataSource);
    const { id } = await database.getRepository(Person).findOneByOrFail({ username: 'ada' });
    const rows = await database.getRepository(LoginFailure).find();
    const counted = (personId: string) =>
      rows.filter((row) => row.personId === personId).reduce((sum, { failures }) => sum + failures, 0);
    expect(counted(id)).toBe(6);
    expect(counted('nobody')).toBe(2);
    expect(rows.length).toBeLessThanOrEqual(4);
    expect(rows.every(({ hour }) => hour.getTime() % 3_600_000 === 0)).toBe(true);
  });
});

describe('asking for credentials too often', () => {
  let sandbox: TestSandbox;

  beforeAll(async () => {
    sandbox = await startTestSandbox({ env: { CREDENTIALS_PER_HOUR: '3' } });
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('is 429 for that person alone, and changes nothing', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const first = await ada.post('/account/credentials', {});
    expect(first.status).toBe(201);
    expect((await ada.post('/account/credentials', {})).status).toBe(409);
    expect((await ada.post('/account/credentials', { reset: true })).status).toBe(200);
    const before = (await ada.get('/account')).body;
    const refused = await ada.post('/account/credentials', { reset: true });
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'account.too-many-credentials', params: { perHour: 3 } },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
    expect((await ada.get('/account')).body).toEqual(before);
    const liu = await Client.login(sandbox, 'liuyizhou');
    expect((await liu.post('/account/credentials', {})).status).toBe(201);
  });
});
