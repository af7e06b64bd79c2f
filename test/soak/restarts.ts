import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { pushTinyImage } from '../../sandbox/registry-client';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { loadConfig } from '../../src/config/load-config';
import { createDataSource, dataSourceOptions } from '../../src/database/data-source';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import { BerthProcess, freePort } from '../chaos/berth-process';
import { seededRandom } from '../chaos/seeded-random';
import { ServerProcess } from '../servers/server-process';
import { TcpProxy } from '../servers/tcp-proxy';

const PEOPLE = 4;
const LONGEST_OUTAGE_MS = 6_000;
const HOURS_2 = 7_200_000;
const PATIENCE_MS = 180_000;
const ANSWER_MS = 5_000;

type Fate = 'steady' | 'moved' | 'deleted';

/** One tag, what became of it, and the digests that it had. */
interface WatchedTag {
  project: string;
  repository: string;
  tag: string;
  fate: Fate;
  digests: string[];
}

export interface RestartsReport {
  outages: Record<string, number>;
  tags: Record<Fate, number>;
  wrong: string[];
}

interface Options {
  rounds: number;
  seed: number;
  /** The built `src/main.js`. */
  main: string;
  say: (line: string) => void;
}

/**
 * Two replicas on one MariaDB and one Redis, the clock of one two hours wrong, while people push, move and delete
 * tags: MariaDB and Redis are cut off, killed (SIGKILL) and restarted (SIGTERM), Redis coming back empty or not, Harbor
 * hangs and goes away, replicas are killed.
 * In the end each move is flagged once, none is invented, and every record says what Harbor says.
 */
export async function runRestarts({ rounds, seed, main, say }: Options): Promise<RestartsReport> {
  const random = seededRandom(seed);
  const database = await ServerProcess.mariadb();
  const redis = await ServerProcess.redis();
  const around = await startSurroundings(
    manyPeople(PEOPLE).map((person) => ({ ...person, admin: person.username === 'p001' })),
  );
  const databaseProxy = await proxyOf(database.url);
  const redisProxy = await proxyOf(redis.url);
  const replicas = await Promise.all(
    [0, HOURS_2].map(async (jumpMs) => {
      const port = await freePort();
      const env = {
        ...around.env(throughProxy(database.url, databaseProxy), port),
        REDIS_URL: throughProxy(redis.url, redisProxy),
        HARBOR_DEADLINE_MS: '1000',
        SWEEP_CALLS_PER_SECOND: '1000',
        DRIFT_REPAIR: 'none',
        NODE_OPTIONS: `--require ${join(__dirname, 'clock-jump.js')}`,
        CLOCK_JUMP_MS: String(jumpMs),
      };
      return { env, berth: new BerthProcess(main, env, `http://127.0.0.1:${port}`) };
    }),
  );
  const [first, second] = replicas;
  if (first === undefined || second === undefined) throw new Error('there are two');
  const dataSource = createDataSource(dataSourceOptions(loadConfig(around.env(database.url, 3000)).database));
  const report: RestartsReport = { outages: {}, tags: { steady: 0, moved: 0, deleted: 0 }, wrong: [] };
  const count = (name: string): void => void (report.outages[name] = (report.outages[name] ?? 0) + 1);
  try {
    await first.berth.start();
    await second.berth.start();
    await dataSource.initialize();
    const people = new People(around, first.berth.url);
    await people.start();
    for (let round = 0; round < rounds; round += 1) {
      const tags = await people.push(round);
      await untilRecorded(dataSource, tags);
      const outages: [string, () => Promise<void>][] = [
        ['database cut off', async () => cut(databaseProxy, random)],
        ['database killed', async () => restart(database, 'SIGKILL', random)],
        ['database restarted', async () => restart(database, 'SIGTERM', random)],
        ['redis cut off', async () => cut(redisProxy, random)],
        ['redis killed', async () => restart(redis, 'SIGKILL', random)],
        ['redis restarted empty', async () => restart(redis, 'SIGTERM', random, () => redis.forget())],
        ['harbor hangs', async () => hang(around, random)],
        [
          'replica killed',
          async () => {
            await second.berth.kill();
            // The clock of its next life is wrong the other way.
            second.env.CLOCK_JUMP_MS = String(-Number(second.env.CLOCK_JUMP_MS));
            await second.berth.start();
          },
        ],
      ];
      const [name, outage] = outages[Math.floor(random() * outages.length)] ?? ['none', async () => sleep(0)];
      count(name);
      await Promise.all([outage(), people.change(tags, random)]);
      await people.sweep();
      say(`round ${round + 1}: ${name}`);
    }
    report.wrong = await compare(dataSource, people.tags);
    for (const { fate } of people.tags) report.tags[fate] += 1;
    return report;
  } finally {
    await Promise.all(replicas.map(async ({ berth }) => berth.kill()));
    if (dataSource.isInitialized) await dataSource.destroy();
    await databaseProxy.down();
    await redisProxy.down();
    await around.stop();
    await redis.stop();
    await database.stop();
  }
}

