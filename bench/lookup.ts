import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { pushTinyImage } from '../sandbox/registry-client';
import { startSandbox } from '../sandbox/sandbox';
import { TagRecord } from '../src/tag-rule/tag-record.entity';
import { freePort, startChild, type Child } from './child';
import { load, median, medianLoad, type Load } from './load';
import type { Section } from './section';
import { head, megabytes, milliseconds, row } from './table';

const ROUNDS = 5;
const ROUND_SECONDS = 4;
const STARTS = 5;
const TAGS = 20_000;
const READY = '/api/v1/health/ready';

interface Prepared {
  env: NodeJS.ProcessEnv;
  lookupPath: string;
  headers: Record<string, string>;
  stop(): Promise<void>;
}

/** What a lookup costs beside a bare route, what Berth needs in memory, and how long it takes to start. */
export const lookupSection: Section = {
  name: 'lookup',
  title: 'Lookups',
  run: async () => measureLookups(),
};

async function measureLookups(): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const prepared = await prepare(dataFolder);
  try {
    const starts = await measureStarts(prepared.env);
    const berth = await startChild('src/main.js', READY, prepared.env);
    const bare = await startChild('bench/bare.js', '/bare', {});
    try {
      await measure(prepared, berth, bare, starts);
    } finally {
      await Promise.all([berth.stop(), bare.stop()]);
    }
  } finally {
    await prepared.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** A person with an imported image; afterwards Berth runs in a process of its own on the same data. */
async function prepare(dataFolder: string): Promise<Prepared> {
  const sandbox = await startSandbox({ port: 0, dataFolder });
  const [person] = sandbox.people;
  if (person === undefined) throw new Error('the sandbox has no people');
  const api = `${sandbox.url}/api/v1`;
  const { accessToken } = await post<{ accessToken: string }>(`${api}/auth/login`, null, {
    username: person.username,
    password: person.password,
  });
  const login = await post<{ username: string; password: string }>(
    `${api}/account/credentials`,
    accessToken,
    {},
  );
  const link = `${sandbox.harbor.address}/user-${person.username}/demo:v1`;
  await pushTinyImage({
    registryUrl: sandbox.harbor.url,
    link: { project: `user-${person.username}`, repository: 'demo', tag: 'v1' },
    username: login.username,
    password: login.password,
    content: 'bench',
  });
  await post(`${api}/images`, accessToken, { link, description: 'Bench', taskType: 'pytorch' });
  await addTags(sandbox.app.get(DataSource));
  await sandbox.app.close();
  const query = new URLSearchParams({ link, for: person.username });
  return {
    env: { ...sandbox.env, PORT: String(await freePort()) },
    lookupPath: `/api/v1/lookup?${query.toString()}`,
    headers: { authorization: `Bearer ${sandbox.schedulerToken}` },
    stop: async () => {
      await sandbox.directory.stop();
      await sandbox.harbor.stop();
    },
  };
}

/** So many that none is asked again while its answer is in memory. */
async function addTags(dataSource: DataSource): Promise<void> {
  const [record] = await dataSource.manager.find(TagRecord, { take: 1 });
  if (record === undefined) throw new Error('nothing was imported');
  for (let first = 0; first < TAGS; first += 500) {
    const rows = Array.from({ length: 500 }, (_, index) => ({
      ...record,
      id: uuidv7(),
      tag: `v1-${first + index}`,
    }));
    await dataSource.manager.insert(TagRecord, rows);
  }
}

/** The query of the bench's link, with the tag of another record: `…%3Av1&for=…` becomes `…%3Av1-7&for=…`. */
function nextLink(search: string, number: number): string {
  return search.replace('%3Av1', `%3Av1-${number % TAGS}`);
}

async function measureStarts(env: NodeJS.ProcessEnv): Promise<number[]> {
  const starts: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const child = await startChild('src/main.js', READY, env);
    starts.push(child.startMs);
    await child.stop();
  }
  return starts;
}

async function measure(prepared: Prepared, berth: Child, bare: Child, starts: number[]): Promise<void> {
  const idleBytes = berth.rssBytes();
  const lookupUrl = `${berth.url}${prepared.lookupPath}`;
  const lookups: Load[] = [];
  const firsts: Load[] = [];
  const bares: Load[] = [];
  const harbors: Load[] = [];
  await load(lookupUrl, prepared.headers, ROUND_SECONDS);
  await load(`${bare.url}/bare`, {}, ROUND_SECONDS);
  for (let round = 0; round < ROUNDS; round += 1) {
    bares.push(await load(`${bare.url}/bare`, {}, ROUND_SECONDS));
    lookups.push(await load(lookupUrl, prepared.headers, ROUND_SECONDS));
    firsts.push(await load(lookupUrl, prepared.headers, ROUND_SECONDS, nextLink));
    const harbor = liveHarbor();
    if (harbor !== null) harbors.push(await load(harbor.url, harbor.headers, ROUND_SECONDS));
  }
  const lookup = medianLoad(lookups);
  const ceiling = medianLoad(bares);
  const ratio = (loads: readonly Load[]): string =>
    median(loads.map(({ perSecond }, round) => perSecond / (bares[round]?.perSecond ?? Number.NaN))).toFixed(
      2,
    );
  console.log(`${ROUNDS} rounds of ${ROUND_SECONDS} s each, in turn; medians`);
  head('', '/s', 'p50 ms', 'p99 ms', 'ratio');
  loadRow('bare Nest-on-Fastify route', ceiling, '1.00');
  loadRow('pinned lookup, asked within 1 s', lookup, ratio(lookups));
  loadRow('pinned lookup, from the database', medianLoad(firsts), ratio(firsts));
  if (harbors.length > 0) {
    const harbor = medianLoad(harbors);
    loadRow('Harbor: get artifact by tag', harbor, ratio(harbors));
    console.log(
      `\npinned lookup from the database / Harbor: ${(medianLoad(firsts).perSecond / harbor.perSecond).toFixed(1)}`,
    );
  }
  head('Berth', '');
  row('memory idle (RSS)', megabytes(idleBytes));
  row('memory after the load (RSS)', megabytes(berth.rssBytes()));
  row('start to ready, no migrations', milliseconds(median(starts)));
}

/** "Get artifact by tag" of a live Harbor: the whole URL, and a login for it. */
function liveHarbor(): { url: string; headers: Record<string, string> } | null {
  const {
    HARBOR_BENCH_URL: url,
    HARBOR_BENCH_USERNAME: username,
    HARBOR_BENCH_PASSWORD: password,
  } = process.env;
  if (url === undefined) return null;
  const authorization = `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`;
  return { url, headers: username === undefined ? {} : { authorization } };
}

function loadRow(name: string, figures: Load, ratio: string): void {
  row(name, String(Math.round(figures.perSecond)), String(figures.p50Ms), String(figures.p99Ms), ratio);
}

async function post<T>(url: string, token: string | null, body: unknown): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
