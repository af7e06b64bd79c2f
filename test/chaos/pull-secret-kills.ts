import { setTimeout as sleep } from 'node:timers/promises';
import { pushTinyImage } from '../../sandbox/registry-client';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { BerthProcess, freePort } from './berth-process';
import { InsistentScheduler, type Secret } from './insistent-scheduler';
import { seededRandom } from './seeded-random';

const SCHEDULERS = 4;
const KILLS_A_ROUND = 20;
/** Longer than a making that a killed process leaves behind is waited for (three deadlines, in whole seconds). */
const LONGEST_LIFE_MS = 2_200;
/** The background work of a killed process is taken over after 30 s. */
const REST_WITHIN_MS = 60_000;
const PROJECT = 'user-p001';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export interface PullSecretKillsReport {
  kills: number;
  /** Secrets that reached a scheduler. */
  shown: number;
  /** Calls that a kill left without an answer. */
  unanswered: number;
  /** What should not have been; empty when all is well. */
  wrong: string[];
}

/**
 * SIGKILLs the built service at random instants while pull secrets are made and ended, and looks at what is left: one
 * robot for each secret that lives, none beside, and those of others as they were.
 * @param main the built `src/main.js`
 */
export async function runPullSecretKills(options: {
  main: string;
  databaseUrl: string;
  kills: number;
  seed: number;
  say: (line: string) => void;
}): Promise<PullSecretKillsReport> {
  const people = manyPeople(2).map((person, index) => ({ ...person, admin: index === 1 }));
  const around = await startSurroundings(people);
  const port = await freePort();
  const env = { ...around.env(options.databaseUrl, port), HARBOR_DEADLINE_MS: '500' };
  const berth = new BerthProcess(options.main, env, `http://127.0.0.1:${port}`);
  const random = seededRandom(options.seed);
  const report: PullSecretKillsReport = { kills: 0, shown: 0, unanswered: 0, wrong: [] };
  try {
    await berth.start();
    const link = await pushImage(berth.url, around);
    const strangers = await makeStrangers(around);
    const token = await makeToken(berth.url, around);
    around.harbor.faults.add({ kind: 'latency', ms: 4 });
    const question = { for: 'p001', links: [link] };
    const schedulers = Array.from(
      { length: SCHEDULERS },
      (_, index) => new InsistentScheduler(berth.url, `slurm${index}`, token, question, random),
    );
    while (report.kills < options.kills) {
      const running = schedulers.map((scheduler) => scheduler.runJobs());
      const upTo = Math.min(options.kills, report.kills + KILLS_A_ROUND);
      for (; report.kills < upTo; report.kills += 1) {
        await sleep(random() * LONGEST_LIFE_MS);
        await berth.kill();
        await berth.start();
      }
      for (const scheduler of schedulers) scheduler.stopAsking();
      await Promise.all(running);
      report.wrong.push(...(await lookAt(schedulers, strangers, around)));
      options.say(`${report.kills} kills, ${report.wrong.length} wrong`);
    }
    report.shown = schedulers.reduce((sum, { alive, ended }) => sum + alive.length + ended.length, 0);
    report.unanswered = schedulers.reduce((sum, { unanswered }) => sum + unanswered, 0);
    return report;
  } finally {
    await berth.kill();
    await around.stop();
  }
}

/** What is wrong when all has come to rest. */
async function lookAt(
  schedulers: readonly InsistentScheduler[],
  strangers: readonly string[],
  around: Surroundings,
): Promise<string[]> {
  const wrong = schedulers.flatMap((scheduler) => scheduler.wrong.splice(0));
  const alive = schedulers.flatMap((scheduler) => scheduler.alive);
  const expected = [...alive.map(({ username }) => username), ...strangers].sort();
  const endsAt = performance.now() + REST_WITHIN_MS;
  let robots = await robotNames(around);
  while (robots.join() !== expected.join() && performance.now() < endsAt) {
    await sleep(200);
    robots = await robotNames(around);
  }
  const missing = expected.filter((name) => !robots.includes(name));
  const orphans = robots.filter((name) => !expected.includes(name));
  wrong.push(...missing.map((name) => `${name} is gone`), ...orphans.map((name) => `${name} is left`));
  for (const secret of alive) {
    if (!(await canPull(secret, around))) wrong.push(`${secret.jobId} cannot pull`);
  }
  return wrong;
}

async function pushImage(url: string, around: Surroundings): Promise<string> {
  const person = await login(url, around, 'p001');
  const { username, password } = await post(`${url}/api/v1/account/credentials`, person, {});
  await pushTinyImage({
    registryUrl: around.harbor.url,
    link: { project: PROJECT, repository: 'demo', tag: 'v1' },
    username: String(username),
    password: String(password),
    content: 'v1',
  });
  return `${around.harbor.address}/${PROJECT}/demo:v1`;
}

async function makeToken(url: string, around: Surroundings): Promise<string> {
  const admin = await login(url, around, 'p002');
  const made = await post(`${url}/api/v1/admin/service-tokens`, admin, { kind: 'scheduler', name: 'slurm' });
  return String(made.token);
}

/** Robots whose names and descriptions look like ours. */
async function makeStrangers(around: Surroundings): Promise<string[]> {
  const access = [{ resource: 'repository', action: 'pull' }];
  const names: string[] = [];
  for (const name of ['berth-job-1', 'berth-job-0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b']) {
    const wanted = {
      name,
      description: 'Berth job of another Berth',
      level: 'system',
      duration: -1,
      permissions: [{ kind: 'project', namespace: PROJECT, access }],
    };
    const made = await post(`${around.harbor.url}/api/v2.0/robots`, adminOf(around), wanted);
    names.push(String(made.name));
  }
  return names;
}

async function robotNames(around: Surroundings): Promise<string[]> {
  const names: string[] = [];
  for (let page = 1; ; page += 1) {
    const url = `${around.harbor.url}/api/v2.0/robots?page_size=100&page=${page}`;
    const response = await fetch(url, { headers: { authorization: adminOf(around) } });
    const robots = (await response.json()) as { name: string }[];
    names.push(...robots.map(({ name }) => name));
    if (robots.length < 100) return names.filter((name) => name.includes('berth-job-')).sort();
  }
}

async function canPull({ username, password }: Secret, around: Surroundings): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const url = `${around.harbor.url}/v2/${PROJECT}/demo/manifests/v1`;
  return (await fetch(url, { headers: { authorization, accept: MANIFEST } })).ok;
}

async function login(url: string, around: Surroundings, username: string): Promise<string> {
  const password = around.people.find((person) => person.username === username)?.password;
  const { accessToken } = await post(`${url}/api/v1/auth/login`, null, { username, password });
  return `Bearer ${String(accessToken)}`;
}

function adminOf({ harborAdmin: { username, password } }: Surroundings): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function post(
  url: string,
  authorization: string | null,
  body: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
