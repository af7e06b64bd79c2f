import { readFileSync } from 'node:fs';
import request, { type Response, type Test } from 'supertest';
import { ChangeFeed } from '../../src/changes/change-feed';
import { startApp, type TestApp } from './app';

interface Session {
  accessToken: string;
  expiresInSeconds: number;
  refreshToken: string;
  refreshExpiresInSeconds: number;
  person: { username: string; displayName: string; email: string | null; roles: string[] };
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PASSWORDS = { liuyizhou: 'correct horse', ada: 'battery staple', grace: 'cobol forever' } as const;

describe('sessions and tokens', () => {
  let berth: TestApp;

  beforeEach(async () => {
    berth = await startApp();
  });
  afterEach(async () => {
    await berth.stop();
  });

  const http = (of: TestApp = berth) => request(of.app.getHttpServer());
  const login = (username: string, password: string): Test =>
    http().post('/api/v1/auth/login').send({ username, password });
  const refresh = (refreshToken: string): Test => http().post('/api/v1/auth/refresh').send({ refreshToken });
  const me = (token: string, of: TestApp = berth): Test =>
    http(of).get('/api/v1/auth/me').auth(token, { type: 'bearer' });
  const bodyOf = <T>({ body }: Response): T => body as T;
  const codeOf = ({ status, body }: Response) => [status, (body as { code?: string }).code];
  const sessionOf = async (username: keyof typeof PASSWORDS): Promise<Session> =>
    bodyOf<Session>(await login(username, PASSWORDS[username]).expect(200));
  const adminToken = async () => (await sessionOf('grace')).accessToken;
  let tokens = 0;
  const serviceToken = async (kind: 'scheduler' | 'platform', name = `portal-${(tokens += 1)}`) =>
    bodyOf<{ id: string; token: string }>(
      await http()
        .post('/api/v1/admin/service-tokens')
        .auth(await adminToken(), { type: 'bearer' })
        .send({ kind, name })
        .expect(201),
    );

  describe('POST /auth/login', () => {
    it('answers tokens that no one on the way may keep, and who it is', async () => {
      const answer = await login('liuyizhou', 'correct horse').expect(200);
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(bodyOf<Session>(answer).person).toEqual({
        username: 'liuyizhou',
        displayName: '刘一舟',
        email: 'liuyizhou@example.com',
        roles: ['person'],
      });
      expect(bodyOf<Session>(answer)).toMatchObject({
        expiresInSeconds: 300,
        refreshExpiresInSeconds: 604800,
      });
    });

    it('takes the username of the entry, not what was typed', async () => {
      const session = bodyOf<Session>(await login('ADA', 'battery staple').expect(200));
      expect(session.person.username).toBe('ada');
    });

    it.each([
      ['a wrong password', 'ada', 'wrong'],
      ['an unknown name', 'nobody', 'wrong'],
      ['an empty password', 'ada', ''],
    ])('answers %s with the same 401', async (_, username, password) => {
      const answer = await login(username, password);
      expect(codeOf(answer)).toEqual([401, 'auth.login-failed']);
      const body = bodyOf<object>(await login('somebody', 'else'));
      expect({ ...bodyOf<object>(answer), requestId: '' }).toEqual({ ...body, requestId: '' });
    });

    it('answers 503 with Retry-After, not 401, while the directory is down', async () => {
      await berth.directory.down();
      const answer = await login('ada', 'battery staple');
      expect(codeOf(answer)).toEqual([503, 'directory.unavailable']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    });

    it('keeps the person when the entry is renamed', async () => {
      const before = await sessionOf('ada');
      berth.directory.rename('ada', 'ada.lovelace');
      await login('ada.lovelace', 'battery staple').expect(200);
      const body = bodyOf<object>(await me(before.accessToken).expect(200));
      expect(body).toMatchObject({ username: 'ada.lovelace' });
    });

    it.each([
      ['a new one', false],
      ['one that Berth knows', true],
    ])('does not give a username to another entry, to %s: nothing is inherited', async (_, isKnown) => {
      const before = await sessionOf('ada');
      if (isKnown) await sessionOf('liuyizhou');
      berth.directory.remove('ada');
      berth.directory.rename('liuyizhou', 'Ada');
      expect(codeOf(await login('ada', 'correct horse'))).toEqual([409, 'auth.identity-conflict']);
      const body = bodyOf<object>(await me(before.accessToken).expect(200));
      expect(body).toMatchObject({ displayName: 'Ada Lovelace' });
    });
  });

  describe('POST /auth/refresh', () => {
    it('gives new tokens for the old one, and reads the person’s rights again', async () => {
      const first = await sessionOf('ada');
      berth.directory.setAdmin('ada', true);
      const second = bodyOf<Session>(await refresh(first.refreshToken).expect(200));
      expect(second.person.roles).toEqual(['person', 'admin']);
      await refresh(second.refreshToken).expect(200);
    });

    it('answers 401 and nothing more when the same token comes again within 10 s', async () => {
      const first = await sessionOf('ada');
      const second = bodyOf<Session>(await refresh(first.refreshToken).expect(200));
      berth.clock.forward(9_000);
      expect(codeOf(await refresh(first.refreshToken))).toEqual([401, 'auth.refresh-invalid']);
      await refresh(second.refreshToken).expect(200);
    });

    it('ends the whole session when the same token comes again later', async () => {
      const first = await sessionOf('ada');
      const second = bodyOf<Session>(await refresh(first.refreshToken).expect(200));
      berth.clock.forward(11_000);
      await refresh(first.refreshToken).expect(401);
      expect(codeOf(await refresh(second.refreshToken))).toEqual([401, 'auth.refresh-invalid']);
    });

    it('lets exactly one of many concurrent requests win', async () => {
      const { refreshToken } = await sessionOf('ada');
      const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(refreshToken)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(401)]);
      const winner = answers.find(({ status }) => status === 200);
      await refresh(winner === undefined ? '' : bodyOf<Session>(winner).refreshToken).expect(200);
    });

    it('does not use the token up while the directory is down', async () => {
      const { refreshToken } = await sessionOf('ada');
      await berth.directory.down();
      expect(codeOf(await refresh(refreshToken))).toEqual([503, 'directory.unavailable']);
      await berth.directory.up();
      await refresh(refreshToken).expect(200);
    });

    it('ends the session of a person whom the directory no longer knows', async () => {
      const { refreshToken } = await sessionOf('ada');
      berth.directory.remove('ada');
      expect(codeOf(await refresh(refreshToken))).toEqual([401, 'auth.refresh-invalid']);
      await berth.directory.down();
      expect(codeOf(await refresh(refreshToken))).toEqual([401, 'auth.refresh-invalid']);
    });

    it('ends on the session’s last day, however often it was refreshed', async () => {
      let session = await sessionOf('ada');
      for (let day = 6; day <= 24; day += 6) {
        berth.clock.forward(6 * DAY_MS);
        session = bodyOf<Session>(await refresh(session.refreshToken).expect(200));
      }
      berth.clock.forward(5 * DAY_MS);
      session = bodyOf<Session>(await refresh(session.refreshToken).expect(200));
      expect(session.refreshExpiresInSeconds).toBeLessThanOrEqual(DAY_MS / 1000);
      berth.clock.forward(DAY_MS + MINUTE_MS);
      expect(codeOf(await refresh(session.refreshToken))).toEqual([401, 'auth.refresh-invalid']);
    });

    it('refuses a token that is not ours', async () => {
      expect(codeOf(await refresh('made-up'))).toEqual([401, 'auth.refresh-invalid']);
    });
  });

  it('POST /auth/logout ends the session of the access token and no other', async () => {
    const [one, other] = [await sessionOf('ada'), await sessionOf('ada')];
    await http().post('/api/v1/auth/logout').auth(one.accessToken, { type: 'bearer' }).expect(204);
    await refresh(one.refreshToken).expect(401);
    await refresh(other.refreshToken).expect(200);
  });

  describe('access tokens', () => {
    it('are asked for where they are missing', async () => {
      const answer = await http().get('/api/v1/auth/me');
      expect(codeOf(answer)).toEqual([401, 'auth.token-missing']);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    });

    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

    it('are refused without a signature, with another one, and with changed claims', async () => {
      const { accessToken } = await sessionOf('ada');
      const [header = '', claims = '', signature = ''] = accessToken.split('.');
      const admin = part({
        ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object),
        admin: true,
      });
      const forged = [
        `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`,
        `${header}.${claims}.${signature.split('').reverse().join('')}`,
        `${header}.${admin}.${signature}`,
        'nonsense',
      ];
      for (const token of forged) expect(codeOf(await me(token))).toEqual([401, 'auth.token-invalid']);
    });

    it('are refused when another Berth signed them for another audience', async () => {
      const other = await startApp({ variables: { AUTH_AUDIENCE: 'another' }, directory: berth.directory });
      const answer = await request(other.app.getHttpServer())
        .post('/api/v1/auth/login')
        .send({ username: 'ada', password: 'battery staple' })
        .expect(200);
      const { accessToken } = bodyOf<Session>(answer);
      await me(accessToken, other).expect(200);
      await other.stop();
      expect(codeOf(await me(accessToken))).toEqual([401, 'auth.token-invalid']);
    });
  });

