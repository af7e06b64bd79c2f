import { setTimeout as sleep } from 'node:timers/promises';
import { pushTinyImage } from '../../sandbox/registry-client';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { BerthProcess, freePort } from './berth-process';
import { seededRandom } from './seeded-random';

const PROJECT = 'user-p001';
const REPOSITORIES = `/projects/${PROJECT}/repositories`;
/** From the first change of a rule, a deletion takes about so long with the latency below. */
const LONGEST_LIFE_MS = 200;
const HARBOR_LATENCY_MS = 8;
/** A lease that a killed process leaves behind is waited for. */
const REST_WITHIN_MS = 90_000;

export interface ExemptionKillsReport {
  kills: number;
  /** Kills that left the tag rule narrowed. */
  narrowed: number;
  /** How often somebody tried to delete another protected tag meanwhile. */
  tries: number;
  /** What should not have been; empty when all is well. */
  wrong: string[];
}

/**
 * SIGKILLs the built service at random instants while protected tags are deleted through it, and looks at the tag rule:
 * it is back in the end, and no other tag was open for a moment.
 * @param main the built `src/main.js`
 */
export async function runExemptionKills(options: {
  main: string;
  databaseUrl: string;
  kills: number;
  seed: number;
  say: (line: string) => void;
}): Promise<ExemptionKillsReport> {
  const around = await startSurroundings(manyPeople(1));
  const port = await freePort();
  const env = { ...around.env(options.databaseUrl, port), HARBOR_DEADLINE_MS: '500' };
  const berth = new BerthProcess(options.main, env, `http://127.0.0.1:${port}`);
  const random = seededRandom(options.seed);
  const report: ExemptionKillsReport = { kills: 0, narrowed: 0, tries: 0, wrong: [] };
  const watching = new AbortController();
  try {
    await berth.start();
    const token = await login(berth.url, around);
    await ask(berth.url, token, 'POST', '/account/credentials', {});
    await push(around, 'keep');
    const before = await rulesOf(around);
    const watched = watch(around, report, watching.signal);
    around.harbor.faults.add({ kind: 'latency', ms: HARBOR_LATENCY_MS });
    for (; report.kills < options.kills; report.kills += 1) {
      const tag = `v${report.kills}`;
      await push(around, tag);
      const from = around.harbor.calls.length;
      const asked = ask(berth.url, token, 'DELETE', `${REPOSITORIES}/app/tags/${tag}`).catch(() => null);
      while (!around.harbor.calls.slice(from).some(changesRule)) await sleep(2);
      await sleep(random() * LONGEST_LIFE_MS);
      await berth.kill();
      await asked;
      if ((await rulesOf(around)) !== before) report.narrowed += 1;
      await berth.start();
    }
    options.say(`${report.kills} kills, ${report.narrowed} with the rule narrowed`);
    const endsAt = performance.now() + REST_WITHIN_MS;
    for (let number = 0; number < report.kills && performance.now() < endsAt;) {
      const path = `${REPOSITORIES}/app/tags/v${number}`;
      const status = await ask(berth.url, token, 'DELETE', path);
      if (status === 200) number += 1;
      else await sleep(200);
    }
    while ((await rulesOf(around)) !== before && performance.now() < endsAt) await sleep(200);
    watching.abort();
    await watched;
    if ((await rulesOf(around)) !== before) report.wrong.push('the tag rule is not back');
    const left = await tagsOf(around);
    if (left !== 'keep') report.wrong.push(`left: ${left}`);
    return report;
  } finally {
    watching.abort();
    await berth.kill();
    await around.stop();
  }
}

/** Tries all the time to delete a tag that nobody asked to delete. */
async function watch(around: Surroundings, report: ExemptionKillsReport, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const path = `${REPOSITORIES}/app/artifacts/keep/tags/keep`;
    const { status } = await harbor(around, 'DELETE', path);
    report.tries += 1;
    if (status !== 412) {
      report.wrong.push(`another tag was open: ${status}`);
      return;
    }
    await sleep(5);
  }
}

async function push(around: Surroundings, tag: string): Promise<void> {
  await pushTinyImage({
    registryUrl: around.harbor.url,
    ...around.harborAdmin,
    link: { project: PROJECT, repository: 'app', tag },
    content: tag,
  });
}

async function rulesOf(around: Surroundings): Promise<string> {
  return (await harbor(around, 'GET', `/projects/${PROJECT}/immutabletagrules`)).text;
}

async function tagsOf(around: Surroundings): Promise<string> {
  const { text } = await harbor(around, 'GET', `${REPOSITORIES}/app/artifacts?with_tag=true&page_size=100`);
  const artifacts = JSON.parse(text) as { tags: { name: string }[] | null }[];
  return artifacts.flatMap(({ tags }) => (tags ?? []).map(({ name }) => name)).join();
}

async function harbor(
  { harbor: { url }, harborAdmin: { username, password } }: Surroundings,
  method: string,
  path: string,
): Promise<{ status: number; text: string }> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`${url}/api/v2.0${path}`, { method, headers: { authorization } });
  return { status: response.status, text: await response.text() };
}

const changesRule = ({ method, path }: { method: string; path: string }): boolean =>
  method !== 'GET' && path.includes('/immutabletagrules');

async function login(url: string, { people: [person] }: Surroundings): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: person?.username, password: person?.password }),
  });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

/** @returns the status */
async function ask(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<number> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}
