import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { OffboardingRounds } from '../../src/accounts/offboarding-rounds.service';
import { OffboardingService } from '../../src/accounts/offboarding.service';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import { Person } from '../../src/auth/person.entity';
import { PEOPLE, startApp, type TestApp } from './app';
import { holdCall } from './held-call';
import { holdTasks } from './hold-tasks';
import { callHarbor, Client, startTestSandbox } from './journey';

interface Login {
  username: string;
  password: string;
}

const never = new AbortController().signal;
/** Its own background searches and finishes nothing. */
const startHeld = async (env: NodeJS.ProcessEnv) => {
  const sandbox = await startTestSandbox({ env });
  await holdTasks(sandbox.app.get(DataSource), 'offboarding-search', 'offboarding-finish');
  return sandbox;
};
const ENV = {
  LOG_LEVEL: 'silent',
  OFFBOARDING: 'suspend',
  OFFBOARDING_GRACE_DAYS: '0',
  LDAP_DISABLED_FILTER: '(nsAccountLock=TRUE)',
};

describe('offboarding', () => {
  let sandbox: Sandbox & { forget(): Promise<void> };
  let liu: Client;
  let ada: Client;
  let admin: Client;
  let liuLogin: Login;

  const credentialsOf = async (client: Client): Promise<Login> => {
    const { body } = await client.post('/account/credentials', { reset: true });
    return { username: String(body.username), password: String(body.password) };
  };
  const inHarbor = async (method: string, path: string, body?: unknown) =>
    callHarbor(sandbox, sandbox.harborAdmin, method, path, body);
  const loginStatus = async (login: Login) =>
    (await callHarbor(sandbox, login, 'GET', '/users/current')).status;
  const state = async (username = 'liuyizhou') => (await admin.get(`/admin/persons/${username}`)).body;
  const searchTwice = async () => {
    await sandbox.app.get(OffboardingRounds).run(never);
    await sandbox.app.get(OffboardingRounds).run(never);
  };
  const finish = async () => sandbox.app.get(OffboardingService).finish(never);
  const membersOf = async (project: string) =>
    ((await inHarbor('GET', `/projects/${project}/members`)).body as { entity_name: string }[]).map(
      ({ entity_name: name }) => name,
    );
  const robotsOf = async (project: string) => {
    const found = (await inHarbor('GET', `/projects/${project}`)).body as { project_id: number };
    const q = encodeURIComponent(`Level=project,ProjectID=${found.project_id}`);
    return (await inHarbor('GET', `/robots?q=${q}`)).body;
  };
  const auditOf = async (action: string) =>
    ((await admin.get(`/admin/audit?action=${action}&person=liuyizhou`)).body.items as unknown[]).length;
  const lookup = async (person: string) =>
    Client.scheduler(sandbox).lookup({
      link: `${sandbox.harbor.address}/user-liuyizhou/demo:v1`,
      for: person,
    });
  /** The person whom the tests send away: with an image, a robot, two webhooks, and a role in a team. */
  const furnish = async () => {
    liuLogin = await credentialsOf(liu);
    await pushTinyImage({
      registryUrl: sandbox.harbor.url,
      link: { project: 'user-liuyizhou', repository: 'demo', tag: 'v1' },
      ...liuLogin,
      content: 'v1',
    });
    await admin.post('/projects', { name: 'team' });
    await admin.put('/projects/team/members/liuyizhou', { role: 'developer' });
    await callHarbor(sandbox, liuLogin, 'POST', '/robots', {
      name: 'ci',
      level: 'project',
      duration: 30,
      permissions: [
        {
          kind: 'project',
          namespace: 'user-liuyizhou',
          access: [{ resource: 'repository', action: 'pull' }],
        },
      ],
    });
    await callHarbor(sandbox, liuLogin, 'POST', '/projects/user-liuyizhou/webhook/policies', {
      name: 'mine',
      enabled: true,
      event_types: ['PUSH_ARTIFACT'],
      targets: [{ type: 'http', address: 'https://evil.example.com', skip_cert_verify: false }],
    });
  };
  const isSuspended = async () => {
    expect(await loginStatus(liuLogin)).toBe(401);
    expect(await membersOf('team')).not.toContain('liuyizhou');
    expect(await membersOf('user-liuyizhou')).toContain('liuyizhou');
    expect(await robotsOf('user-liuyizhou')).toEqual([]);
    const webhooks = (await inHarbor('GET', '/projects/user-liuyizhou/webhook/policies')).body;
    expect(webhooks).toMatchObject([{ name: 'berth' }]);
    expect(await state()).toMatchObject({ state: 'offboarded', credentials: 'none' });
  };

  beforeEach(async () => {
    sandbox = await startHeld(ENV);
    liu = await Client.login(sandbox, 'liuyizhou');
    ada = await Client.login(sandbox, 'ada');
    admin = await Client.login(sandbox, 'grace');
    await furnish();
  });
  afterEach(async () => {
    await sandbox.forget();
  });

  it('ends everything at once when an admin says so, and keeps the images', async () => {
    const answer = await admin.post('/admin/persons/LIUYIZHOU/offboard', { reason: 'Left, ticket 4711' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        state: 'offboarded',
        offboardedBecause: 'admin',
        offboardedReason: 'Left, ticket 4711',
        notice: { code: 'person.offboarding-notice' },
      },
    });
    await isSuspended();
    expect((await inHarbor('GET', '/projects/user-liuyizhou/repositories')).body).toHaveLength(1);
    expect((await liu.get('/account')).body).toMatchObject({ code: 'auth.token-invalid' });
    const password = sandbox.people.find(({ username }) => username === 'liuyizhou')?.password;
    const login = await new Client(sandbox.url).post('/auth/login', { username: 'liuyizhou', password });
    expect(login).toMatchObject({ status: 403, body: { code: 'auth.offboarded' } });
    expect(await auditOf('person.offboarded')).toBe(1);
    expect(await auditOf('person.suspended')).toBe(1);
    expect((await admin.post('/admin/persons/liuyizhou/offboard', {})).status).toBe(200);
    expect(await auditOf('person.offboarded')).toBe(1);
  });

  it('gives the memberships back when an admin restores the person, and credentials by a reset', async () => {
    await admin.post('/admin/persons/liuyizhou/offboard', {});
    const restored = await admin.post('/admin/persons/liuyizhou/restore');
    expect(restored).toMatchObject({ status: 200, body: { state: 'active', offboardedAt: null } });
    expect((await liu.get('/account')).status).toBe(200);
    expect((await admin.get('/projects/team/members/liuyizhou')).body).toMatchObject({
      role: 'developer',
      givenRole: 'developer',
      state: 'as-set',
    });
    expect(await loginStatus(liuLogin)).toBe(401);
    expect(await loginStatus(await credentialsOf(liu))).toBe(200);
  });

  it('refreshes no session of an offboarded person, and the platform cannot act for him', async () => {
    const password = sandbox.people.find(({ username }) => username === 'liuyizhou')?.password;
    const { body } = await new Client(sandbox.url).post('/auth/login', { username: 'liuyizhou', password });
    const made = await admin.post('/admin/service-tokens', { kind: 'platform', name: 'portal' });
    const platform = new Client(sandbox.url, String(made.body.token));
    const actFor = { 'x-berth-act-for': 'liuyizhou' };
    expect((await platform.get('/account', actFor)).status).toBe(200);
    await admin.post('/admin/persons/liuyizhou/offboard', {});
    expect((await platform.get('/account', actFor)).status).toBe(403);
    const refreshed = await new Client(sandbox.url).post('/auth/refresh', {
      refreshToken: body.refreshToken,
    });
    expect(refreshed).toMatchObject({ status: 401, body: { code: 'auth.refresh-invalid' } });
  });

  it('runs no new jobs with private images of somebody who left', async () => {
    await admin.put('/projects/user-liuyizhou/members/ada', { role: 'guest' });
    expect((await lookup('ada')).status).toBe(200);
    await admin.post('/admin/persons/liuyizhou/offboard', {});
    await setTimeout(1_100);
    for (const person of ['ada', 'liuyizhou']) {
      expect(await lookup(person)).toMatchObject({ status: 409, body: { code: 'image.owner-offboarded' } });
    }
    await admin.post('/admin/persons/liuyizhou/restore');
    expect((await lookup('ada')).status).toBe(200);
  });

  it('offboards who is gone in two complete searches, and not before', async () => {
    sandbox.directory.remove('liuyizhou');
    await sandbox.app.get(OffboardingRounds).run(never);
    expect(await state()).toMatchObject({ state: 'absent' });
    await sandbox.app.get(OffboardingRounds).run(never);
    expect(await state()).toMatchObject({ state: 'offboarded', offboardedBecause: 'gone' });
    await isSuspended();
    expect(await state('ada')).toMatchObject({ state: 'active' });
    expect((await admin.get('/admin/offboarding')).body).toMatchObject({
      offboarded: 1,
      unfinished: 0,
      stoppedAt: null,
    });
  });

  it('takes a person back who is there again in the second search', async () => {
    const entry = sandbox.people.find(({ username }) => username === 'liuyizhou');
    const id = sandbox.directory.idOf('liuyizhou');
    sandbox.directory.remove('liuyizhou');
    await sandbox.app.get(OffboardingRounds).run(never);
    if (entry !== undefined) sandbox.directory.add(entry, id);
    await sandbox.app.get(OffboardingRounds).run(never);
    sandbox.directory.remove('liuyizhou');
    await sandbox.app.get(OffboardingRounds).run(never);
    expect(await state()).toMatchObject({ state: 'absent' });
  });

  it('counts nobody as gone while the directory does not answer', async () => {
    await sandbox.directory.down();
    const rounds = sandbox.app.get(OffboardingRounds);
    await expect(rounds.run(never)).rejects.toMatchObject({ code: 'directory.unavailable' });
    await expect(rounds.run(never)).rejects.toMatchObject({ code: 'directory.unavailable' });
    await sandbox.directory.up();
    expect(await state()).toMatchObject({ state: 'active', absentSince: null });
  });

  it('offboards whom the directory calls disabled, and a login of the enabled brings him back', async () => {
    sandbox.directory.setDisabled('liuyizhou', true);
    const password = sandbox.people.find(({ username }) => username === 'liuyizhou')?.password;
    const login = { username: 'liuyizhou', password };
    expect((await new Client(sandbox.url).post('/auth/login', login)).status).toBe(401);
    await searchTwice();
    expect(await state()).toMatchObject({ state: 'offboarded', offboardedBecause: 'disabled' });
    sandbox.directory.setDisabled('liuyizhou', false);
    const back = await Client.login(sandbox, 'liuyizhou');
    await finish();
    expect(await membersOf('team')).toContain('liuyizhou');
    expect((await back.get('/account')).body).toMatchObject({ project: 'user-liuyizhou' });
    expect(await loginStatus(await credentialsOf(back))).toBe(200);
  });

  it('gives no password to a request that was on its way', async () => {
    const held = holdCall(sandbox.harbor, 'PUT', /\/password$/);
    const resetting = liu.post('/account/credentials', { reset: true });
    await held.arrived();
    const offboarding = admin.post('/admin/persons/liuyizhou/offboard', {});
    while ((await state()).offboardedAt === null) await setTimeout(10);
    held.letGo();
    const [reset, offboarded] = await Promise.all([resetting, offboarding]);
    expect(offboarded.status).toBe(200);
    expect(reset.status).toBe(200);
    const login = { username: String(reset.body.username), password: String(reset.body.password) };
    expect(await loginStatus(login)).toBe(401);
  });

  it('lists people by state and by the beginning of the name', async () => {
    await admin.post('/admin/persons/liuyizhou/offboard', {});
    const names = async (query: string) =>
      ((await admin.get(`/admin/persons?${query}`)).body.items as { username: string }[]).map(
        ({ username }) => username,
      );
    expect(await names('')).toEqual(['ada', 'grace', 'liuyizhou']);
    expect(await names('state=offboarded')).toEqual(['liuyizhou']);
    expect(await names('state=active&q=G')).toEqual(['grace']);
    expect(await names('q=%25')).toEqual([]);
    const first = await admin.get('/admin/persons?limit=2&count=true');
    expect(first.body.total).toBe(3);
    expect(await names(`limit=2&cursor=${String(first.body.nextCursor)}`)).toEqual(['liuyizhou']);
    expect(await ada.get('/admin/persons')).toMatchObject({ status: 403 });
    expect(await admin.get('/admin/persons/nobody')).toMatchObject({
      status: 404,
      body: { code: 'person.not-found' },
    });
  });
});

