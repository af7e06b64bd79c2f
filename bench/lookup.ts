import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import autocannon from 'autocannon';
import { DataSource } from 'typeorm';
import { pushTinyImage } from '../sandbox/registry-client';
import { createApp } from '../src/app.setup';
import { ServiceTokensService } from '../src/auth/service-tokens.service';
import { loadConfig } from '../src/config/load-config';
import { fillCatalog } from './catalog';
import { freePort, startChild, type Child } from './child';
import { BARE_FLOOD, importFlood, loginFloods, pour, type Flood } from './floods';
import { load, median } from './load';
import { addLinks, drawByZipf, type AskedLink } from './lookup-links';
import { post } from './post';
import type { Section } from './section';
import { serverDatabase } from './server-database';
import { askSteadily, latencyAt } from './steady';
import { SurroundingsChild } from './surroundings-child';
import type { Calls, Started } from './surroundings-process';
import { head, megabytes, milliseconds, row } from './table';

const LINKS = 100_000;
const DRAWN = 20_000;
const ROUNDS = 3;
const SECONDS = 4;
const WARM_UP_SECONDS = 1;
const STARTS = 5;
const OUTAGE_SECONDS = 300;
const BATCH = 1_000;
/** Real images that are imported in a flood. */
const FILLED_REPOSITORIES = 20;
const FILLED_TAGS = 100;
/** What is measured is how fast it is, not how fast it is allowed to be. */
const NO_LIMIT = '10000000';
const READY = '/api/v1/health/ready';

