import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Sandbox } from '../../sandbox/sandbox';
import { pushTinyImage } from '../../sandbox/registry-client';
import { AuditEntry } from '../../src/audit/audit-entry.entity';
import { RefreshToken } from '../../src/auth/refresh-token.entity';
import { Client, startTestSandbox } from './journey';

type TestSandbox = Sandbox & { forget(): Promise<void> };

interface Row {
  id: string;
  at: string;
  action: string;
  outcome: string;
  code: string | null;
  actor: { kind: string; name: string };
  for: string | null;
  target: string;
  requestId: string | null;
}

describe('the audit log', () => {
  let sandbox: TestSandbox;
  let ada: Client;
  let grace: Client;
  const rows = async (client: Client, path: string): Promise<Row[]> =>
    (await client.get(path)).body.items as Row[];
  const audit = (query = '') => rows(grace, `/admin/audit?${query}`);
  const ofAction = async (action: string) => audit(`action=${action}`);

  beforeEach(async () => {
    sandbox = await startTestSandbox();
    ada = await Client.login(sandbox, 'ada');
    grace = await Client.login(sandbox, 'grace');
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('has one row for credentials that were issued, reset, refused and failed, with the request’s id', async () => {
    const issued = await ada.post('/account/credentials', {});
    await ada.post('/account/credentials', {});
    await ada.post('/account/credentials', { reset: true });
    sandbox.harbor.faults.add({ method: 'PUT', path: /\/password$/, kind: 'status', status: 500 });
    const failed = await ada.post('/account/credentials', { reset: true });
    sandbox.harbor.faults.clear();
    const told = (await audit('person=ada&limit=20'))
      .filter(({ action }) => action.startsWith('account.'))
      .map(({ action, outcome, code, requestId }) => ({ action, outcome, code, requestId }));
    const action = 'account.credentials-issued';
    const reset = 'account.credentials-reset';
    expect(told).toEqual([
      {
        action: reset,
        outcome: 'failed',
        code: failed.body.code,
        requestId: failed.headers.get('x-request-id'),
      },
      { action: reset, outcome: 'ok', code: null, requestId: expect.any(String) as string },
      {
        action,
        outcome: 'refused',
        code: 'account.credentials-exist',
        requestId: expect.any(String) as string,
      },
      { action, outcome: 'ok', code: null, requestId: issued.headers.get('x-request-id') },
    ]);
  });

  it('has who acted and for whom, where the platform acts for a person', async () => {
    const { body } = await grace.post('/admin/service-tokens', { kind: 'platform', name: 'portal' });
    const portal = new Client(sandbox.url, String(body.token));
    for (let times = 0; times < 3; times++) await portal.get('/account', { 'x-berth-act-for': 'Ada' });
    expect(await audit('actor=portal')).toMatchObject([
      { action: 'person.acted-for', actor: { kind: 'platform', name: 'portal' }, for: 'ada', outcome: 'ok' },
    ]);
    await portal.post('/account/credentials', {});
    expect((await audit('actor=portal')).length).toBe(1);
    expect(await rows(ada, '/account/activity')).toMatchObject([
      { action: 'person.acted-for', actor: { kind: 'platform', name: 'portal' } },
      { action: 'session.begun', actor: { kind: 'person', name: 'ada' } },
    ]);
  });

  it('has service tokens that were made and revoked, and sessions that began and ended', async () => {
    const { body } = await grace.post('/admin/service-tokens', { kind: 'scheduler', name: 'slurm' });
    const path = `/admin/service-tokens/${String(body.id)}`;
    await grace.delete(path);
    await grace.delete(path);
    const target = `scheduler slurm (${String(body.id)})`;
    expect(await ofAction('service-token.created')).toMatchObject([{ target }, {}]);
    expect(await ofAction('service-token.revoked')).toMatchObject([{ target, actor: { name: 'grace' } }]);
    await ada.post('/auth/logout');
    await ada.post('/auth/logout');
    expect(await ofAction('session.ended')).toMatchObject([{ actor: { kind: 'person', name: 'ada' } }]);
    expect((await ofAction('session.begun')).map((row) => row.for)).toEqual(['grace', 'ada', 'grace']);
  });

  it('has a refresh token that was used twice, once', async () => {
    const password = sandbox.people.find(({ username }) => username === 'ada')?.password;
    const anonymous = new Client(sandbox.url);
    const { body } = await anonymous.post('/auth/login', { username: 'ada', password });
    const { refreshToken } = body;
    expect((await anonymous.post('/auth/refresh', { refreshToken })).status).toBe(200);
    const tokens = sandbox.app.get(DataSource).getRepository(RefreshToken);
    await tokens
      .createQueryBuilder()
      .update()
      .set({ usedAt: new Date(Date.now() - 60_000) })
      .where('usedAt IS NOT NULL')
      .execute();
    expect((await anonymous.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect((await anonymous.post('/auth/refresh', { refreshToken })).status).toBe(401);
    expect(await ofAction('session.reuse-detected')).toMatchObject([
      { actor: { kind: 'berth' }, for: 'ada', outcome: 'ok' },
    ]);
    expect((await rows(ada, '/account/activity'))[0]).toMatchObject({ action: 'session.reuse-detected' });
  });

  it('has images that were imported, changed and deleted', async () => {
    const { body } = await ada.post('/account/credentials', {});
    const login = { username: String(body.username), password: String(body.password) };
    const name = { project: 'user-ada', repository: 'demo', tag: 'v1' };
    await pushTinyImage({ registryUrl: sandbox.harbor.url, link: name, ...login, content: 'v1' });
    const link = `${sandbox.harbor.address}/user-ada/demo:v1`;
    const image = await ada.post('/images', { link, description: 'An image', taskType: 'pytorch' });
    const path = `/images/${String(image.body.id)}`;
    await ada.patch(path, { description: 'Changed' });
    await ada.delete(path);
    await ada.delete(path);
    const told = (await rows(ada, '/account/activity')).slice(0, 3);
    expect(told).toMatchObject([
      { action: 'image.deleted', target: 'user-ada/demo:v1' },
      { action: 'image.changed', target: 'user-ada/demo:v1' },
      { action: 'image.imported', target: link },
    ]);
  });

  it('stops an action whose row cannot be written, and shows no password', async () => {
    await sandbox.app
      .get(DataSource)
      .query(`CREATE TRIGGER refuse BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no'); END`);
    const credentials = await ada.post('/account/credentials', {});
    expect(credentials.status).toBe(500);
    expect(credentials.body).not.toHaveProperty('password');
    const token = await grace.post('/admin/service-tokens', { kind: 'scheduler', name: 'slurm' });
    expect(token.status).toBe(500);
    await sandbox.app.get(DataSource).query('DROP TRIGGER refuse');
    expect((await grace.get('/admin/service-tokens')).body.items).toHaveLength(1);
    expect((await ada.get('/account')).body).toMatchObject({
      state: 'attention',
      credentials: { state: 'unknown' },
    });
    const again = await ada.post('/account/credentials', {});
    expect(again.status).toBe(201);
  });

  it('is shown to admins, and to a person as far as it is theirs', async () => {
    expect((await ada.get('/admin/audit')).status).toBe(403);
    const mine = await rows(ada, '/account/activity');
    expect(mine.map((row) => row.for)).toEqual(['ada']);
    expect((await audit('person=ADA')).map((row) => row.for)).toEqual(['ada']);
    expect(await audit('person=nobody')).toEqual([]);
  });

  describe('with many rows', () => {
    let all: string[];

    beforeEach(async () => {
      const database = sandbox.app.get(DataSource);
      const start = Date.parse('2026-01-01T00:00:00Z');
      const made = Array.from({ length: 1234 }, (_, index): AuditEntry => {
        const at = new Date(start + index * 1000);
        const outcome = index % 3 === 0 ? 'refused' : 'ok';
        return {
          id: uuidv7({ msecs: at.getTime(), seq: index }),
          at,
          action: `test.${index % 2}`,
          outcome,
          code: null,
          actorKind: 'operator',
          actorName: `actor-${index % 5}`,
          forPersonId: null,
          forUsername: null,
          target: `row ${index}`,
          requestId: null,
        };
      });
      for (let from = 0; from < made.length; from += 100) {
        await database.getRepository(AuditEntry).insert(made.slice(from, from + 100));
      }
      all = made.map(({ target }) => target).reverse();
    });

    it('pages by key, newest first, none twice and none left out', async () => {
      const seen: string[] = [];
      let cursor = '';
      do {
        const answer = await grace.get(`/admin/audit?limit=200&to=2026-02-01T00:00:00Z${cursor}`);
        const { items, nextCursor } = answer.body as unknown as { items: Row[]; nextCursor: string | null };
        seen.push(...items.map(({ target }) => target));
        cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
      } while (cursor !== '');
      expect(seen).toEqual(all);
    });

    it('filters by actor, action, outcome and time, alone and together, and counts', async () => {
      const total = async (query: string) =>
        (await grace.get(`/admin/audit?count=true&limit=1&${query}`)).body.total;
      expect(await total('actor=actor-3')).toBe(247);
      expect(await total('action=test.1')).toBe(617);
      expect(await total('outcome=refused')).toBe(412);
      expect(await total('outcome=refused&actor=actor-0&action=test.0')).toBe(42);
      expect(await total('from=2026-01-01T00:00:10Z&to=2026-01-01T00:00:20Z')).toBe(10);
      expect(await total('from=2026-01-01T01:00:10%2B01:00&to=2026-01-01T00:00:20Z')).toBe(10);
      expect(await total('from=2026-01-01T00:00:20Z&to=2026-01-01T00:00:10Z')).toBe(0);
    });

    it.each([
      'from=yesterday',
      'to=2026-01-01T00:00:00',
      'outcome=maybe',
      'from=2026-13-01T00:00:00Z',
      'actor=',
    ])('refuses %s', async (query) => {
      expect(await grace.get(`/admin/audit?${query}`)).toMatchObject({ status: 422 });
    });

    it('streams every row that fits as NDJSON, and what cannot be streamed as a problem', async () => {
      const ask = async (query: string, accept = 'application/x-ndjson') => {
        const login = sandbox.people.find(({ username }) => username === 'grace');
        const { body } = await new Client(sandbox.url).post('/auth/login', {
          username: 'grace',
          password: login?.password,
        });
        const headers = { accept, authorization: `Bearer ${String(body.accessToken)}` };
        return fetch(`${sandbox.url}/api/v1/admin/audit?${query}`, { headers });
      };
      const response = await ask('to=2026-02-01T00:00:00Z');
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      const text = await response.text();
      expect(text.endsWith('\n')).toBe(true);
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row);
      expect(lines.map(({ target }) => target)).toEqual(all);
      expect(lines[0]?.actor).toEqual({ kind: 'operator', name: 'actor-3' });
      expect(await (await ask('person=nobody')).text()).toBe('');
      const refused = await ask('cursor=wrong');
      expect({ status: refused.status, type: refused.headers.get('content-type') }).toEqual({
        status: 400,
        type: 'application/problem+json; charset=utf-8',
      });
      expect((await ask('limit=1', '*/*')).headers.get('content-type')).toContain('application/json');
    });
  });
});

describe('failed logins in numbers', () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await startTestSandbox();
  });
  afterAll(async () => {
    await sandbox.forget();
  });

  it('are shown to the person, and all of them to admins', async () => {
    const ada = await Client.login(sandbox, 'ada');
    const grace = await Client.login(sandbox, 'grace');
    const anonymous = new Client(sandbox.url);
    for (const username of ['ada', 'ADA', 'liuyizhou', 'nobody']) {
      await anonymous.post('/auth/login', { username, password: 'wrong' });
    }
    const sum = (items: unknown, person: string | null) =>
      (items as { person: string | null; failures: number }[])
        .filter((row) => row.person === person)
        .reduce((total, { failures }) => total + failures, 0);
    const mine = (await ada.get('/account/login-failures')).body.items;
    expect([sum(mine, 'ada'), sum(mine, null)]).toEqual([2, 0]);
    const everybodys = (await grace.get('/admin/login-failures')).body.items;
    expect([sum(everybodys, 'ada'), sum(everybodys, null)]).toEqual([2, 2]);
    expect(sum((await grace.get('/admin/login-failures?person=ada')).body.items, 'ada')).toBe(2);
    expect((await grace.get('/admin/login-failures?person=nobody')).body.items).toEqual([]);
    expect((await ada.get('/admin/login-failures')).status).toBe(403);
  });
});
