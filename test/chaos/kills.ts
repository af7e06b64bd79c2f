import { setTimeout as sleep } from 'node:timers/promises';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { BerthProcess, freePort } from './berth-process';
import { InsistentPerson } from './insistent-person';
import { seededRandom } from './seeded-random';

const PEOPLE = 20;
/** Between rounds of kills everybody comes to rest, and everything is looked at. */
const KILLS_A_ROUND = 20;
/** Longer than the lease that a killed process leaves behind (three deadlines, in whole seconds). */
const LONGEST_LIFE_MS = 2_200;
const CALLS_UNTIL_SERVED = 400;

export interface KillsReport {
  kills: number;
  /** Passwords that reached a person. */
  shown: number;
  /** Calls that a kill left without an answer. */
  unanswered: number;
  /** Persons whose account said `unknown` when everything had come to rest. */
  foundUnknown: number;
  /** Persons whose newest password was issued, and its answer lost on the way: his account says when. */
  answersLost: number;
  /** What should not have been; empty when all is well. */
  wrong: string[];
}

/**
 * SIGKILLs the built service at random instants while people are provisioned and reset, and looks at what is left.
 * @param main the built `src/main.js`
 */
export async function runKills(options: {
  main: string;
  databaseUrl: string;
  kills: number;
  seed: number;
  say: (line: string) => void;
}): Promise<KillsReport> {
  const around = await startSurroundings(manyPeople(PEOPLE));
  around.harbor.faults.add({ kind: 'latency', ms: 4 });
  const port = await freePort();
  const env = { ...around.env(options.databaseUrl, port), HARBOR_DEADLINE_MS: '500' };
  const berth = new BerthProcess(options.main, env, `http://127.0.0.1:${port}`);
  const random = seededRandom(options.seed);
  const people = around.people.map(
    ({ username, password }) => new InsistentPerson(berth.url, username, password, random),
  );
  const report: KillsReport = {
    kills: 0,
    shown: 0,
    unanswered: 0,
    foundUnknown: 0,
    answersLost: 0,
    wrong: [],
  };
  try {
    await berth.start();
    while (report.kills < options.kills) {
      const asking = people.map((person) => person.askUntilTold());
      const upTo = Math.min(options.kills, report.kills + KILLS_A_ROUND);
      for (; report.kills < upTo; report.kills += 1) {
        await sleep(random() * LONGEST_LIFE_MS);
        await berth.kill();
        await berth.start();
      }
      for (const person of people) person.stopAsking();
      await Promise.all(asking);
      for (const person of people) await lookAt(person, around, report);
      options.say(`${report.kills} kills, ${report.wrong.length} wrong`);
    }
    report.shown = people.reduce((sum, { timesShown }) => sum + timesShown, 0);
    report.unanswered = people.reduce((sum, { unanswered }) => sum + unanswered, 0);
    return report;
  } finally {
    await berth.kill();
    await around.stop();
  }
}

/** What the person has after the kills, and after calling once more until he is served. */
async function lookAt(person: InsistentPerson, around: Surroundings, report: KillsReport): Promise<void> {
  const say = (what: string): void => void report.wrong.push(`${person.username}: ${what}`);
  const { credentials } = await person.account();
  const working = await workingPasswords(person, around);
  const newest = person.shown.at(-1);
  if (working.length > 1) say(`${working.length} shown passwords work`);
  if (credentials.state === 'unknown') report.foundUnknown += 1;
  if (credentials.state === 'issued' && credentials.issuedAt !== newest?.issuedAt) report.answersLost += 1;
  if (credentials.state === 'issued' && credentials.issuedAt === newest?.issuedAt) {
    if (working[0] !== newest?.password) say('the account says issued, and the password does not work');
  }
  let calls = 0;
  while (!(await person.askOnce()) && calls < CALLS_UNTIL_SERVED) {
    calls += 1;
    await sleep(25);
  }
  if (calls === CALLS_UNTIL_SERVED) say('is not served any more');
  const works = await workingPasswords(person, around);
  if (works.length !== 1 || works[0] !== person.shown.at(-1)?.password)
    say('not just the last password works');
  const account = await person.account();
  if (account.state !== 'ready' || account.problems.length > 0) say(`is ${account.state} in the end`);
  await lookAtHarbor(person.username, around, say);
  // Old ones were looked at: they cannot come back.
  person.shown.splice(0, person.shown.length - 1);
}

async function workingPasswords(person: InsistentPerson, around: Surroundings): Promise<string[]> {
  const working: string[] = [];
  for (const { password } of person.shown) {
    const login = { username: person.username, password };
    if ((await askHarbor(around, login, '/users/current')).ok) working.push(password);
  }
  return working;
}

async function lookAtHarbor(
  username: string,
  around: Surroundings,
  say: (what: string) => void,
): Promise<void> {
  const list = async (path: string): Promise<Record<string, unknown>[]> =>
    (await (await askHarbor(around, around.harborAdmin, path)).json()) as Record<string, unknown>[];
  const project = `user-${username}`;
  const users = await list(`/users?q=username%3D${username}`);
  if (users.length !== 1) say(`${users.length} users`);
  const projects = await list(`/projects?q=name%3D${project}`);
  if (projects.length !== 1) say(`${projects.length} projects`);
  const members = await list(`/projects/${project}/members`);
  const roles = members.filter((member) => member.entity_name === username).map(({ role_id: role }) => role);
  if (roles.length !== 1 || roles[0] !== 1 || members.length !== 2) say(`memberships ${roles.join()}`);
  const rules = await list(`/projects/${project}/immutabletagrules`);
  if (rules.length !== 1 || rules[0]?.disabled === true) say(`${rules.length} rules`);
}

async function askHarbor(
  around: Surroundings,
  { username, password }: { username: string; password: string },
  path: string,
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return fetch(`${around.harbor.url}/api/v2.0${path}`, { headers: { authorization } });
}