interface Figures {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

interface World {
  around: SurroundingsChild;
  /** `host:port` in links. */
  address: string;
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
  run: async ({ size = LINKS, images }) => {
    const database = await serverDatabase();
    await measureOn('MariaDB', database.url, size, images).finally(() => database.drop());
    if (images !== undefined) return;
    const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
    const forget = (): void => rmSync(folder, { recursive: true, force: true });
    await measureOn('SQLite', `sqlite:${join(folder, 'berth.sqlite')}`, size).finally(forget);
  },
};

async function measureOn(name: string, databaseUrl: string, size: number, images?: number): Promise<void> {
  const world = await prepare(databaseUrl, size, images);
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

/**
 * A person with an imported image, and many more like it, perhaps beside a large catalog; afterwards Berth runs in a
 * process of its own.
 */
async function prepare(databaseUrl: string, size: number, images?: number): Promise<World> {
  const around = await SurroundingsChild.start(1, databaseUrl);
  // Floods come from many addresses.
  const env = { ...around.started.env, LOOKUPS_PER_SECOND: NO_LIMIT, TRUSTED_PROXIES: '1' };
  const config = loadConfig({ ...env, LOG_LEVEL: 'silent' });
  if (images !== undefined) await fillCatalog(databaseUrl, config, images);
  const app = await createApp(config);
  await app.listen(0, '127.0.0.1');
  const address = config.registry.address;
  try {
    const latest = await importOne(around.started, address, await app.getUrl());
    await around.fill({ project: 'user-p001', repositories: FILLED_REPOSITORIES, tags: FILLED_TAGS });
    const links = await addLinks(app.get(DataSource), size);
    const token = await tokenOf(app);
    return { around, address, env: { ...env, LOG_LEVEL: 'info' }, links, token, latest };
  } finally {
    await app.close();
  }
}

async function tokenOf(app: NestFastifyApplication): Promise<string> {
  return (await app.get(ServiceTokensService).create('scheduler', 'bench', null)).secret;
}

async function importOne({ harborUrl, people }: Started, address: string, url: string): Promise<string> {
  const accessToken = await logIn(people, url);
  const path = '/account/credentials';
  const login = await post<{ username: string; password: string }>(url, path, accessToken, {});
  for (const tag of ['v1', 'latest']) {
    const link = { project: 'user-p001', repository: 'demo', tag };
    await pushTinyImage({ registryUrl: harborUrl, link, ...login, content: tag });
  }
  const link = `${address}/user-p001/demo:v1`;
  await post(url, '/images', accessToken, { link, description: 'Bench', taskType: 'pytorch' });
  return `${address}/user-p001/demo:latest`;
}

async function logIn([person]: Started['people'], url: string): Promise<string> {
  const who = { username: person?.username, password: person?.password };
  return (await post<{ accessToken: string }>(url, '/auth/login', null, who)).accessToken;
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
    rounds.bare.push(await figuresOf(autocannonOn(bare.url, hot.map(toBare), {})));
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
  await measureHalf(world, berth, bare, ask, hot, Math.round(top / 2));
  const batch = await ask.batch(drawByZipf(world.links, 20));
  row(`links in batches of ${BATCH}`, String(Math.round(batch)), '', '', '');
  await measureLatest(world, ask);
  await measureOutage(world, ask, hot, top);
  head('Berth', '');
  row('memory idle (RSS)', megabytes(idleBytes));
  row('memory after the load (RSS)', megabytes(berth.rssBytes()));
  row('start to ready, no migrations', milliseconds(median(starts)));
}

/** What schedulers get at half of the top rate, alone and beside floods of people; and a bare route for comparison. */
async function measureHalf(
  world: World,
  berth: Child,
  bare: Child,
  ask: Asking,
  hot: readonly string[],
  perSecond: number,
): Promise<void> {
  const steady = { perSecond, seconds: SECONDS };
  const barePaths = hot.map(toBare);
  const onBare = async (): Promise<Figures> => steadyFigures(bare.url, barePaths, {}, steady);
  const onBerth = async (): Promise<Figures> => ask.steady(hot, steady);
  const beside = async (url: string, flood: Flood, figures: () => Promise<Figures>): Promise<void> => {
    const poured = pour(url, flood, SECONDS + 1);
    figuresRow(`  beside ${flood.name}`, await figures(), '');
    row('  of the flood were answered', String(Math.round(await poured)), '', '', '');
  };
  const alone: Record<'bare' | 'berth', Figures[]> = { bare: [], berth: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.bare.push(await onBare());
    alone.berth.push(await onBerth());
  }
  figuresRow(`bare route, at ${perSecond}/s`, middle(alone.bare), '');
  await beside(bare.url, BARE_FLOOD, onBare);
  figuresRow(`in memory, at ${perSecond}/s`, middle(alone.berth), '');
  const links = Array.from(
    { length: FILLED_REPOSITORIES * FILLED_TAGS },
    (_, at) => `${world.address}/user-p001/filled-${Math.floor(at / FILLED_TAGS)}:v${at % FILLED_TAGS}`,
  );
  const accessToken = await logIn(world.around.started.people, berth.url);
  await beside(berth.url, importFlood(links, accessToken), onBerth);
  for (const flood of loginFloods('p001')) await beside(berth.url, flood, onBerth);
}

function toBare(path: string): string {
  return path.replace(/^[^?]+/, '/bare');
}

/** 64 at once ask for one `latest`, each wants a look that begins after the question. */
async function measureLatest(world: World, ask: Asking): Promise<void> {
  const looks = async (): Promise<Calls> => world.around.calls('/artifacts/latest');
  const { count: before } = await looks();
  const path = ask.path({ name: world.latest.slice(world.latest.indexOf('/') + 1), username: 'p001' });
  const answered = await ask.load([path], { duration: SECONDS, connections: 64 });
  const { count, mostInFlight } = await looks();
  figuresRow('latest, a fresh look, 64 at once', answered, '');
  row('Harbor’s calls meanwhile', String(Math.round((count - before) / SECONDS)), '', '', '');
  row('of them in flight at once, at most', String(mostInFlight), '', '', '');
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
  steady: (paths: readonly string[], load: { perSecond: number; seconds: number }) => Promise<Figures>;
  /** Links a second, each batch of one of these people. */
  batch: (links: readonly AskedLink[]) => Promise<number>;
}

function asking(world: World, url: string): Asking {
  const { address } = world;
  const headers = { authorization: `Bearer ${world.token}` };
  return {
    path: ({ name, username }) =>
      `/api/v1/lookup?${new URLSearchParams({ link: `${address}/${name}`, for: username }).toString()}`,
    load: async (paths, options) => figuresOf(autocannonOn(url, paths, { headers, ...options })),
    steady: async (paths, steady) => steadyFigures(url, paths, headers, steady),
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

/** After a second to get warm. @throws when an answer is not 200 */
async function steadyFigures(
  url: string,
  paths: readonly string[],
  headers: Record<string, string>,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Figures> {
  const requests = paths.map((path) => ({ method: 'GET' as const, path }));
  const load = { url, headers, requests, perSecond, seconds: seconds + WARM_UP_SECONDS };
  const { latenciesMs, statuses } = await askSteadily(load);
  const failed = statuses.find((status) => status !== 200);
  if (failed !== undefined) throw new Error(`a steady request was answered ${failed}`);
  const measured = latenciesMs.subarray(perSecond * WARM_UP_SECONDS);
  const lastMs = Math.max(
    ...measured.subarray(-perSecond).map((ms, at) => ms - ((perSecond - 1 - at) * 1000) / perSecond),
  );
  const rounded = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    perSecond: measured.length / (seconds + lastMs / 1000),
    p50Ms: rounded(latencyAt(measured, 0.5)),
    p99Ms: rounded(latencyAt(measured, 0.99)),
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
