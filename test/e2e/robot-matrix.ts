import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { faultCases, writesOf, type FaultCase } from './fault-matrix';
import { holdTasks } from './hold-tasks';
import type { Answer, Client } from './journey';
import type { Replicas } from './replicas';
import { whileStruck } from './struck';

interface HarborRobot {
  id: number;
  name: string;
}

interface Begun {
  name: string;
  /** The robot that the scenario is about; null when it makes one. */
  id: string | null;
  secret: string | null;
}

interface Scenario {
  scenario: string;
  /** As a recorded run has them. */
  writes: readonly string[];
  /** Those whose failing the caller is not told of: what is left is done without him. */
  quiet: readonly string[];
  action: string;
  begins: 'without' | 'with';
  ends: 'alive' | 'gone';
  act(client: Client, path: string, begun: Begun): Promise<Answer>;
}

const MAKE = 'POST /robots';
const DELETE = 'DELETE /robots/{id}';
const PERSON = 'p001';
const PROJECT = `user-${PERSON}`;
const ROBOTS = `/projects/${PROJECT}/robots`;

export const SCENARIOS: readonly Scenario[] = [
  {
    scenario: 'making a robot',
    writes: [MAKE],
    quiet: [],
    action: 'project.robot-created',
    begins: 'without',
    ends: 'alive',
    act: async (client, path, { name }) => client.post(path, { name, access: 'push' }),
  },
  {
    scenario: 'rotating a robot',
    writes: [MAKE, DELETE],
    quiet: [DELETE],
    action: 'project.robot-rotated',
    begins: 'with',
    ends: 'alive',
    act: async (client, path, { id }) => client.post(`${path}/${id}/rotate`, { overlapSeconds: 0 }),
  },
  {
    scenario: 'deleting a robot',
    writes: [DELETE],
    quiet: [],
    action: 'project.robot-deleted',
    begins: 'with',
    ends: 'gone',
    act: async (client, path, { id }) => client.delete(`${path}/${id}`),
  },
];

export const MATRIX: readonly { scenario: Scenario; fault: FaultCase }[] = SCENARIOS.flatMap((scenario) =>
  faultCases(scenario.writes).map((fault) => ({ scenario, fault })),
);

const CALLS_UNTIL_DONE = 4;
const TOLD_TO_THE_SECOND = ['robot.exists', 'robot.ending', 'project.busy'];

/** A project for all cases of one run, a robot of each case's own, and what all of them must leave behind. */
export class RobotMatrix {
  private names = 0;

  private constructor(
    private readonly world: Replicas,
    private readonly clients: readonly Client[],
    private readonly projectId: number,
    private readonly stranger: HarborRobot,
  ) {}

  static async start(world: Replicas): Promise<RobotMatrix> {
    const clients = await world.login(PERSON);
    await clients[0]?.post('/account/credentials', {});
    const project = (await admin(world, 'GET', `/projects/${PROJECT}`)) as { project_id: number };
    const stranger = (await admin(world, 'POST', '/robots', {
      name: 'strangers',
      level: 'project',
      duration: -1,
      permissions: [
        { kind: 'project', namespace: PROJECT, access: [{ resource: 'repository', action: 'pull' }] },
      ],
    })) as HarborRobot;
    return new RobotMatrix(world, clients, project.project_id, stranger);
  }

  /** The writes of an undisturbed run. */
  async record(scenario: Scenario): Promise<string[]> {
    const begun = await this.begin(scenario);
    const { harbor } = this.world.around;
    const before = harbor.calls.length;
    await scenario.act(this.client, ROBOTS, begun);
    return writesOf(harbor.calls.slice(before));
  }

  /** One call at each replica at once while the fault strikes; then the caller calls again until it is done. */
  async survive(scenario: Scenario, { write, strike }: FaultCase): Promise<void> {
    const { clients } = this;
    const begun = await this.begin(scenario);
    // The sweep would be struck instead, or do what the caller calls again for.
    const letSweepGo = await this.holdSweep();
    const answers = await whileStruck(this.world, strike, () =>
      Promise.all(clients.map(async (client) => scenario.act(client, ROBOTS, begun))),
    );
    for (const answer of answers) expectHonest(answer);
    if (clients.length === 1) expect(isDone(answers[0])).toBe(scenario.quiet.includes(write));
    while (!answers.some(isDone)) {
      expect(answers.length).toBeLessThan(clients.length + CALLS_UNTIL_DONE);
      answers.push(await scenario.act(this.client, ROBOTS, begun));
      expectHonest(answers.at(-1));
    }
    await letSweepGo();
    await this.expectInvariants(scenario, begun, answers);
  }