/** They push and change tags in Harbor, past Berth; and one of them is Berth's admin. */
class People {
  readonly tags: WatchedTag[] = [];
  private token = '';

  constructor(
    private readonly around: Surroundings,
    private readonly berthUrl: string,
  ) {}

  async start(): Promise<void> {
    for (const { username, password } of this.around.people) {
      const { accessToken } = await this.ask('POST', '/auth/login', '', { username, password });
      await this.ask('POST', '/account/credentials', String(accessToken), {});
      const rules = `/projects/user-${username}/immutabletagrules`;
      for (const { id } of (await this.inHarbor('GET', rules)) as { id: number }[]) {
        await this.inHarbor('DELETE', `${rules}/${id}`);
      }
    }
  }

  async push(round: number): Promise<WatchedTag[]> {
    const pushed: WatchedTag[] = [];
    for (const { username } of this.around.people) {
      for (const fate of ['steady', 'moved', 'deleted'] as const) {
        const name = { project: `user-${username}`, repository: 'app', tag: `${fate}-${round}` };
        pushed.push({ ...name, fate, digests: [await this.pushOnce(name, `${fate} ${round} first`)] });
      }
    }
    this.tags.push(...pushed);
    return pushed;
  }

  async change(tags: readonly WatchedTag[], random: () => number): Promise<void> {
    for (const watched of tags) {
      await sleep(random() * 500);
      await insistently(async () => {
        if (watched.fate === 'moved') {
          const content = `${watched.tag} of ${watched.project}, moved`;
          watched.digests[1] = await this.pushOnce(watched, content);
        } else if (watched.fate === 'deleted') {
          const { project, repository, tag } = watched;
          const artifact = `/projects/${project}/repositories/${repository}/artifacts/${tag}`;
          await this.inHarbor('DELETE', `${artifact}/tags/${tag}`);
        }
      }, ANSWER_MS);
    }
  }

  /** Everything, as often as it takes until a sweep was not stopped. */
  async sweep(): Promise<void> {
    await insistently(async () => {
      const [admin] = this.around.people;
      const { username, password } = admin ?? { username: '', password: '' };
      const { accessToken } = await this.ask('POST', '/auth/login', '', { username, password });
      this.token = String(accessToken);
      await this.ask('POST', '/admin/sweeps', this.token, { force: true });
      for (;;) {
        const { running, due, stopped } = await this.ask('GET', '/admin/sweeps', this.token);
        if (stopped !== 0) throw new Error('a sweep was stopped');
        if (running === 0 && due === 0) return;
        await sleep(50);
      }
    });
  }

  private async pushOnce(
    { project, repository, tag }: Pick<WatchedTag, 'project' | 'repository' | 'tag'>,
    content: string,
  ): Promise<string> {
    const { harbor, harborAdmin } = this.around;
    return pushTinyImage({
      registryUrl: harbor.url,
      link: { project, repository, tag },
      ...harborAdmin,
      content: `${project} ${content}`,
    });
  }

