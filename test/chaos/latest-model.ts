import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../e2e/journey';
import { LookupWorld, type Replica } from '../medium/lookup-world';
import { seededRandom } from './seeded-random';
import { Truth } from './truth';

/** How old an answer can be, as each of those who ask would have it. */
const MAX_AGES_MS = [0, 0, 50, 300, 2_000];
const LONGEST_PAUSE_MS = 30;
/** So often what is pushed is what `latest` was before. */
const BACK_AGAIN = 0.2;

export interface LatestModelReport {
  pushes: number;
  asked: number;
  wrong: string[];
}

interface Asked {
  maxAgeMs: number;
  askedMs: number;
  answeredMs: number;
  answer: Answer;
}

/**
 * `latest` is pushed again and again, past Berth, while lookups race at two replicas: the digest answered was its
 * digest at some instant within maxAgeMs.
 */
export async function runLatestModel(options: {
  pushes: number;
  seed: number;
  say: (line: string) => void;
}): Promise<LatestModelReport> {
  const world = await LookupWorld.start([{}, {}]);
  try {
    return await race(world, options.pushes, seededRandom(options.seed), options.say);
  } finally {
    await world.stop();
  }
}

async function race(
  world: LookupWorld,
  pushes: number,
  random: () => number,
  say: (line: string) => void,
): Promise<LatestModelReport> {
  const digest = new Truth();
  const contents: string[] = [];
  const push = async (): Promise<void> => {
    const before = contents[Math.floor(random() * contents.length)];
    const isNew = before === undefined || random() >= BACK_AGAIN;
    const content = isNew ? `content ${contents.length}` : before;
    if (isNew) contents.push(content);
    await digest.become(null, () => world.push('latest', content));
  };
  await push();
  // What was looked at before it may be answered until then.
  const stopping = new AbortController();
  const asking = MAX_AGES_MS.flatMap((maxAgeMs) =>
    world.replicas.map(async (replica) => askOn(world, replica, maxAgeMs, stopping.signal)),
  );
  for (let count = 1; count <= pushes; count += 1) {
    await sleep(random() * LONGEST_PAUSE_MS);
    await push();
    if (count % 100 === 0) say(`${count} pushes`);
  }
  stopping.abort();
  const all = (await Promise.all(asking)).flat();
  const wrong = all.filter(
    ({ maxAgeMs, askedMs, answeredMs, answer: { status, body } }) =>
      status !== 200 || !digest.wasTrue(String(body.digest), askedMs - maxAgeMs, answeredMs),
  );
  const told = wrong.map(
    ({ maxAgeMs, answer: { status, body } }) => `${maxAgeMs}: ${status} ${JSON.stringify(body)}`,
  );
  return { pushes, asked: all.length, wrong: told };
}

async function askOn(
  world: LookupWorld,
  replica: Replica,
  maxAgeMs: number,
  signal: AbortSignal,
): Promise<Asked[]> {
  const all: Asked[] = [];
  while (!signal.aborted) {
    const askedMs = performance.now();
    const answer = await world.ask(replica, 'latest', 'p001', maxAgeMs);
    all.push({ maxAgeMs, askedMs, answeredMs: performance.now(), answer });
  }
  return all;
}
