import { DataSource } from 'typeorm';
import { faultCases, writesOf, type FaultCase } from './fault-matrix';
import { holdTasks } from './hold-tasks';
import type { Answer, Client } from './journey';
import type { Replicas } from './replicas';
import { whileStruck } from './struck';

/** What an admin of Berth does to one person, who is another in each case. */
export interface Scenario {
  scenario: string;
  /** As a recorded run has them. */
  writes: readonly string[];
  /** The caller is told of success also while something is left, which the same call or the background work does. */
  goesOnQuietly: boolean;
  /** The codes that the slower of two callers may be told. */
  toldToTheSecond: readonly string[];
  /** Exactly one row of each, with outcome `ok`, about this person; `action`, or `action word` of its target. */
  audited: readonly string[];
  begin(cast: Cast): Promise<void>;
  act(admin: Client, username: string): Promise<Answer>;
  isDone(cast: Cast): Promise<boolean>;
  expectEnd(cast: Cast): Promise<void>;
}

/** One person's case. */
export interface Cast {
  world: ActionWorld;
  username: string;
  password: string;
  project: string;
}

export function actionMatrix(
  scenarios: readonly Scenario[],
): readonly { scenario: Scenario; fault: FaultCase }[] {
  return scenarios.flatMap((scenario) => faultCases(scenario.writes).map((fault) => ({ scenario, fault })));
}

export const TEAM = 'team';
const ADMIN = 'p001';
const CALLS_UNTIL_DONE = 4;
const NOT_DONE = [202, 502, 503, 504];

/** An admin at each replica, a shared project, somebody who is nobody's of Berth, and people for all cases. */
export class ActionWorld {
  private taken = 1;

  private constructor(
    readonly replicas: Replicas,
    readonly admins: readonly Client[],
  ) {}

  /** @param replicas started `withAdmin` */
  static async start(replicas: Replicas): Promise<ActionWorld> {
    const world = new ActionWorld(replicas, await replicas.login(ADMIN));
    // It would go on with what the admin is still at.
    const [app] = replicas.apps;
    if (app !== undefined) await holdTasks(app.get(DataSource), 'offboarding-finish');
    await world.admin.post('/projects', { name: TEAM });
    await world.inHarbor('POST', '/users', newUser('stranger'));
    await world.inHarbor('POST', '/projects', { project_name: 'strangers', metadata: { public: 'false' } });
    return world;
  }

  get admin(): Client {
    const [admin] = this.admins;
    if (admin === undefined) throw new Error('no replica');
    return admin;
  }

  /** The writes of an undisturbed run. */
  async record(scenario: Scenario): Promise<string[]> {
    const cast = await this.begin(scenario);
    const { calls } = this.replicas.around.harbor;
    const before = calls.length;
    await scenario.act(this.admin, cast.username);
    return writesOf(calls.slice(before));
  }

  /** One call at each replica at once while the fault strikes; then the admin calls again until it is done. */
  async survive(scenario: Scenario, { strike }: FaultCase): Promise<void> {
    const cast = await this.begin(scenario);
    const strangers = await this.strangers();
    const answers = await whileStruck(this.replicas, strike, () =>
      Promise.all(this.admins.map(async (admin) => scenario.act(admin, cast.username))),
    );
    for (const answer of answers) expectHonest(scenario, answer);
    if (this.admins.length === 1 && !scenario.goesOnQuietly) expect(NOT_DONE).toContain(answers[0]?.status);
    for (let calls = 0; !(await scenario.isDone(cast)); calls += 1) {
      expect(calls).toBeLessThan(CALLS_UNTIL_DONE);
      expectHonest(scenario, await scenario.act(this.admin, cast.username));
    }
    expect((await scenario.act(this.admin, cast.username)).status).toBeLessThan(300);
    await scenario.expectEnd(cast);
    for (const row of scenario.audited) expect([row, await this.audited(row, cast)]).toEqual([row, 1]);
    expect(await this.strangers()).toEqual(strangers);
    expect(this.replicas.logText()).not.toContain(cast.password);
  }