  private async ask(
    method: string,
    path: string,
    token: string,
    body?: unknown,
  ): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${this.berthUrl}/api/v1${path}`, { method, headers, ...sent });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return (await response.json()) as Record<string, unknown>;
  }

  private async inHarbor(method: string, path: string): Promise<unknown> {
    const { harbor, harborAdmin } = this.around;
    const authorization = `Basic ${Buffer.from(`${harborAdmin.username}:${harborAdmin.password}`).toString('base64')}`;
    const response = await fetch(`${harbor.url}/api/v2.0${path}`, {
      method,
      headers: { authorization },
      signal: AbortSignal.timeout(2_000),
    });
    if (!response.ok && response.status !== 404) throw new Error(`${method} ${path}: ${response.status}`);
    const text = await response.text();
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}

/** A moved tag is one only to whom saw it before. */
async function untilRecorded(dataSource: DataSource, tags: readonly WatchedTag[]): Promise<void> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  for (const { project, repository, tag } of tags) {
    const isRecorded = async (): Promise<boolean> =>
      dataSource.manager.existsBy(TagRecord, { project, repository, tag });
    // The connection is one from before the database was killed.
    while (!(await isRecorded().catch(() => false))) {
      if (performance.now() > endsAtMs) throw new Error(`${project}/${repository}:${tag} is never recorded`);
      await sleep(50);
    }
  }
}

async function compare(dataSource: DataSource, tags: readonly WatchedTag[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { project, repository, tag, fate, digests } of tags) {
    const record = await dataSource.manager.findOneBy(TagRecord, { project, repository, tag });
    const violations = await dataSource.manager.findBy(Violation, { project, repository, tag });
    const expected = { steady: 'as-recorded', moved: 'moved', deleted: 'gone' }[fate];
    const name = `${project}/${repository}:${tag}`;
    if (record?.state !== expected) wrong.push(`${name} is ${record?.state}, not ${expected}`);
    if (record?.recordedDigest !== digests[0]) wrong.push(`${name} is recorded otherwise`);
    if (violations.length !== (fate === 'moved' ? 1 : 0)) {
      wrong.push(`${name} has ${violations.length} violations`);
    }
    if (fate === 'moved' && violations[0]?.toDigest !== digests[1]) wrong.push(`${name} moved elsewhere`);
  }
  const all = await dataSource.manager.count(Violation);
  const moved = tags.filter(({ fate }) => fate === 'moved').length;
  if (all !== moved) wrong.push(`${all} violations, and ${moved} moves`);
  return wrong;
}

async function cut(proxy: TcpProxy, random: () => number): Promise<void> {
  if (random() < 0.5) proxy.stall();
  else await proxy.down();
  await sleep(random() * LONGEST_OUTAGE_MS);
  await proxy.down();
  await proxy.up();
}

async function restart(
  server: ServerProcess,
  signal: 'SIGTERM' | 'SIGKILL',
  random: () => number,
  meanwhile: () => void = () => undefined,
): Promise<void> {
  await server.end(signal);
  await sleep((random() * LONGEST_OUTAGE_MS) / 2);
  meanwhile();
  await server.start();
}

async function hang({ harbor }: Surroundings, random: () => number): Promise<void> {
  if (random() < 0.5) harbor.faults.add({ kind: 'hang' });
  else await harbor.faults.down();
  await sleep(random() * LONGEST_OUTAGE_MS);
  harbor.faults.clear();
  await harbor.faults.up();
}

/** What is cut off is done again: it comes to the same. */
async function insistently(work: () => Promise<void>, withinMs = PATIENCE_MS): Promise<void> {
  const endsAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      const timer = new AbortController();
      const tooLate = sleep(withinMs, undefined, { signal: timer.signal }).then(() => {
        throw new Error('no answer');
      });
      tooLate.catch(() => undefined);
      await Promise.race([work(), tooLate]).finally(() => timer.abort());
      return;
    } catch (error) {
      if (performance.now() > endsAtMs) throw error;
      await sleep(250);
    }
  }
}

async function proxyOf(url: string): Promise<TcpProxy> {
  const { hostname: host, port } = new URL(url);
  return TcpProxy.start({ host, port: Number(port) });
}

function throughProxy(url: string, proxy: TcpProxy): string {
  const through = new URL(url);
  through.host = `127.0.0.1:${proxy.port}`;
  return through.toString();
}
