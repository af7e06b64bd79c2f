import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import autocannon from 'autocannon';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../sandbox/registry-client';
import { manyPeople, startSurroundings, type Surroundings } from '../sandbox/surroundings';
import { createApp } from '../src/app.setup';
import { ServiceTokensService } from '../src/auth/service-tokens.service';
import { loadConfig } from '../src/config/load-config';
import { freePort, startChild, type Child } from './child';
import { load, median } from './load';
import { addLinks, drawByZipf, type AskedLink } from './lookup-links';
import { post } from './post';
import type { Section } from './section';
import { serverDatabase } from './server-database';
import { head, megabytes, milliseconds, row } from './table';

const LINKS = 100_000;
const DRAWN = 20_000;
const ROUNDS = 3;
const SECONDS = 4;
const STARTS = 5;
const OUTAGE_SECONDS = 30;
const BATCH = 1_000;
/** What is measured is how fast it is, not how fast it is allowed to be. */
const NO_LIMIT = '10000000';
const READY = '/api/v1/health/ready';

interface Figures {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

interface World {
  around: Surroundings;
  env: NodeJS.ProcessEnv;
  links: readonly AskedLink[];
  token: string;
  /** Of p001, who has a `latest`. */
  latest: string;
}

/**
 * What lookups cost beside a bare route. Service, database and load on the same two cores:
 * `taskset -c 0,1 npm run bench -- lookup`.
 */
export const lookupSection: Section = {
  name: 'lookup',
  title: 'Lookups, on MariaDB and on SQLite',
  run: async ({ size = LINKS }) => {
    const database = await serverDatabase();
    await measureOn('MariaDB', database.url, size).finally(() => database.drop());
    const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
    const forget = (): void => rmSync(folder, { recursive: true, force: true });
    await measureOn('SQLite', `sqlite:${join(folder, 'berth.sqlite')}`, size).finally(forget);
  },
};

async function measureOn(name: string, databaseUrl: string, size: number): Promise<void> {
  const world = await prepare(databaseUrl, size);
  try {
    const starts = await measureStarts(world.env);
    const berth = await startBerth(world.env);
    const bare = await startChild('bench/bare.js', '/bare', {});
    try {
      await measure(name, world, berth, bare, starts);
    } finally {
      await Promise.all([berth.stop(), bare.stop()]);
    }
  } finally {
    await world.around.stop().catch(() => undefined);
  }
}

/** A person with an imported image, and many more like it; afterwards Berth runs in a process of its own. */
async function prepare(databaseUrl: string, size: number): Promise<World> {
  const around = await startSurroundings(manyPeople(1));
  const env = { ...around.env(databaseUrl, await freePort()), LOOKUPS_PER_SECOND: NO_LIMIT };
  const app = await createApp(loadConfig({ ...env, LOG_LEVEL: 'silent' }));
  await app.listen(0, '127.0.0.1');
  try {
    const latest = await importOne(around, await app.getUrl());
    const links = await addLinks(app.get(DataSource), size);
    return { around, env: { ...env, LOG_LEVEL: 'info' }, links, token: await tokenOf(app), latest };
  } finally {
    await app.close();
  }
}

async function tokenOf(app: NestFastifyApplication): Promise<string> {
  return (await app.get(ServiceTokensService).create('scheduler', 'bench', null)).secret;
}

async function importOne(around: Surroundings, url: string): Promise<string> {
  const [person] = around.people;
  if (person === undefined) throw new Error('there are no people');
  const { username, password } = person;
  const { accessToken } = await post<{ accessToken: string }>(url, '/auth/login', null, {
    username,
    password,
  });
  const login = await post<{ username: string; password: string }>(
    url,
    '/account/credentials',
    accessToken,
    {},
  );
  for (const tag of ['v1', 'latest']) {
    const link = { project: `user-${username}`, repository: 'demo', tag };
    await pushTinyImage({ registryUrl: around.harbor.url, link, ...login, content: tag });
  }
  const link = `${around.harbor.address}/user-${username}/demo:v1`;
  await post(url, '/images', accessToken, { link, description: 'Bench', taskType: 'pytorch' });
  return `${around.harbor.address}/user-${username}/demo:latest`;
}

/** On a port that is free now; one that was a while ago may be another's. */
async function startBerth(env: NodeJS.ProcessEnv): Promise<Child> {
  return startChild('src/main.js', READY, { ...env, PORT: String(await freePort()) });
}

async function measureStarts(env: NodeJS.ProcessEnv): Promise<number[]> {
  const starts: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const child = await startBerth(env);
    starts.push(child.startMs);
    await child.stop();
  }
  return starts;
}

