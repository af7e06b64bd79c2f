import type { Answer } from '../e2e/journey';
import { LookupWorld, type Replica } from './lookup-world';

/** What memory answers was true a second before the question, or later. */
const TRUE_SINCE_MS = 1_000;
const PUSHES = 40;
const TOGGLES = 15;

/** What was so, from the begin of what made it so to the end of what ended it. */
interface Span {
  value: string;
  fromMs: number;
  untilMs: number;
}

interface Asked {
  askedMs: number;
  answeredMs: number;
  answer: Answer;
}

/** Values that follow each other; while one is exchanged for the next, both are true. */
class Truth {
  private readonly spans: Span[] = [];

  async become(value: string | null, change: () => Promise<string | null>): Promise<void> {
    const last = this.spans.at(-1);
    const next: Span = { value: value ?? '', fromMs: performance.now(), untilMs: Number.POSITIVE_INFINITY };
    this.spans.push(next);
    next.value = (await change()) ?? next.value;
    if (last !== undefined) last.untilMs = performance.now();
  }

  wasTrue(value: string, fromMs: number, untilMs: number): boolean {
    return this.spans.some(
      (span) => span.value === value && span.fromMs <= untilMs && span.untilMs >= fromMs,
    );
  }
}

describe('every answer of a lookup', () => {
  let world: LookupWorld;
  let stopped: boolean;

  beforeAll(async () => {
    world = await LookupWorld.start([{}, {}]);
    for (const replica of world.replicas) await world.logIn(replica, 'p002');
  });
  beforeEach(() => {
    stopped = false;
  });
  afterAll(async () => {
    await world.stop();
  });

  /** Asks each replica again and again, some at once, until it is stopped. */
  const askOn = async (ask: (replica: Replica) => Promise<Answer>): Promise<Asked[]> => {
    const all: Asked[] = [];
    const one = async (replica: Replica) => {
      while (!stopped) {
        const askedMs = performance.now();
        const answer = await ask(replica);
        all.push({ askedMs, answeredMs: performance.now(), answer });
      }
    };
    await Promise.all([...world.replicas, ...world.replicas].map(one));
    return all;
  };

  it.each([0, 300])('of latest that may be %i ms old was its digest in that time', async (maxAgeMs) => {
    const digest = new Truth();
    const push = async (number: number) =>
      digest.become(null, () => world.push('latest', `${maxAgeMs} ${number}`));
    await push(0);
    // What was looked at before it may be answered until then.
    await new Promise((resolve) => setTimeout(resolve, maxAgeMs));
    const asking = askOn(async (replica) => world.ask(replica, 'latest', 'p001', maxAgeMs));
    for (let number = 1; number <= PUSHES; number += 1) await push(number);
    stopped = true;
    const all = await asking;
    const untrue = all.filter(
      ({ askedMs, answeredMs, answer }) =>
        answer.status !== 200 || !digest.wasTrue(String(answer.body.digest), askedMs - maxAgeMs, answeredMs),
    );
    expect(untrue.map(({ answer }) => answer.body)).toEqual([]);
    expect(all.length).toBeGreaterThan(PUSHES / 4);
  });

  it('was his to have, while shares come and go, and Harbor too', async () => {
    await world.push('v1', 'one');
    const id = await world.import('v1');
    const path = `/images/${id}/shares/person/p002`;
    const standing = new Truth();
    await standing.become('404', async () => Promise.resolve(null));
    const asking = askOn(async (replica) => world.ask(replica, 'v1', 'p002'));
    for (let turn = 1; turn <= TOGGLES; turn += 1) {
      await standing.become('200', async () => {
        const { status, body } = await world.owner.put(path, {});
        if (status >= 300) throw new Error(JSON.stringify(body));
        return null;
      });
      await new Promise((resolve) => setTimeout(resolve, 20 * (turn % 5)));
      if (turn % 5 === 0) await world.proxies.harbor.down();
      await standing.become('404', async () => {
        await world.owner.delete(path);
        return null;
      });
      await new Promise((resolve) => setTimeout(resolve, 20 * (turn % 5)));
      if (turn % 5 === 0) await world.proxies.harbor.up();
    }
    stopped = true;
    const all = await asking;
    const untrue = all.filter(
      ({ askedMs, answeredMs, answer }) =>
        answer.status < 500 && !standing.wasTrue(String(answer.status), askedMs - TRUE_SINCE_MS, answeredMs),
    );
    expect(untrue.map(({ answer }) => [answer.status, answer.body])).toEqual([]);
    expect(new Set(all.map(({ answer }) => answer.status))).toContain(200);
  });
});