  describe('service tokens', () => {
    it('are shown once, and listed without the token', async () => {
      const admin = await adminToken();
      const { token } = await serviceToken('scheduler', 'slurm');
      expect(token).toMatch(/^berth_[\w-]{43}$/);
      const list = await http()
        .get('/api/v1/admin/service-tokens?count=true')
        .auth(admin, { type: 'bearer' })
        .expect(200);
      expect(list.body).toMatchObject({
        items: [{ kind: 'scheduler', name: 'slurm', createdBy: 'grace', lastUsedAt: null }],
        nextCursor: null,
        total: 1,
      });
      expect(list.text).not.toContain(token);
    });

    it('are listed page by page', async () => {
      const admin = await adminToken();
      for (const name of ['a', 'b', 'c']) await serviceToken('scheduler', name);
      const page = async (query: string) =>
        bodyOf<{ items: { name: string }[]; nextCursor: string | null }>(
          await http()
            .get(`/api/v1/admin/service-tokens?limit=2${query}`)
            .auth(admin, { type: 'bearer' })
            .expect(200),
        );
      const first = await page('');
      const second = await page(`&cursor=${first.nextCursor ?? ''}`);
      expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
      expect(second.nextCursor).toBeNull();
    });

    it('note their last use', async () => {
      const { token } = await serviceToken('scheduler');
      await me(token).expect(403);
      const list = await http()
        .get('/api/v1/admin/service-tokens')
        .auth(await adminToken(), { type: 'bearer' });
      expect(bodyOf<{ items: { lastUsedAt: string | null }[] }>(list).items[0]?.lastUsedAt).not.toBeNull();
    });

    it('have no rights of a person, and persons none of an admin', async () => {
      const { token } = await serviceToken('platform');
      const refused = await me(token);
      expect(codeOf(refused)).toEqual([403, 'auth.forbidden']);
      expect(bodyOf<{ detail: string }>(refused).detail).toContain('X-Berth-Act-For');
      const { accessToken } = await sessionOf('ada');
      for (const caller of [token, accessToken]) {
        const answer = await http().get('/api/v1/admin/service-tokens').auth(caller, { type: 'bearer' });
        expect(codeOf(answer)).toEqual([403, 'auth.forbidden']);
      }
    });

    it('have each a name that no other has until they are revoked', async () => {
      const make = async (kind: string): Promise<Response> =>
        http()
          .post('/api/v1/admin/service-tokens')
          .auth(await adminToken(), { type: 'bearer' })
          .send({ kind, name: 'slurm' });
      const { id } = await serviceToken('scheduler', 'slurm');
      expect(codeOf(await make('scheduler'))).toEqual([409, 'service-token.name-taken']);
      expect(codeOf(await make('platform'))).toEqual([409, 'service-token.name-taken']);
      await http()
        .delete(`/api/v1/admin/service-tokens/${id}`)
        .auth(await adminToken(), { type: 'bearer' })
        .expect(204);
      expect((await make('scheduler')).status).toBe(201);
    });

    it('are refused when nobody made them', async () => {
      expect(codeOf(await me('berth_made-up'))).toEqual([401, 'auth.token-invalid']);
    });

    it('die at once where they are revoked, and within a second on another replica', async () => {
      const { database } = berth.config;
      if (database.type !== 'sqlite') throw new Error('this test shares an SQLite file');
      const replica = await startApp({ directory: berth.directory, databasePath: database.path });
      const { id, token } = await serviceToken('platform');
      await me(token).expect(403);
      await me(token, replica).expect(403);
      const revoke = async () =>
        http()
          .delete(`/api/v1/admin/service-tokens/${id}`)
          .auth(await adminToken(), { type: 'bearer' });
      expect((await revoke()).status).toBe(204);
      expect(codeOf(await me(token))).toEqual([401, 'auth.token-invalid']);
      await replica.app.get(ChangeFeed).look();
      expect(codeOf(await me(token, replica))).toEqual([401, 'auth.token-invalid']);
      expect((await revoke()).status).toBe(204);
      await replica.stop();
    });

    it.each([
      [{ kind: 'person', name: 'x' }, '/kind'],
      [{ kind: 'scheduler', name: '' }, '/name'],
      [{ kind: 'scheduler', name: 'line\nbreak' }, '/name'],
    ])('are not made from %j', async (body, pointer) => {
      const answer = await http()
        .post('/api/v1/admin/service-tokens')
        .auth(await adminToken(), { type: 'bearer' })
        .send(body)
        .expect(422);
      expect(answer.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer }] });
    });
  });

  describe('X-Berth-Act-For', () => {
    const actFor = (token: string, ...usernames: string[]): Test =>
      me(token).set({ 'X-Berth-Act-For': usernames });

    it('gives the platform the rights of that person, who needs no login before', async () => {
      const { token } = await serviceToken('platform', 'portal');
      const body = bodyOf<object>(await actFor(token, 'ada').expect(200));
      expect(body).toMatchObject({ username: 'ada', displayName: 'Ada Lovelace', roles: ['person'] });
      expect(berth.logText()).toContain('"caller":"platform portal for ada"');
    });

    it('never gives admin rights', async () => {
      const { token } = await serviceToken('platform');
      const body = bodyOf<object>(await actFor(token, 'grace').expect(200));
      expect(body).toMatchObject({ username: 'grace', roles: ['person'] });
      const answer = await http()
        .get('/api/v1/admin/service-tokens')
        .auth(token, { type: 'bearer' })
        .set('X-Berth-Act-For', 'grace');
      expect(codeOf(answer)).toEqual([403, 'auth.forbidden']);
    });

    it('is refused from anybody else', async () => {
      const { token } = await serviceToken('scheduler');
      const { accessToken } = await sessionOf('grace');
      for (const caller of [token, accessToken]) {
        expect(codeOf(await actFor(caller, 'ada'))).toEqual([403, 'auth.act-for-forbidden']);
      }
    });

    it('is refused twice, empty, and for a person whom the directory does not know', async () => {
      const { token } = await serviceToken('platform');
      const answers = [
        await actFor(token, 'ada', 'ada'),
        await actFor(token, ''),
        await actFor(token, 'nobody'),
      ];
      for (const answer of answers) expect(codeOf(answer)).toEqual([403, 'auth.act-for-forbidden']);
    });

    it('goes on for a minute while the directory is down, then is 503', async () => {
      const { token } = await serviceToken('platform');
      await actFor(token, 'ada').expect(200);
      await berth.directory.down();
      berth.clock.forward(59_000);
      await actFor(token, 'ADA').expect(200);
      expect(codeOf(await actFor(token, 'liuyizhou'))).toEqual([503, 'directory.unavailable']);
      berth.clock.forward(2_000);
      expect(codeOf(await actFor(token, 'ada'))).toEqual([503, 'directory.unavailable']);
    });

    it('ends within a minute for a person who left the directory', async () => {
      const { token } = await serviceToken('platform');
      await actFor(token, 'ada').expect(200);
      berth.directory.remove('ada');
      berth.clock.forward(61_000);
      expect(codeOf(await actFor(token, 'ada'))).toEqual([403, 'auth.act-for-forbidden']);
    });
  });

  it('writes no password and no token to the log or the database', async () => {
    const session = await sessionOf('ada');
    const { token } = await serviceToken('platform');
    await me(token).set('X-Berth-Act-For', 'ada').expect(200);
    await refresh(session.refreshToken).expect(200);
    await login('ada', 'a wrong one');
    const { database } = berth.config;
    if (database.type !== 'sqlite') throw new Error('this test reads an SQLite file');

    const stored = ['', '-wal'].map((suffix) => readFileSync(database.path + suffix, 'latin1')).join('');
    expect(stored).toContain('Ada Lovelace');
    for (const secret of [
      'battery staple',
      'a wrong one',
      session.accessToken,
      session.refreshToken,
      token,
    ]) {
      expect(berth.logText()).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
  });
});
