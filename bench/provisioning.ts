import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manyPeople, startSurroundings, type Surroundings } from '../sandbox/surroundings';
import { loadConfig } from '../src/config/load-config';
import { HarborClient } from '../src/harbor/harbor.client';
import { freePort, startChild } from './child';
import { median } from './load';
import { post } from './post';
import type { Section } from './section';
import { head, milliseconds, row } from './table';

const PEOPLE = 50;
const ROUNDS = 5;
/** What a live Harbor takes for a write. */
const WRITE_MS = 100;
const READY = '/api/v1/health/ready';
const RULE = {
  repositories: { decoration: 'repoMatches', pattern: '**' },
  tags: { decoration: 'excludes', pattern: '{latest,sha256-*}' },
};

const WEBHOOK = {
  name: 'berth',
  eventTypes: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
  address: 'http://localhost:3000/api/v1/hooks/harbor/alone',
  authHeader: 'Bearer bench',
  verifyCertificate: true,
};

interface ProvisioningFigures {
  first: CallCount;
  repeat: CallCount;
  /** Of all people at once: Berth, and the same calls alone. */
  berthMs: number;
  callsMs: number;
  ratio: number;
  people: number;
}

interface CallCount {
  reads: number;
  writes: number;
}

/** What making accounts costs, in calls and in time, on one replica: with SQLite, or the empty DATABASE_BENCH_URL. */
export const provisioningSection: Section = {
  name: 'provisioning',
  title: 'Accounts',
  run: async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
    try {
      print(await measureProvisioning(dataFolder));
    } finally {
      rmSync(dataFolder, { recursive: true, force: true });
    }
  },
};

function print({ first, repeat, berthMs, callsMs, ratio, people }: ProvisioningFigures): void {
  head('Harbor calls', 'reads', 'writes');
  row('a first provisioning', String(first.reads), String(first.writes));
  row('a reset', String(repeat.reads), String(repeat.writes));
  head(`${people} people at once`, 'time', 'ratio');
  row('their Harbor calls alone', milliseconds(callsMs), '1.00');
  row('first credentials through Berth', milliseconds(berthMs), ratio.toFixed(2));
}

async function measureProvisioning(dataFolder: string): Promise<ProvisioningFigures> {
  const around = await startSurroundings(manyPeople(1 + PEOPLE * ROUNDS));
  const databaseUrl = process.env.DATABASE_BENCH_URL ?? `sqlite:${join(dataFolder, 'provisioning.sqlite')}`;
  const env = around.env(databaseUrl, await freePort());
  const harbor = new HarborClient(loadConfig(env));
  const berth = await startChild('src/main.js', READY, env);
  try {
    const tokens = new Map<string, string>();
    for (const { username, password } of around.people) {
      const login = { username, password };
      const { accessToken } = await post<{ accessToken: string }>(berth.url, '/auth/login', null, login);
      tokens.set(username, accessToken);
    }
    const ask = async (username: string, reset: boolean): Promise<void> => {
      await post(berth.url, '/account/credentials', tokens.get(username) ?? null, { reset });
    };
    const usernames = [...tokens.keys()];
    const [one = '', ...others] = usernames;
    const first = await countCalls(around, () => ask(one, false));
    const repeat = await countCalls(around, () => ask(one, true));

    for (const method of ['POST', 'PUT', 'DELETE']) {
      around.harbor.faults.add({ kind: 'latency', method, ms: WRITE_MS });
    }
    const rounds: { berthMs: number; callsMs: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const people = others.slice(round * PEOPLE, (round + 1) * PEOPLE);
      const callsMs = await timed(people, (username) => callsAlone(harbor, `alone-${username}`));
      const berthMs = await timed(people, (username) => ask(username, false));
      rounds.push({ berthMs, callsMs });
    }
    return {
      first,
      repeat,
      berthMs: median(rounds.map(({ berthMs }) => berthMs)),
      callsMs: median(rounds.map(({ callsMs }) => callsMs)),
      ratio: median(rounds.map(({ berthMs, callsMs }) => berthMs / callsMs)),
      people: PEOPLE,
    };
  } finally {
    await berth.stop();
    harbor.onModuleDestroy();
    await around.stop();
  }
}

/** The calls of a first provisioning, in its order, without Berth around them. */
async function callsAlone(harbor: HarborClient, name: string): Promise<void> {
  await Promise.all([harbor.findProject(name), harbor.findUser(name)]);
  await harbor.system();
  await harbor.createProject({ name, quotaBytes: 1 });
  await harbor.createImmutableRule(name, RULE);
  await harbor.createWebhookPolicy(name, WEBHOOK);
  const password = 'Bench12345';
  const user = { username: name, email: `${name}@example.com`, realName: name, comment: '', password };
  const made = await harbor.createUser(user);
  if (made.outcome === 'created') await harbor.addMember(name, made.id, 'admin');
}

async function timed(people: readonly string[], work: (username: string) => Promise<void>): Promise<number> {
  const began = performance.now();
  await Promise.all(people.map(work));
  return performance.now() - began;
}

async function countCalls({ harbor }: Surroundings, work: () => Promise<void>): Promise<CallCount> {
  const before = harbor.calls.length;
  await work();
  const calls = harbor.calls.slice(before);
  const reads = calls.filter(({ method }) => method === 'GET').length;
  return { reads, writes: calls.length - reads };
}
