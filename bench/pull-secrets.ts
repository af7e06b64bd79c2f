import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { pushTinyImage } from '../sandbox/registry-client';
import { manyPeople, startSurroundings, type Surroundings } from '../sandbox/surroundings';
import { loadConfig } from '../src/config/load-config';
import { createDataSource, dataSourceOptions } from '../src/database/data-source';
import { JobImage } from '../src/jobs/job-image.entity';
import { Job } from '../src/jobs/job.entity';
import { PullSecret } from '../src/pull-secrets/pull-secret.entity';
import { freePort, startChild } from './child';
import type { Section } from './section';
import { serverDatabase } from './server-database';
import { head, milliseconds, row } from './table';

const LIVE = 10_000;
const CALLS = 200;
const ROWS_A_STATEMENT = 500;
const PERSON = 'p001';
const PROJECT = `user-${PERSON}`;
const HOUR_MS = 3_600_000;

/** What pull secrets and leases cost, with none beside and with very many that live; Berth on MariaDB. */
export const pullSecretsSection: Section = {
  name: 'pull-secrets',
  title: 'Pull secrets and leases beside many that live',
  run: async ({ size = LIVE }) => {
    const database = await serverDatabase();
    const around = await startSurroundings(
      manyPeople(2).map((person, index) => ({ ...person, admin: index === 1 })),
    );
    const env = around.env(database.url, await freePort());
    const berth = await startChild('src/main.js', '/api/v1/health/ready', env);
    const dataSource = await createDataSource(dataSourceOptions(loadConfig(env).database)).initialize();
    try {
      const scheduler = await Scheduler.begin(berth.url, around);
      const alone = await scheduler.measure();
      await fill(dataSource, scheduler, size);
      const beside = await scheduler.measure();
      head(`one call at a time, beside ${size} secrets and jobs`, 'p50', 'beside', 'p99', 'beside', 'ratio');
      for (const [name, before] of alone) {
        const after = beside.get(name) ?? before;
        const cells = [before.p50Ms, after.p50Ms, before.p99Ms, after.p99Ms].map(milliseconds);
        row(name, ...cells, (after.p50Ms / before.p50Ms).toFixed(2));
      }
    } finally {
      await dataSource.destroy();
      await berth.stop();
      await around.stop();
      await database.drop();
    }
  },
};

interface Timed {
  p50Ms: number;
  p99Ms: number;
}

/** A scheduler with one image to run. */
class Scheduler {
  private jobs = 0;

  private constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly link: string,
    readonly digest: string,
    readonly tokenId: string,
  ) {}

  static async begin(url: string, around: Surroundings): Promise<Scheduler> {
    const person = await login(url, around, PERSON);
    const credentials = await send(url, 'POST', '/account/credentials', person, {});
    const digest = await pushTinyImage({
      registryUrl: around.harbor.url,
      link: { project: PROJECT, repository: 'demo', tag: 'v1' },
      username: String(credentials.username),
      password: String(credentials.password),
      content: 'v1',
    });
    const admin = await login(url, around, 'p002');
    const wanted = { kind: 'scheduler', name: 'slurm' };
    const made = await send(url, 'POST', '/admin/service-tokens', admin, wanted);
    const link = `${around.harbor.address}/${PROJECT}/demo:v1`;
    return new Scheduler(url, String(made.token), link, digest, String(made.id));
  }

  async measure(): Promise<Map<string, Timed>> {
    // A connection that was idle may be ending.
    await fetch(`${this.url}/api/v1/health/live`).catch(() => undefined);
    const first = this.jobs;
    const nextJob = (): string => `job-${(this.jobs += 1)}`;
    const again = (number: number): string => `job-${first + number + 1}`;
    const secret = (jobId: string): object => ({ ...this.question, jobId });
    return new Map([
      ['pull secret', await timed(() => this.ask('POST', '/pull-secrets', secret(nextJob())))],
      [
        'the same pull secret again',
        await timed((number) => this.ask('POST', '/pull-secrets', secret(again(number)))),
      ],
      ['lease', await timed((number) => this.ask('PUT', `/jobs/${again(number)}/images`, this.question))],
      ['heartbeat', await timed((number) => this.ask('PUT', `/jobs/${again(number)}/images`, this.question))],
      [
        'lookup',
        await timed(() =>
          this.ask('GET', `/lookup?${new URLSearchParams({ link: this.link, for: PERSON }).toString()}`),
        ),
      ],
      ['end of the job', await timed((number) => this.ask('DELETE', `/jobs/${again(number)}`))],
    ]);
  }

  private get question(): { for: string; links: string[]; ttlSeconds: number } {
    return { for: PERSON, links: [this.link], ttlSeconds: 3600 };
  }

  private async ask(method: string, path: string, body?: object): Promise<void> {
    await send(this.url, method, path, this.token, body);
  }
}

/** Secrets and jobs of the scheduler that live, all of its one image; what Harbor has of them is not asked. */
async function fill(dataSource: DataSource, { tokenId, digest }: Scheduler, size: number): Promise<void> {
  const now = new Date();
  const later = new Date(now.getTime() + HOUR_MS);
  for (let from = 0; from < size; from += ROWS_A_STATEMENT) {
    const ids = Array.from({ length: Math.min(ROWS_A_STATEMENT, size - from) }, () => uuidv7());
    const question = randomBytes(32).toString('hex');
    const common = { tokenId, forUsername: PERSON, question };
    const opens = [{ project: PROJECT, because: 'theirs' as const }];
    await dataSource.manager.insert(
      PullSecret,
      ids.map((id) => ({
        ...common,
        id,
        jobId: id,
        currentJobId: id,
        opens,
        harborName: `berth-job-${id}`,
        intentMark: `Berth job ${id.slice(-12)}`,
        harborRobotId: 1,
        sealedLogin: `v1.${randomBytes(120).toString('base64url')}`,
        makingUntil: null,
        expiresAt: later,
        dueAt: later,
        createdAt: now,
      })),
    );
    const life = { startedAt: now, seenAt: now, endedAt: null, until: later };
    await dataSource.manager.insert(
      Job,
      ids.map((id) => ({ ...common, id, tokenName: 'slurm', jobId: id, currentJobId: id, ...life })),
    );
    const image = {
      name: `${PROJECT}/demo:v1`,
      project: PROJECT,
      repository: 'demo',
      digest,
      isLeased: true,
    };
    await dataSource.manager.insert(
      JobImage,
      ids.map((id) => ({ id, runId: id, ...image })),
    );
  }
}

async function timed(call: (number: number) => Promise<void>): Promise<Timed> {
  const times: number[] = [];
  for (let number = 0; number < CALLS; number += 1) {
    const began = performance.now();
    await call(number);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function login(url: string, around: Surroundings, username: string): Promise<string> {
  const password = around.people.find((person) => person.username === username)?.password;
  const { accessToken } = await send(url, 'POST', '/auth/login', null, { username, password });
  return String(accessToken);
}

async function send(
  url: string,
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
}
