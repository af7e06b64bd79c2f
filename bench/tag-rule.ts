import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MoreThan } from 'typeorm';
import { jsonOf, RegistryRepository } from '../sandbox/registry-client';
import { loadConfig } from '../src/config/load-config';
import { createDataSource, dataSourceOptions } from '../src/database/data-source';
import { webhookAuthorization } from '../src/projects/webhooks/webhook-secret';
import { TagDigest } from '../src/tag-rule/tag-digest.entity';
import { TagRecord } from '../src/tag-rule/tag-record.entity';
import { freePort, startChild, type Child } from './child';
import type { Section } from './section';
import { askSteadily, latencyAt, type Request, type SteadyAnswers } from './steady';
import { SurroundingsChild } from './surroundings-child';
import type { Started } from './surroundings-process';
import { head, megabytes, milliseconds, row } from './table';

const READY = '/api/v1/health/ready';
const TAGS = 100_000;
const SIZES = [1_000, 10_000, 100_000];
const TAGS_A_REPOSITORY = 100;
const PROJECTS = 10;
const PUSHED_TO = 'app';
const PUSHES_A_SECOND = 50;
const PUSH_SECONDS = 20;
const HINTS_A_SECOND = 2_000;
const HINT_SECONDS = 8;
/** Ten times what a busy site pushes. */
const USUAL_HINTS_A_SECOND = 500;
const WARM_AFTER_MS = 2_000;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** How soon changes are known, what a sweep costs as it grows, and how many hints are taken; Berth on SQLite. */
export const tagRuleSection: Section = {
  name: 'tag-rule',
  title: 'How soon changes are known, and what sweeps cost',
  run: async ({ size = TAGS, part }) => {
    const sizes = SIZES.filter((one) => one <= size);
    for (const [name, run] of Object.entries(PARTS)) {
      if (part === undefined || part === name) await run(sizes);
    }
  },
};

const PARTS: Readonly<Record<string, (sizes: readonly number[]) => Promise<void>>> = {
  noticing: async (sizes) => {
    head(`${PUSHES_A_SECOND} pushes/s, known after`, 'pushes', 'known', 'p50', 'p99', 'max');
    await noticing('audit log and webhook', {});
    for (const tags of sizes) await noticing(`  beside ${tags} tags`, {}, tags);
    await noticing('webhook alone', { AUDIT_FEED: 'off' });
    await noticing('sweep alone', { AUDIT_FEED: 'off', WEBHOOK_URL: 'off' });
  },
  sweeps: async (sizes) => {
    head('sweeps, by tags', 'calls', 'seconds', 'calls', 'seconds', 'memory');
    row('', 'first', 'first', 'again', 'again', 'most');
    for (const tags of sizes) await sweeping(tags);
  },
  hints: async () => {
    head('hints', 'sent', 'taken', 'p50', 'p99', 'lost');
    await hinting();
  },
};

/** Berth, and the process that has its surroundings. */
class World {
  private constructor(
    private readonly around: SurroundingsChild,
    readonly started: Started,
    readonly berth: Child,
    readonly env: NodeJS.ProcessEnv,
    readonly metricsUrl: string,
    private readonly folder: string,
  ) {}