async function measure(
  name: string,
  world: World,
  berth: Child,
  bare: Child,
  starts: readonly number[],
): Promise<void> {
  const idleBytes = berth.rssBytes();
  const ask = asking(world, berth.url);
  const hot = drawByZipf(world.links, DRAWN).map(ask.path);
  const cold = endless(world.links.map(ask.path));
  await ask.load(hot, { amount: 2 * DRAWN });
  await ask.load(hot, { duration: SECONDS });
  const rounds: Record<'bare' | 'hits' | 'misses', Figures[]> = { bare: [], hits: [], misses: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.bare.push(
      await figuresOf(
        autocannonOn(
          bare.url,
          hot.map((path) => path.replace(/^[^?]+/, '/bare')),
          {},
        ),
      ),
    );
    rounds.misses.push(await ask.load(cold(SECONDS * 12_000), { duration: SECONDS }));
    await ask.load(hot, { amount: DRAWN });
    rounds.hits.push(await ask.load(hot, { duration: SECONDS }));
  }
  const ratio = (of: Figures[]): string =>
    median(of.map(({ perSecond }, at) => perSecond / (rounds.bare[at]?.perSecond ?? NaN))).toFixed(2);
  head(`${name}, ${world.links.length} links by Zipf`, '/s', 'p50 ms', 'p99 ms', 'ratio');
  const show = (title: string, of: Figures[]): void => figuresRow(title, middle(of), ratio(of));
  show('bare Nest-on-Fastify route', rounds.bare);
  show('pinned lookup, in memory', rounds.hits);
  show('pinned lookup, not in memory', rounds.misses);
  await liveHarborRow(middle(rounds.bare));
  const top = middle(rounds.hits).perSecond;
  const overallRate = Math.round(top / 2);
  const half = await ask.load(hot, { duration: SECONDS, overallRate });
  figuresRow('in memory, at half of that rate', half, '');
  const flood = floodOf(berth.url, SECONDS);
  figuresRow(
    'the same beside a flood of logins',
    await ask.load(hot, { duration: SECONDS, overallRate }),
    '',
  );
  row('logins of the flood that were answered', String(await flood), '', '', '');
  const batch = await ask.batch(drawByZipf(world.links, 20));
  row(`links in batches of ${BATCH}`, String(Math.round(batch)), '', '', '');
  await measureLatest(world, ask);
  await measureOutage(world, ask, hot, top);
  head('Berth', '');
  row('memory idle (RSS)', megabytes(idleBytes));
  row('memory after the load (RSS)', megabytes(berth.rssBytes()));
  row('start to ready, no migrations', milliseconds(median(starts)));
}

/** 64 at once ask for one `latest`, each wants a look that begins after the question. */
async function measureLatest(world: World, ask: Asking): Promise<void> {
  const { harbor } = world.around;
  const before = harbor.calls.length;
  const path = ask.path({ name: world.latest.slice(world.latest.indexOf('/') + 1), username: 'p001' });
  const answered = await ask.load([path], { duration: SECONDS, connections: 64 });
  const calls = (harbor.calls.length - before) / SECONDS;
  figuresRow('latest, a fresh look, 64 at once', answered, '');
  row('Harbor’s calls meanwhile', String(Math.round(calls)), '', '', '');
  const looks = harbor.calls.filter(({ path: called }) => called.includes('/artifacts/latest'));
  const most = Math.max(...looks.map(({ inFlight }) => inFlight));
  row('of them in flight at once, at most', String(most), '', '', '');
}

async function measureOutage(world: World, ask: Asking, hot: readonly string[], top: number): Promise<void> {
  await world.around.stop();
  const figures = await ask.load(hot, { duration: OUTAGE_SECONDS });
  const title = `in memory, Harbor and directory down ${OUTAGE_SECONDS} s`;
  figuresRow(title, figures, (figures.perSecond / top).toFixed(2));
}

