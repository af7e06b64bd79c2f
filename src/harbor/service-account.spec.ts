import nock from 'nock';
import type { HarborConfig } from '../config/config';
import { makeServiceAccount, SERVICE_ROBOT_PERMISSIONS, type WantedServiceAccount } from './service-account';
import { missingRights } from './service-account-rights';

const ADMIN: HarborConfig = {
  url: 'http://harbor.test',
  username: 'admin',
  password: 'Harbor12345',
  ca: null,
  deadlineMs: 2000,
  maxResponseBytes: 100_000,
};
const WANTED: WantedServiceAccount = { name: 'berth', replace: false };
const AT = '2026-11-21T11:20:38.695Z';

const harbor = (): nock.Scope => nock(ADMIN.url);

function adminOn(version: string): void {
  harbor()
    .get('/api/v2.0/users/current')
    .reply(200, { user_id: 1, username: 'admin', sysadmin_flag: true, creation_time: AT });
  harbor().get('/api/v2.0/systeminfo').reply(200, { auth_mode: 'db_auth', harbor_version: version });
}

function takesRobot(sent: unknown[] = []): void {
  harbor()
    .post('/api/v2.0/robots', (body) => sent.push(body) > 0)
    .reply(201, { id: 9, name: 'robot$berth', secret: 'Aa1', expires_at: -1 });
}

function hasRobots(...names: string[]): void {
  harbor()
    .post('/api/v2.0/robots')
    .reply(409, { errors: [{ code: 'CONFLICT', message: 'exists' }] });
  const robots = names.map((name, index) => ({ id: index + 1, name, level: 'system', creation_time: AT }));
  harbor().get('/api/v2.0/robots').query(true).reply(200, robots);
}

describe('makeServiceAccount', () => {
  afterEach(() => nock.cleanAll());

  it('makes a robot that never ends, with exactly the rights that Berth uses', async () => {
    adminOn('v2.15.2-1a2b3c4d');
    const sent: unknown[] = [];
    takesRobot(sent);
    const made = await makeServiceAccount(ADMIN, WANTED);
    expect(made).toEqual({ outcome: 'made', username: 'robot$berth', password: 'Aa1' });
    expect(sent).toMatchObject([{ name: 'berth', level: 'system', duration: -1 }]);
    expect(sent).toMatchObject([{ permissions: SERVICE_ROBOT_PERMISSIONS }]);
  });

  it.each(['v2.14.0', 'v2.9.5', '-', 'v1.99.0'])('makes none on %s', async (version) => {
    adminOn(version);
    const made = await makeServiceAccount(ADMIN, WANTED);
    expect(made.outcome).toBe('too-old');
  });

  it('makes one on a later major version', async () => {
    adminOn('v3.0.0');
    takesRobot();
    await expect(makeServiceAccount(ADMIN, WANTED)).resolves.toMatchObject({ outcome: 'made' });
  });

  it('needs an administrator', async () => {
    harbor().get('/api/v2.0/users/current').reply(200, { user_id: 3, username: 'ada', creation_time: AT });
    await expect(makeServiceAccount(ADMIN, WANTED)).resolves.toEqual({ outcome: 'not-an-administrator' });
  });

  it('leaves a robot of that name alone', async () => {
    adminOn('v2.15.2');
    hasRobots('robot$berth');
    await expect(makeServiceAccount(ADMIN, WANTED)).resolves.toEqual({ outcome: 'exists' });
  });

  it.each([
    ['of the usual prefix', ['robot$my-berth', 'robot$berth'], 2],
    ['of another prefix, when only one can be meant', ['bot.berth', 'bot.other'], 1],
  ])('replaces the robot of that name: %s', async (_, names, id) => {
    adminOn('v2.15.2');
    hasRobots(...names);
    const deletion = harbor().delete(`/api/v2.0/robots/${id}`).reply(200);
    takesRobot();
    await expect(makeServiceAccount(ADMIN, { ...WANTED, replace: true })).resolves.toMatchObject({
      outcome: 'made',
    });
    expect(deletion.isDone()).toBe(true);
  });

  it('deletes none when several could be meant', async () => {
    adminOn('v2.15.2');
    hasRobots('bot.my-berth', 'bot.berth');
    await expect(makeServiceAccount(ADMIN, { ...WANTED, replace: true })).resolves.toEqual({
      outcome: 'ambiguous',
    });
  });
});

describe('the rights of the robot', () => {
  it('are 40, each once', () => {
    const rights = SERVICE_ROBOT_PERMISSIONS.flatMap(({ kind, access }) =>
      access.map(({ resource, action }) => `${kind} ${resource}:${action}`),
    );
    expect(new Set(rights).size).toBe(40);
    expect(rights).toHaveLength(40);
  });

  it('are missed by name', () => {
    const [system, projects] = SERVICE_ROBOT_PERMISSIONS;
    const fewer = {
      ...projects,
      access: projects?.access.filter(({ resource }) => resource !== 'log') ?? [],
    };
    expect(missingRights([...SERVICE_ROBOT_PERMISSIONS])).toEqual([]);
    expect(
      missingRights(system === undefined ? [] : [system, { kind: 'project', namespace: '*', ...fewer }]),
    ).toEqual(['log:list in all projects']);
  });
});