  static async start(people: number, settings: NodeJS.ProcessEnv): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
    const databaseUrl = `sqlite:${join(folder, 'berth.sqlite')}`;
    const around = await SurroundingsChild.start(people, databaseUrl);
    const { started } = around;
    const metricsPort = String(await freePort());
    const port = started.env.PORT ?? '';
    const env = {
      ...started.env,
      WEBHOOK_URL: `http://127.0.0.1:${port}`,
      METRICS_PORT: metricsPort,
      SWEEP_CALLS_PER_SECOND: '1000',
      ...settings,
    };
    const berth = await startChild('src/main.js', READY, env);
    return new World(around, started, berth, env, `http://127.0.0.1:${metricsPort}/metrics`, folder);
  }

  async fill(project: string, repositories: number): Promise<void> {
    await this.around.fill({ project, repositories, tags: TAGS_A_REPOSITORY });
  }

  async login(username: string): Promise<string> {
    const { password } = this.started.people.find((person) => person.username === username) ?? {};
    const { accessToken } = (await this.call('POST', '/auth/login', null, { username, password })) as {
      accessToken: string;
    };
    return accessToken;
  }

  async call(method: string, path: string, token: string | null, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.berth.url}/api/v1${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** The value of a metric, summed over what fits. */
  async metric(series: RegExp): Promise<number> {
    const lines = (await (await fetch(this.metricsUrl)).text()).split('\n');
    return lines
      .filter((line) => series.test(line))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async stopBerth(): Promise<void> {
    await this.berth.stop();
  }

  async stop(): Promise<void> {
    await this.berth.stop();
    await this.around.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Progress {
  running: number;
  due: number;
  figures: { calls: number; tags: number; firstSeen: number };
}

/** Until nothing is swept any more. @returns the figures, and the largest memory meanwhile */
async function idle(world: World, token: string): Promise<{ progress: Progress; mostBytes: number }> {
  let mostBytes = 0;
  for (;;) {
    const progress = (await world.call('GET', '/admin/sweeps', token)) as Progress;
    mostBytes = Math.max(mostBytes, world.berth.rssBytes());
    if (progress.running === 0 && progress.due === 0) return { progress, mostBytes };
    await sleep(100);
  }
}

async function sweep(
  world: World,
  token: string,
): Promise<{ calls: number; tags: number; seconds: number; mostBytes: number }> {
  await idle(world, token);
  const began = performance.now();
  await world.call('POST', '/admin/sweeps', token, { force: true });
  const { progress, mostBytes } = await idle(world, token);
  const { calls, tags } = progress.figures;
  return { calls, tags, seconds: (performance.now() - began) / 1000, mostBytes };
}

async function sweeping(tags: number): Promise<void> {
  const world = await World.start(PROJECTS, { AUDIT_FEED: 'off', WEBHOOK_URL: 'off' });
  try {
    const token = await world.login('p001');
    for (const { username } of world.started.people) {
      await world.call('POST', '/account/credentials', await world.login(username), {});
    }
    // Else the first sweeps of new projects would begin by themselves, before anything is measured.
    await sweep(world, token);
    for (const { username } of world.started.people) {
      await world.fill(`user-${username}`, Math.max(1, tags / TAGS_A_REPOSITORY / PROJECTS));
    }
    const first = await sweep(world, token);
    const again = await sweep(world, await world.login('p001'));
    if (again.tags !== tags) throw new Error(`${again.tags} of ${tags} tags were seen`);
    row(
      String(tags),
      String(first.calls),
      first.seconds.toFixed(1),
      String(again.calls),
      again.seconds.toFixed(1),
      megabytes(Math.max(first.mostBytes, again.mostBytes)),
    );
  } finally {
    await world.stop();
  }
}

/** @param beside as many tags are known already */
async function noticing(name: string, settings: NodeJS.ProcessEnv, beside = 0): Promise<void> {
  const world = await World.start(1, settings);
  try {
    const token = await world.login('p001');
    await world.call('POST', '/account/credentials', token, {});
    await idle(world, token);
    if (beside > 0) {
      await world.fill('user-p001', beside / TAGS_A_REPOSITORY);
      await sweep(world, token);
    }
    // The audit log is read from its newest row on, once it was asked for the first time.
    await sleep(3_000);
    const pushedAt = await push(world, `user-p001/${PUSHED_TO}`);
    if (settings.WEBHOOK_URL === 'off') await sweep(world, token);
    else await sleep(5_000);
    await world.stopBerth();
    const known = await noticed(world.env);
    const delays = [...pushedAt].flatMap(([tag, at]) => {
      const seenAt = known.get(tag);
      return seenAt === undefined ? [] : [Math.max(0, seenAt - at)];
    });
    delays.sort((a, b) => a - b);
    const at = (part: number): string => milliseconds(delays[Math.ceil(delays.length * part) - 1] ?? NaN);
    row(name, String(pushedAt.size), String(delays.length), at(0.5), at(0.99), at(1));
  } finally {
    await world.stop();
  }
}

/** When each tag was there: its push was answered. */
async function push(world: World, name: string): Promise<Map<string, number>> {
  const { harborUrl: registryUrl, harborAdmin } = world.started;
  const repository = new RegistryRepository({ registryUrl, ...harborAdmin }, name);
  const config = jsonOf({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
  await repository.putBlob(config);
  const pushedAt = new Map<string, number>();
  const pushing: Promise<void>[] = [];
  const began = performance.now();
  const described = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      size: config.length,
      digest: await digestOf(config),
    },
    layers: [],
  };
  for (let number = 0; number < PUSHES_A_SECOND * PUSH_SECONDS; number += 1) {
    await sleep(Math.max(0, began + (number * 1000) / PUSHES_A_SECOND - performance.now()));
    const tag = `v${number}`;
    const bytes = jsonOf({ ...described, annotations: { number: tag } });
    pushing.push(
      repository
        .putManifest({ mediaType: MANIFEST, bytes }, tag)
        .then(() => void pushedAt.set(tag, Date.now())),
    );
  }
  await Promise.all(pushing);
  return pushedAt;
}

async function digestOf(bytes: Buffer): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return `sha256:${Buffer.from(hash).toString('hex')}`;
}

/** When Berth knew of each tag. */
async function noticed(env: NodeJS.ProcessEnv): Promise<Map<string, number>> {
  const dataSource = await createDataSource(dataSourceOptions(loadConfig(env).database)).initialize();
  try {
    const where = { repository: PUSHED_TO };
    const records = await dataSource.manager.find(TagRecord, { select: { id: true, tag: true }, where });
    const tags = new Map(records.map(({ id, tag }) => [id, tag]));
    const entries = await dataSource.manager.findBy(TagDigest, {
      place: 1,
      firstSeenAt: MoreThan(new Date(0)),
    });
    return new Map(
      entries.map(({ tagRecordId, firstSeenAt }) => [tags.get(tagRecordId) ?? '', firstSeenAt.getTime()]),
    );
  } finally {
    await dataSource.destroy();
  }
}

async function hinting(): Promise<void> {
  const world = await World.start(1, { AUDIT_FEED: 'off' });
  try {
    const token = await world.login('p001');
    await world.call('POST', '/account/credentials', token, {});
    await world.fill('user-p001', 10);
    const project = (await (
      await fetch(`${world.started.harborUrl}/api/v2.0/projects/user-p001`, {
        headers: { authorization: basic(world.started.harborAdmin) },
      })
    ).json()) as { project_id: number };
    const { secretsKey } = loadConfig(world.env);
    const headers = {
      'content-type': 'application/json',
      authorization: webhookAuthorization(secretsKey, project.project_id),
    };
    const send = async (perSecond: number): Promise<SteadyAnswers> => {
      const requests = Array.from({ length: 10 * TAGS_A_REPOSITORY }, (_, number) => hint(number));
      const { url } = world.berth;
      const answers = await askSteadily({ url, headers, requests, perSecond, seconds: HINT_SECONDS });
      while ((await world.metric(/^berth_hints_waiting/)) > 0) await sleep(100);
      return answers;
    };
    const flood = await send(HINTS_A_SECOND);
    const usual = await send(USUAL_HINTS_A_SECOND);
    const lost = await world.metric(/^berth_hints_total\{outcome="(lost|refused|unreadable)"\}/);
    const cold = (HINTS_A_SECOND * WARM_AFTER_MS) / 1000;
    const show = (
      name: string,
      { latenciesMs, statuses }: SteadyAnswers,
      from: number,
      to?: number,
    ): void => {
      const some = latenciesMs.subarray(from, to);
      const taken = statuses.subarray(from, to).filter((status) => status === 202).length;
      const at = (part: number): string => milliseconds(latencyAt(some, part));
      row(name, String(some.length), String(taken), at(0.5), at(0.99), String(lost));
    };
    show(`${HINTS_A_SECOND}/s, the first ${WARM_AFTER_MS / 1000} s of its life`, flood, 0, cold);
    show(`${HINTS_A_SECOND}/s afterwards`, flood, cold);
    show(`${USUAL_HINTS_A_SECOND}/s`, usual, 0);
  } finally {
    await world.stop();
  }
}

/** Of a tag of ten repositories, each named again after half a second. */
function hint(number: number): Request {
  const repository = { repo_full_name: `user-p001/filled-${number % 10}` };
  const resources = [{ tag: `v${Math.floor(number / 10) % TAGS_A_REPOSITORY}` }];
  const body = JSON.stringify({ type: 'PUSH_ARTIFACT', event_data: { resources, repository } });
  return { method: 'POST', path: '/api/v1/hooks/harbor/user-p001', body };
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