describe('the search for people who left', () => {
  it('goes on where it was cut off, and counts nobody twice in one search', async () => {
    const sandbox = await startHeld({ ...ENV, OFFBOARDING: 'report' });
    try {
      const admin = await Client.login(sandbox, 'grace');
      const persons = sandbox.app.get(DataSource).getRepository(Person);
      const known = await persons.findOneByOrFail({ username: 'grace' });
      for (let number = 0; number < 150; number += 1) {
        const id = v7();
        await persons.insert({ ...known, id, directoryId: id, username: id, usernameKey: id });
      }
      let looks = 0;
      const cutOff = Object.defineProperty(new AbortController().signal, 'aborted', {
        get: () => (looks += 1) > 1,
      });
      const rounds = sandbox.app.get(OffboardingRounds);
      const { searchCompletedAt } = (await admin.get('/admin/offboarding')).body;
      await rounds.run(cutOff);
      const begun = (await admin.get('/admin/offboarding')).body;
      expect(begun.absent).toBeLessThanOrEqual(100);
      expect(begun).toMatchObject({ searchCompletedAt, due: 0 });
      expect(begun.searchStartedAt).not.toBeNull();
      await rounds.run(never);
      expect((await admin.get('/admin/offboarding')).body).toMatchObject({
        absent: 150,
        due: 0,
        searchStartedAt: null,
      });
      await rounds.run(never);
      expect((await admin.get('/admin/offboarding')).body).toMatchObject({ due: 150, allowed: 15 });
    } finally {
      await sandbox.forget();
    }
  });

  it('lets two replicas at once count everybody once', async () => {
    const sandbox = await startHeld({ ...ENV, OFFBOARDING: 'report' });
    try {
      const admin = await Client.login(sandbox, 'grace');
      await Client.login(sandbox, 'ada');
      sandbox.directory.remove('ada');
      const rounds = sandbox.app.get(OffboardingRounds);
      await Promise.all([rounds.run(never), rounds.run(never)]);
      expect((await admin.get('/admin/offboarding')).body).toMatchObject({ absent: 1, due: 0 });
    } finally {
      await sandbox.forget();
    }
  });
});