  async inHarbor<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { status, body: answer } = await this.callHarbor(
      this.replicas.around.harborAdmin,
      method,
      path,
      body,
    );
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer as T;
  }

  async callHarbor(
    { username, password }: { username: string; password: string },
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const response = await fetch(`${this.replicas.around.harbor.url}/api/v2.0${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  async canLogIn(login: { username: string; password: string }): Promise<boolean> {
    return (await this.callHarbor(login, 'GET', '/users/current')).status === 200;
  }

  /** The roles that the user has in the project: 1 is admin, 2 developer, 3 guest, 4 maintainer. */
  async rolesOf(project: string, username: string): Promise<number[]> {
    const members = await this.inHarbor<{ entity_name: string; role_id: number }[]>(
      'GET',
      `/projects/${project}/members?entityname=${username}`,
    );
    return members.filter(({ entity_name: name }) => name === username).map(({ role_id: role }) => role);
  }

  async usersOf(username: string): Promise<{ user_id: number }[]> {
    return this.inHarbor('GET', `/users?q=username%3D${username}`);
  }

  /** The person's client at the first replica, logged in now. */
  async loginAs(username: string): Promise<Client> {
    const [client] = await this.replicas.login(username);
    if (client === undefined) throw new Error('no replica');
    return client;
  }

  private async begin(scenario: Scenario): Promise<Cast> {
    const found = this.replicas.around.people[this.taken];
    if (found === undefined) throw new Error('more cases than people');
    this.taken += 1;
    const { username, password } = found;
    const cast = { world: this, username, password, project: `user-${username}` };
    await scenario.begin(cast);
    return cast;
  }

  /** How many rows there are, as in `Scenario.audited`. */
  async audited(row: string, { username, project }: Cast): Promise<number> {
    const [action = '', wanted] = row.split(' ');
    const { body } = await this.admin.get(`/admin/audit?action=${action}&outcome=ok&limit=200`);
    return (body.items as { target: string }[])
      .map(({ target }) => target.split(' '))
      .filter((words) => words.includes(username) || words.includes(project))
      .filter((words) => wanted === undefined || words.includes(wanted)).length;
  }

  private async strangers(): Promise<unknown> {
    return Promise.all([
      this.canLogIn({ username: 'stranger', password: newUser('stranger').password }),
      this.inHarbor('GET', '/projects/strangers'),
      this.inHarbor('GET', '/projects/strangers/members'),
      this.inHarbor('GET', '/projects/strangers/immutabletagrules'),
      this.inHarbor('GET', '/projects/strangers/webhook/policies'),
    ]);
  }
}

/** Somebody whom Berth did not make. */
export function newUser(username: string): { username: string; password: string } & Record<string, string> {
  return {
    username,
    email: `${username}@example.com`,
    realname: username,
    comment: '',
    password: 'Old-Passw0rd',
  };
}

/** A project of others: public, without a rule or a quota, with a robot and a webhook. */
export async function makeForeignProject(world: ActionWorld, name: string): Promise<void> {
  await world.inHarbor('POST', '/projects', {
    project_name: name,
    metadata: { public: 'true' },
    storage_limit: -1,
  });
  await addPrograms(world, name);
}

/** A robot and a webhook that Berth did not make. */
export async function addPrograms(world: ActionWorld, project: string): Promise<void> {
  const access = [{ resource: 'repository', action: 'pull' }];
  await world.inHarbor('POST', '/robots', {
    name: 'ci',
    level: 'project',
    duration: 30,
    permissions: [{ kind: 'project', namespace: project, access }],
  });
  await world.inHarbor('POST', `/projects/${project}/webhook/policies`, {
    name: 'theirs',
    enabled: true,
    event_types: ['PUSH_ARTIFACT'],
    targets: [{ type: 'http', address: 'https://chat.example.com', skip_cert_verify: false }],
  });
}

export async function webhookNames(world: ActionWorld, project: string): Promise<string[]> {
  const found = await world.inHarbor<{ name: string }[]>('GET', `/projects/${project}/webhook/policies`);
  return found.map(({ name }) => name).sort();
}

export async function robotNames(world: ActionWorld, project: string): Promise<string[]> {
  const { project_id: id } = await world.inHarbor<{ project_id: number }>('GET', `/projects/${project}`);
  const q = encodeURIComponent(`Level=project,ProjectID=${id}`);
  return (await world.inHarbor<{ name: string }[]>('GET', `/robots?q=${q}`)).map(({ name }) => name);
}

function expectHonest({ toldToTheSecond }: Scenario, { status, body }: Answer): void {
  expect([200, 201, 202, 204, 409, 502, 503, 504]).toContain(status);
  if (status === 409) expect(toldToTheSecond).toContain(body.code);
  expect('password' in body).toBe(false);
}
