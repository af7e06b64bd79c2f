import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import { faultCases, writesOf, type FaultCase } from './fault-matrix';
import { holdTasks } from './hold-tasks';
import type { Answer, Client } from './journey';
import type { Replicas } from './replicas';
import { whileStruck } from './struck';

interface Begun {
  jobId: string;
  /** The secret that the scenario is about; null when it makes one. */
  id: string | null;
}

interface Scenario {
  scenario: string;
  /** As a recorded run has them. */
  writes: readonly string[];
  begins: 'without' | 'with';
  ends: 'alive' | 'gone';
  act(client: Client, begun: Begun): Promise<Answer>;
}

interface HarborRobot {
  id: number;
  name: string;
}

const MAKE = 'POST /robots';
const DELETE = 'DELETE /robots/{id}';
const PERSON = 'p001';
const PROJECT = `user-${PERSON}`;
const CALLS_UNTIL_DONE = 4;

/** All cases of one run share a Berth; each has a job of its own. */
export class PullSecretMatrix {
  private jobs = 0;
  /** The login of each secret that must work in the end. */
  private readonly alive = new Set<string>();

  private constructor(
    private readonly world: Replicas,
    private readonly schedulers: readonly Client[],
    private readonly stranger: HarborRobot,
    private readonly link: string,
    private readonly letJanitorGo: () => Promise<void>,
  ) {}

  static async start(world: Replicas): Promise<PullSecretMatrix> {
    const [[person], [app]] = [await world.login(PERSON), world.apps];
    if (person === undefined || app === undefined) throw new Error('no replica');
    const { body } = await person.post('/account/credentials', {});
    await pushTinyImage({
      registryUrl: world.around.harbor.url,
      link: { project: PROJECT, repository: 'demo', tag: 'v1' },
      username: String(body.username),
      password: String(body.password),
      content: 'v1',
    });
    const permissions = [
      { kind: 'project', namespace: PROJECT, access: [{ resource: 'repository', action: 'pull' }] },
    ];
    const wanted = { name: 'berth-job-of-somebody-else', level: 'system', duration: -1, permissions };
    const stranger = (await admin(world, 'POST', '/robots', wanted)) as HarborRobot;
    const link = `${world.around.harbor.address}/${PROJECT}/demo:v1`;
    const letJanitorGo = await holdTasks(app.get(DataSource), 'pull-secrets');
    return new PullSecretMatrix(world, await world.schedulers(), stranger, link, letJanitorGo);
  }

  static readonly scenarios: readonly Scenario[] = [
    {
      scenario: 'issuing a pull secret',
      writes: [MAKE],
      begins: 'without',
      ends: 'alive',
      act: async (client, { jobId }) => client.post('/pull-secrets', questionOf(jobId)),
    },
    {
      scenario: 'ending a pull secret',
      writes: [DELETE],
      begins: 'with',
      ends: 'gone',
      act: async (client, { id }) => client.delete(`/pull-secrets/${id}`),
    },
  ];

  static readonly cases: readonly { scenario: Scenario; fault: FaultCase }[] = this.scenarios.flatMap(
    (scenario) => faultCases(scenario.writes).map((fault) => ({ scenario, fault })),
  );

  /** The writes of an undisturbed run. */
  async record(scenario: Scenario): Promise<string[]> {
    const begun = await this.begin(scenario);
    const { harbor } = this.world.around;
    const before = harbor.calls.length;
    this.remember(await scenario.act(this.scheduler, begun), scenario);
    return writesOf(harbor.calls.slice(before));
  }

  /** One call at each replica at once while the fault strikes; then the scheduler calls again until it is done. */
  async survive(scenario: Scenario, { strike }: FaultCase): Promise<void> {
    const begun = await this.begin(scenario);
    const answers = await whileStruck(this.world, strike, () =>
      Promise.all(this.schedulers.map(async (client) => scenario.act(client, begun))),
    );
    for (const answer of answers) expectHonest(answer);
    if (this.schedulers.length === 1) expect(isDone(answers[0])).toBe(false);
    while (!answers.some(isDone)) {
      expect(answers.length).toBeLessThan(this.schedulers.length + CALLS_UNTIL_DONE);
      answers.push(await scenario.act(this.scheduler, begun));
      expectHonest(answers.at(-1));
    }
    const shown = answers.filter(({ status }) => status === 201);
    for (const { body } of shown) expect(body).toEqual(shown[0]?.body);
    const [first] = shown;
    if (first !== undefined) this.remember(first, scenario);
    for (const { body } of shown) expect(this.world.logText()).not.toContain(passwordOf(body));
  }

  /** When what was left behind is cleaned up: these robots, and no other of ours. */
  async comeToRest(): Promise<void> {
    await this.letJanitorGo();
    const expected = [...this.alive, this.stranger.name].sort();
    for (;;) {
      const robots = (await admin(this.world, 'GET', '/robots?page_size=100')) as HarborRobot[];
      const names = robots.map(({ name }) => name).filter((name) => name.includes('berth-job-'));
      expect(names).toEqual(expect.arrayContaining(expected));
      if (names.length === expected.length) return;
      await sleep(50);
    }
  }

  private get scheduler(): Client {
    const [client] = this.schedulers;
    if (client === undefined) throw new Error('no replica');
    return client;
  }

  private async begin({ begins }: Scenario): Promise<Begun> {
    const jobId = `${(this.jobs += 1)}@${this.link}`;
    if (begins === 'without') return { jobId, id: null };
    const { status, body } = await this.scheduler.post('/pull-secrets', questionOf(jobId));
    if (status !== 201) throw new Error(`no pull secret to begin with: ${JSON.stringify(body)}`);
    return { jobId, id: String(body.id) };
  }

  private remember({ body }: Answer, { ends }: Scenario): void {
    if (ends === 'alive') this.alive.add(loginOf(body).username);
  }
}

/** A job's id tells its link, so that a scenario needs to know nothing else. */
function questionOf(jobId: string): object {
  return { for: PERSON, jobId, links: [jobId.slice(jobId.indexOf('@') + 1)], ttlSeconds: 3600 };
}

/** What failed shows no secret. */
function expectHonest(answer: Answer | undefined): void {
  expect([201, 204, 409, 502, 503, 504]).toContain(answer?.status);
  expect('dockerConfigJson' in (answer?.body ?? {})).toBe(answer?.status === 201);
  if (answer?.status === 409) expect(answer.body.code).toBe('pull-secret.busy');
}

const isDone = (answer: Answer | undefined): boolean => answer?.status === 201 || answer?.status === 204;

function loginOf(body: Record<string, unknown>): { username: string; password: string } {
  const { auths } = JSON.parse(String(body.dockerConfigJson)) as {
    auths: Record<string, { username: string; password: string }>;
  };
  const [login] = Object.values(auths);
  if (login === undefined) throw new Error('a pull secret without a login');
  return login;
}

const passwordOf = (body: Record<string, unknown>): string => loginOf(body).password;

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