describe('offboarding on another replica', () => {
  it('is seen within a second by this one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'berth-replicas-'));
    const first = await startApp({ databasePath: join(folder, 'berth.db') });
    const second = await startApp({ databasePath: join(folder, 'berth.db'), directory: first.directory });
    const clientOf = async ({ app }: TestApp, username: string) => {
      const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
      const password = PEOPLE.find((person) => person.username === username)?.password;
      const { body } = await new Client(url).post('/auth/login', { username, password });
      return new Client(url, String(body.accessToken));
    };
    try {
      const ada = await clientOf(second, 'ada');
      expect((await ada.get('/auth/me')).status).toBe(200);
      const admin = await clientOf(first, 'grace');
      expect((await admin.post('/admin/persons/ada/offboard', {})).status).toBe(200);
      await setTimeout(1_000);
      expect((await ada.get('/auth/me')).status).toBe(401);
      expect((await admin.post('/admin/persons/ada/restore')).status).toBe(200);
      await setTimeout(1_000);
      expect((await ada.get('/auth/me')).status).toBe(200);
    } finally {
      await second.stop();
      await first.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('offboarding of many at once', () => {
  it('stops and says so, and offboards nobody', async () => {
    const sandbox = await startHeld(ENV);
    try {
      const admin = await Client.login(sandbox, 'grace');
      const made = await admin.post('/admin/service-tokens', { kind: 'platform', name: 'portal' });
      const platform = new Client(sandbox.url, String(made.body.token));
      const people = ['p1', 'p2', 'p3', 'p4'];
      for (const username of people) {
        const person = { username, password: 'a password', displayName: username, email: null };
        sandbox.directory.add(person, `00000000-0000-4000-8000-0000000000${username.replace('p', '0')}`);
        expect((await platform.get('/account', { 'x-berth-act-for': username })).status).toBe(200);
      }
      for (const username of people) sandbox.directory.remove(username);
      const rounds = sandbox.app.get(OffboardingRounds);
      await rounds.run(never);
      await rounds.run(never);
      const { body } = await admin.get('/admin/offboarding');
      expect(body).toMatchObject({ due: 4, allowed: 3, offboarded: 0, people: 5 });
      expect(body.stoppedAt).not.toBeNull();
      expect((await admin.get('/admin/persons?state=offboarded')).body.items).toEqual([]);
    } finally {
      await sandbox.forget();
    }
  });

  it('only reports by default', async () => {
    const { OFFBOARDING: _, ...report } = ENV;
    const sandbox = await startHeld(report);
    try {
      const admin = await Client.login(sandbox, 'grace');
      await Client.login(sandbox, 'ada');
      sandbox.directory.remove('ada');
      const rounds = sandbox.app.get(OffboardingRounds);
      await rounds.run(never);
      await rounds.run(never);
      expect((await admin.get('/admin/offboarding')).body).toMatchObject({ mode: 'report', due: 1 });
      expect((await admin.get('/admin/persons/ada')).body).toMatchObject({ state: 'absent' });
    } finally {
      await sandbox.forget();
    }
  });
});
