import type { Client, Answer } from './journey';
import { faultCases, writesOf, type FaultCase } from './fault-matrix';
import type { Replicas } from './replicas';
import { whileStruck } from './struck';

interface Login {
  username: string;
  password: string;
}

interface Person extends Login {
  clients: Client[];
  project: string;
}

interface Scenario {
  scenario: string;
  /** As a recorded run has them. */
  writes: readonly string[];
  reset: boolean;
  /** Brings a fresh person to where the scenario begins. */
  prepare(world: Replicas, person: Person): Promise<void>;
}

const PASSWORD = ['PUT /users/{id}/password', 'PUT /users/{id}/password (2)'];

export const SCENARIOS: readonly Scenario[] = [
  {
    scenario: 'first credentials',
    writes: [
      'POST /projects',
      'POST /projects/{project}/immutabletagrules',
      'POST /projects/{project}/webhook/policies',
      'POST /users',
      'POST /projects/{project}/members',
    ],
    reset: false,
    prepare: () => Promise.resolve(),
  },
  { scenario: 'a reset', writes: PASSWORD, reset: true, prepare: getFirst },
  {
    scenario: 'a reset after rule and role were changed in Harbor',
    writes: [
      'PUT /projects/{project}/immutabletagrules/{id}',
      'PUT /projects/{project}/members/{id}',
      ...PASSWORD,
    ],
    reset: true,
    prepare: async (world, person) => {
      await getFirst(world, person);
      const [rule] = await list<{ id: number }>(world, `/projects/${person.project}/immutabletagrules`);
      const members = await list<{ id: number; entity_name: string }>(
        world,
        `/projects/${person.project}/members`,
      );
      const member = members.find(({ entity_name: name }) => name === person.username);
      const ruleUrl = `/projects/${person.project}/immutabletagrules/${rule?.id}`;
      await admin(world, 'PUT', ruleUrl, { ...rule, disabled: true });
      await admin(world, 'PUT', `/projects/${person.project}/members/${member?.id}`, { role_id: 2 });
    },
  },
  {
    scenario: 'a reset after the user was deleted in Harbor',
    writes: ['POST /users', 'POST /projects/{project}/members'],
    reset: true,
    prepare: async (world, person) => {
      await getFirst(world, person);
      const [user] = await list<{ user_id: number }>(world, `/users?q=username%3D${person.username}`);
      await admin(world, 'DELETE', `/users/${user?.user_id}`);
    },
  },
];

export const MATRIX: readonly { scenario: Scenario; fault: FaultCase }[] = SCENARIOS.flatMap((scenario) =>
  faultCases(scenario.writes).map((fault) => ({ scenario, fault })),
);

const CALLS_UNTIL_DONE = 4;

/** People for all cases of one run, and what all of them must leave behind. */
export class ProvisioningMatrix {
  private taken = 0;

  constructor(private readonly world: Replicas) {}

  /** The writes of an undisturbed run. */
  async record(scenario: Scenario): Promise<string[]> {
    const person = await this.nextPerson();
    await scenario.prepare(this.world, person);
    const { harbor } = this.world.around;
    const before = harbor.calls.length;
    await person.clients[0]?.post('/account/credentials', scenario.reset ? { reset: true } : {});
    return writesOf(harbor.calls.slice(before));
  }

  /** One request at each replica at once while the fault strikes; then the person calls again until he is served. */
  async survive(scenario: Scenario, { strike }: FaultCase): Promise<void> {
    const { world } = this;
    const person = await this.nextPerson();
    await scenario.prepare(world, person);
    const stranger = await snapshotOfStranger(world);
    const rowsBefore = (await credentialRows(person)).length;
    const body = scenario.reset ? { reset: true } : {};

    const answers = await whileStruck(world, strike, () =>
      Promise.all(person.clients.map((client) => client.post('/account/credentials', body))),
    );
    for (const answer of answers) expectHonest(answer);
    if (person.clients.length === 1) {
      expect(answers[0]?.status).toBeGreaterThanOrEqual(502);
      await expectOldPasswordOrUnknown(world, person);
    }
    const [client] = person.clients;
    if (client === undefined) throw new Error('no replica');
    while (!answers.some(isShown)) {
      expect(answers.length).toBeLessThan(person.clients.length + CALLS_UNTIL_DONE);
      answers.push(await client.post('/account/credentials', body));
    }
    await this.expectInvariants(person, answers, rowsBefore);
    expect(await snapshotOfStranger(world)).toEqual(stranger);
  }

  async nextPerson(): Promise<Person> {
    const found = this.world.around.people[this.taken];
    if (found === undefined) throw new Error('more cases than people');
    this.taken += 1;
    const { username } = found;
    return { username, password: '', clients: await this.world.login(username), project: `user-${username}` };
  }