  private async holdSweep(): Promise<() => Promise<void>> {
    const [app] = this.world.apps;
    if (app === undefined) throw new Error('no replica');
    return holdTasks(app.get(DataSource), 'robots');
  }

  private get client(): Client {
    const [client] = this.clients;
    if (client === undefined) throw new Error('no replica');
    return client;
  }

  private async begin({ begins }: Scenario): Promise<Begun> {
    const name = `ci${String((this.names += 1)).padStart(3, '0')}`;
    if (begins === 'without') return { name, id: null, secret: null };
    const { status, body } = await this.client.post(ROBOTS, { name, access: 'push' });
    if (status !== 201) throw new Error(`no robot to begin with: ${JSON.stringify(body)}`);
    return { name, id: String(body.id), secret: String(body.secret) };
  }

  private async expectInvariants(
    { action, ends }: Scenario,
    { name, secret }: Begun,
    answers: readonly Answer[],
  ): Promise<void> {
    const { world } = this;
    const shown = answers.filter(({ status }) => status === 201);
    await until(async () => (await this.inHarbor(name)).length === (ends === 'alive' ? 1 : 0));
    await until(async () => (await this.listed(name)).length === (ends === 'alive' ? 1 : 0));
    if (ends === 'alive') {
      expect(shown).toHaveLength(1);
      const [made] = shown;
      expect(await this.listed(name)).toMatchObject([{ id: made?.body.id, state: 'active' }]);
      expect((await this.inHarbor(name))[0]?.name).toBe(made?.body.username);
      expect(await canLogIn(world, made)).toBe(true);
    }
    const robots = (await this.robotsInHarbor()).filter(({ id }) => id === this.stranger.id);
    expect(robots).toHaveLength(1);

    const rows = (await this.client.get('/account/activity?limit=200')).body.items as {
      action: string;
      outcome: string;
      target: string;
    }[];
    const own = rows.filter((row) => row.action === action && row.target.includes(` ${name}`));
    expect(own.filter(({ outcome }) => outcome === 'ok')).toHaveLength(1);
    for (const { body } of shown) expect(world.logText()).not.toContain(String(body.secret));
    if (secret !== null) expect(world.logText()).not.toContain(secret);
  }

  private async listed(name: string): Promise<Record<string, unknown>[]> {
    const { status, body } = await this.client.get(`${ROBOTS}?limit=200`);
    if (status !== 200) throw new Error(`robots cannot be listed: ${JSON.stringify(body)}`);
    return (body.items as Record<string, unknown>[]).filter((robot) => robot.name === name);
  }

  /** With the suffix that a rotated one has. */
  private async inHarbor(name: string): Promise<HarborRobot[]> {
    return (await this.robotsInHarbor()).filter((robot) => robot.name.includes(`+${name}`));
  }

  private async robotsInHarbor(): Promise<HarborRobot[]> {
    const path = `/robots?q=Level%3Dproject%2CProjectID%3D${this.projectId}&page_size=100`;
    return (await admin(this.world, 'GET', path)) as HarborRobot[];
  }
}

/** What failed shows no secret. */
function expectHonest(answer: Answer | undefined): void {
  expect([201, 204, 409, 502, 503, 504]).toContain(answer?.status);
  expect('secret' in (answer?.body ?? {})).toBe(answer?.status === 201);
  if (answer?.status === 409) expect(TOLD_TO_THE_SECOND).toContain(answer.body.code);
}

const isDone = (answer: Answer | undefined): boolean => answer?.status === 201 || answer?.status === 204;

/** Harbor's registry says 404 to whom it knows, of an image that is not there. */
async function canLogIn({ around }: Replicas, answer: Answer | undefined): Promise<boolean> {
  const login = `${String(answer?.body.username)}:${String(answer?.body.secret)}`;
  const response = await fetch(`${around.harbor.url}/v2/${PROJECT}/nothing/manifests/v1`, {
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
  });
  return response.status === 404;
}

async function admin({ around }: Replicas, method: string, path: string, body?: unknown): Promise<unknown> {
  const { username, password } = around.harborAdmin;
  const response = await fetch(`${around.harbor.url}/api/v2.0${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** What the background work does is done when it is seen. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(50);
}