interface Asking {
  path: (link: AskedLink) => string;
  load: (paths: readonly string[], options: Partial<autocannon.Options>) => Promise<Figures>;
  /** Links a second, each batch of one of these people. */
  batch: (links: readonly AskedLink[]) => Promise<number>;
}

function asking(world: World, url: string): Asking {
  const { address } = world.around.harbor;
  const headers = { authorization: `Bearer ${world.token}` };
  return {
    path: ({ name, username }) =>
      `/api/v1/lookup?${new URLSearchParams({ link: `${address}/${name}`, for: username }).toString()}`,
    load: async (paths, options) => figuresOf(autocannonOn(url, paths, { headers, ...options })),
    batch: async (links) => {
      const bodies = links.map(({ username }) => {
        const theirs = world.links.filter((link) => link.username === username);
        const drawn = drawByZipf(theirs, BATCH).map(({ name }) => `${address}/${name}`);
        return JSON.stringify({ for: username, links: drawn });
      });
      const json = { ...headers, 'content-type': 'application/json' };
      const result = await autocannon({
        url,
        connections: 4,
        duration: 2 * SECONDS,
        requests: bodies.map((body) => ({ method: 'POST', path: '/api/v1/lookup', headers: json, body })),
      });
      refuseFailures(result);
      return result.requests.average * BATCH;
    },
  };
}

async function autocannonOn(
  url: string,
  paths: readonly string[],
  options: Partial<autocannon.Options>,
): Promise<autocannon.Result> {
  let asked = 0;
  // A list of requests would be made ready for each connection by itself, which takes longer than a round.
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    asked += 1;
    return { ...request, path: paths[asked % paths.length] };
  };
  const requests = [{ setupRequest }];
  return autocannon({ connections: 32, duration: SECONDS, ...options, url, requests });
}

async function figuresOf(run: Promise<autocannon.Result>): Promise<Figures> {
  const result = await run;
  refuseFailures(result);
  return { perSecond: result.requests.average, p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}

function refuseFailures(result: autocannon.Result): void {
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed === 0) return;
  const { non2xx, errors, timeouts } = result;
  const how = JSON.stringify({ non2xx, errors, timeouts, statuses: result.statusCodeStats });
  throw new Error(`${failed} of ${result.requests.total} requests failed: ${how}`);
}

/** People try to log in with a wrong password, as fast as they can. @returns how many were told */
async function floodOf(url: string, seconds: number): Promise<number> {
  const body = JSON.stringify({ username: 'p001', password: 'wrong' });
  const headers = { 'content-type': 'application/json' };
  const requests = [{ method: 'POST' as const, path: '/api/v1/auth/login', headers, body }];
  const result = await autocannon({ url, connections: 16, duration: seconds, requests });
  return result.requests.total;
}

/** The next ones each time, and from the beginning again after the last. */
function endless<T>(all: readonly T[]): (count: number) => T[] {
  let next = 0;
  return (count) =>
    Array.from({ length: Math.min(count, all.length) }, () => {
      const item = all[next % all.length];
      next += 1;
      if (item === undefined) throw new Error('there is none');
      return item;
    });
}

function middle(of: readonly Figures[]): Figures {
  return {
    perSecond: median(of.map(({ perSecond }) => perSecond)),
    p50Ms: median(of.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(of.map(({ p99Ms }) => p99Ms)),
  };
}

/** "Get artifact by tag" of a live Harbor: the whole URL, and a login for it. */
async function liveHarborRow(ceiling: Figures): Promise<void> {
  const { HARBOR_BENCH_URL: url, HARBOR_BENCH_USERNAME: user, HARBOR_BENCH_PASSWORD: word } = process.env;
  if (url === undefined) return;
  const authorization = `Basic ${Buffer.from(`${user ?? ''}:${word ?? ''}`).toString('base64')}`;
  const harbor = await load(url, user === undefined ? {} : { authorization }, SECONDS);
  figuresRow('Harbor: get artifact by tag', harbor, (harbor.perSecond / ceiling.perSecond).toFixed(2));
}

function figuresRow(name: string, figures: Figures, ratio: string): void {
  row(name, String(Math.round(figures.perSecond)), String(figures.p50Ms), String(figures.p99Ms), ratio);
}