  private async expectInvariants(
    person: Person,
    answers: readonly Answer[],
    rowsBefore: number,
  ): Promise<void> {
    const { world } = this;
    const shown = answers.filter(isShown).sort((a, b) => issuedAtOf(a) - issuedAtOf(b));
    const works = await Promise.all(shown.map(({ body }) => canLogin(world, loginOf(body))));
    expect(works).toEqual(shown.map((_, index) => index === shown.length - 1));

    const newest = loginOf(shown.at(-1)?.body ?? {});
    const users = await list<{ username: string }>(world, `/users?q=username%3D${person.username}`);
    expect(users).toHaveLength(1);
    const projects = await list<{ name: string }>(world, `/projects?q=name%3D${person.project}`);
    expect(projects).toHaveLength(1);
    const members = await list<{ entity_name: string; role_id: number }>(
      world,
      `/projects/${person.project}/members`,
    );
    expect(members.map(({ entity_name: name, role_id: role }) => [name, role]).sort()).toEqual([
      ['admin', 1],
      [person.username, 1],
    ]);
    const rules = await list<{ disabled?: boolean }>(world, `/projects/${person.project}/immutabletagrules`);
    expect(rules.map(({ disabled }) => disabled ?? false)).toEqual([false]);
    const webhooks = await list<{ name: string; enabled: boolean }>(
      world,
      `/projects/${person.project}/webhook/policies`,
    );
    expect(webhooks).toMatchObject([{ name: 'berth', enabled: true }]);

    const account = await untilHarborIsReached(person);
    expect(account?.body).toMatchObject({ state: 'ready', problems: [], credentials: { state: 'issued' } });
    const rows = (await credentialRows(person)).slice(0, answers.length);
    expect(rows).toHaveLength((await credentialRows(person)).length - rowsBefore);
    expect(rows.filter(({ outcome }) => outcome === 'ok')).toHaveLength(shown.length);
    expect(world.logText()).not.toContain(newest.password);
    expect(JSON.stringify(account?.body)).not.toContain(newest.password);
  }
}

/** Asks Harbor but briefly, which a slow machine may miss. */
async function untilHarborIsReached({ clients: [client] }: Person): Promise<Answer | undefined> {
  let account = await client?.get('/account');
  while (JSON.stringify(account?.body).includes('registry-unreachable'))
    account = await client?.get('/account');
  return account;
}

/** Nothing of it is anybody's of Berth. */
export async function makeStranger(world: Replicas): Promise<void> {
  const user = {
    username: 'stranger',
    email: 's@example.com',
    realname: 's',
    comment: '',
    password: 'Stranger12345',
  };
  await admin(world, 'POST', '/users', user);
  await admin(world, 'POST', '/projects', { project_name: 'strangers', metadata: { public: 'false' } });
}

async function snapshotOfStranger(world: Replicas): Promise<unknown> {
  return Promise.all([
    canLogin(world, { username: 'stranger', password: 'Stranger12345' }),
    list(world, '/projects?q=name%3Dstrangers'),
    list(world, '/projects/strangers/members'),
    list(world, '/projects/strangers/immutabletagrules'),
  ]);
}

async function getFirst(_world: Replicas, person: Person): Promise<void> {
  const answer = await person.clients[0]?.post('/account/credentials', {});
  if (answer?.status !== 201) throw new Error(`no first credentials: ${JSON.stringify(answer?.body)}`);
  person.password = String(answer.body.password);
}

/** What failed shows no password. */
function expectHonest(answer: Answer): void {
  expect([200, 201, 409, 502, 503, 504]).toContain(answer.status);
  expect('password' in answer.body).toBe(answer.status < 300);
  if (answer.status === 409) {
    expect(['account.busy', 'account.credentials-exist']).toContain(answer.body.code);
  }
}

/** Whoever is told that his credentials are issued can use those he was shown. */
async function expectOldPasswordOrUnknown(world: Replicas, person: Person): Promise<void> {
  const account = (await person.clients[0]?.get('/account'))?.body as { credentials: { state: string } };
  if (account.credentials.state !== 'issued') return;
  expect(await canLogin(world, person)).toBe(true);
}

async function credentialRows(person: Person): Promise<{ action: string; outcome: string }[]> {
  const answer = await person.clients[0]?.get('/account/activity?limit=100');
  const items = answer?.body.items as { action: string; outcome: string }[];
  return items.filter(({ action }) => action.startsWith('account.'));
}

const isShown = ({ status }: Answer): boolean => status === 200 || status === 201;
const issuedAtOf = ({ body }: Answer): number => Date.parse(String(body.issuedAt));
const loginOf = (body: Record<string, unknown>): Login => ({
  username: String(body.username),
  password: String(body.password),
});

async function canLogin(world: Replicas, login: Login): Promise<boolean> {
  return (await call(world, login, 'GET', '/users/current')).status === 200;
}

async function list<T>(world: Replicas, path: string): Promise<T[]> {
  return (await admin(world, 'GET', path)) as T[];
}

async function admin(world: Replicas, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await call(world, world.around.harborAdmin, method, path, body);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

async function call(
  world: Replicas,
  login: Login,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  return fetch(`${world.around.harbor.url}/api/v2.0${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
