import { setTimeout as sleep } from 'node:timers/promises';
import { lookupPath, SoakWorld } from './soak-world';
import { SteadyAsker, Times, type Heard, type Percentiles, type Question } from './steady-asker';

const PEOPLE = 20;
const REPOSITORIES = 5;
const PINNED_A_SECOND = 480;
const LATEST_A_SECOND = 20;
/** Jobs begin and heartbeat, ask for a secret, and for a tag that nobody ever saw. */
const OTHERS_A_SECOND = 3;
const USUAL_MS = 60_000;
/** A dead Harbor refuses connections for so long, then takes them and says nothing for as long, and so on. */
const MODE_MS = 5 * 60_000;
/** Nothing waits longer for a Harbor that is known to be dead. */
const PATIENCE_MS = 50;
/** As Berth has them by default. */
const SWEEP_AND_RECONCILE_CALLS_A_SECOND = 25;
const RECOVERS_WITHIN_MS = 30_000;

/** How a dead Harbor is: connections are refused, or nothing is said on them. */
const DEAD = ['refusing', 'silent'] as const;

/** What was answered while one thing was so. */
class Phase {
  readonly pinned = new Times();
  readonly latest = new Times();
  readonly others = new Times();
  readonly callsEachSecond: number[] = [];
  readonly memory: number[] = [];

  /** @param isKnownDead whether Berth knows meanwhile that Harbor is dead */
  constructor(
    readonly name: string,
    readonly isKnownDead = false,
  ) {}

  get report(): PhaseReport {
    const { name, pinned, latest, others, callsEachSecond: calls, memory } = this;
    return {
      phase: name,
      pinned: pinned.percentiles,
      latest: latest.percentiles,
      others: others.percentiles,
      harborCallsASecond: {
        mean: Math.round((10 * calls.reduce((sum, each) => sum + each, 0)) / Math.max(1, calls.length)) / 10,
        most: Math.max(0, ...calls),
      },
      mostRssMb: Math.round(Math.max(0, ...memory) / 1024 / 1024),
    };
  }
}

interface PhaseReport {
  phase: string;
  pinned: Percentiles;
  latest: Percentiles;
  others: Percentiles;
  harborCallsASecond: { mean: number; most: number };
  mostRssMb: number;
}

export interface OutageReport {
  phases: PhaseReport[];
  /** Until no call was sent any more, of a Harbor that had just died. */
  breakerOpenAfterMs: number;
  /** Until every `latest` was answered with what was pushed meanwhile. */
  recoveredAfterMs: number;
  wrong: string[];
}

/**
 * Harbor, directory and Redis are down while schedulers ask at a steady rate: every pinned lookup is answered as ever,
 * `latest` with its age, and nothing waits. Then they come back, without a storm.
 */
export async function runOutage(options: {
  main: string;
  minutes: number;
  say: (line: string) => void;
}): Promise<OutageReport> {
  const { main, minutes, say } = options;
  const world = await SoakWorld.start(main, PEOPLE, REPOSITORIES);
  try {
    return await new Outage(world, say).run(minutes * 60_000);
  } finally {
    await world.stop();
  }
}

class Outage {
  private readonly wrong = new Map<string, number>();
  private readonly phases: Phase[] = [];
  private phase = new Phase('warming');
  /** Null while Harbor answers; of `performance.now()`. */
  private downSinceMs: number | null = null;

  constructor(
    private readonly world: SoakWorld,
    private readonly say: (line: string) => void,
  ) {}

  async run(outageMs: number): Promise<OutageReport> {
    const askers = this.askers();
    for (const asker of askers) asker.start();
    const watching = new AbortController();
    const watched = this.watch(watching.signal);
    await sleep(20_000);
    this.begin('before');
    await sleep(USUAL_MS);

    const { harbor, directory, redis } = this.world.proxies;
    this.begin('until it is known');
    const downMs = performance.now();
    await Promise.all([harbor.down(), directory.down(), redis.down()]);
    this.downSinceMs = performance.now();
    await this.until(true);
    const breakerOpenAfterMs = Math.round(performance.now() - downMs);
    await this.stayDown(outageMs);

    this.world.moveLatest('pushed meanwhile');
    this.begin('coming back');
    const upMs = performance.now();
    this.downSinceMs = null;
    await harbor.down();
    await Promise.all([harbor.up(), directory.up(), redis.up()]);
    await this.untilAllFresh(upMs + RECOVERS_WITHIN_MS);
    const recoveredAfterMs = Math.round(performance.now() - upMs);
    this.begin('after');
    await sleep(USUAL_MS);
    watching.abort();
    await watched;
    for (const asker of askers) await asker.stop();
    const phases = this.phases.map(({ report }) => report);
    this.judge(phases);
    const wrong = [...this.wrong].map(([what, times]) => (times === 1 ? what : `${what} (${times} times)`));
    return { phases, breakerOpenAfterMs, recoveredAfterMs, wrong };
  }

  private begin(name: string): void {
    this.phase = new Phase(name);
    this.phases.push(this.phase);
    this.say(`${new Date().toISOString()} ${name}`);
  }

  private askers(): SteadyAsker[] {
    const { berth, token, links, latest } = this.world;
    const pinned = links.map((asked): Question => ({ method: 'GET', path: lookupPath(asked) }));
    const moving = latest.map((asked): Question => ({ method: 'GET', path: lookupPath(asked) }));
    const others = (number: number): Question => this.otherQuestion(number);
    return [
      new SteadyAsker(berth.url, token, PINNED_A_SECOND, cycle(pinned), (heard) => this.hearPinned(heard)),
      new SteadyAsker(berth.url, token, LATEST_A_SECOND, cycle(moving), (heard) => this.hearLatest(heard)),
      new SteadyAsker(berth.url, token, OTHERS_A_SECOND, others, (heard, asked) =>
        this.hearOther(heard, asked),
      ),
    ];
  }

  private otherQuestion(number: number): Question {
    const { links, latest } = this.world;
    const one = links[number % links.length];
    const two = latest[number % latest.length];
    if (one === undefined || two === undefined) throw new Error('there are links');
    const job = { for: one.username, links: [one.link], ttlSeconds: 600 };
    switch (number % 3) {
      case 0:
        return { method: 'PUT', path: `/api/v1/jobs/job-${number}/images`, body: job };
      case 1:
        return { method: 'POST', path: '/api/v1/pull-secrets', body: { ...job, jobId: `job-${number}` } };
      default:
        return {
          method: 'GET',
          path: lookupPath({
            link: two.link.replace(/:latest$/, `:unseen-${number}`),
            username: two.username,
          }),
        };
    }
  }

  private hearPinned({ status, body, ms }: Heard): void {
    this.phase.pinned.note(ms);
    if (status !== 200) this.note(`${this.phase.name}: a pinned lookup is answered ${status}`);
    else if (body.stale !== false) this.note(`${this.phase.name}: a pinned lookup is stale`);
  }

  private hearLatest({ status, body, ms }: Heard): void {
    const { phase, downSinceMs } = this;
    phase.latest.note(ms);
    if (status !== 200) {
      this.note(`${phase.name}: latest is answered ${status}`);
      return;
    }
    if (!phase.isKnownDead || downSinceMs === null) return;
    if (body.stale !== true) this.note(`${phase.name}: latest is not stale`);
    const downMs = performance.now() - ms - downSinceMs;
    if (Number(body.ageMs) < downMs - 1_000) {
      this.note(`${phase.name}: latest is said to be younger than it is`);
    }
  }

  private hearOther({ status, ms }: Heard, { method, path }: Question): void {
    const { phase } = this;
    phase.others.note(ms);
    if (!phase.isKnownDead) return;
    const expected = method === 'PUT' ? 200 : 503;
    const what = `${method} ${path.replace(/[?].*/, '').replace(/job-\d+/, '{jobId}')}`;
    if (status !== expected) this.note(`${phase.name}: ${what} is answered ${status}`);
  }

  private note(what: string): void {
    this.wrong.set(what, (this.wrong.get(what) ?? 0) + 1);
  }

  /** Harbor's calls each second; memory each minute. */
  private async watch(signal: AbortSignal): Promise<void> {
    const { harbor } = this.world.around;
    for (let second = 0; !signal.aborted; second += 1) {
      harbor.calls.length = 0;
      const beganMs = performance.now();
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
      // A busy machine's seconds are longer.
      const seconds = Math.max(1, (performance.now() - beganMs) / 1_000);
      this.phase.callsEachSecond.push(Math.round(harbor.calls.length / seconds));
      if (second % 60 === 0) this.phase.memory.push((await this.world.memory()).rssBytes);
      if (second % 300 === 299) this.say(`${this.phase.name}: ${JSON.stringify(this.phase.report.pinned)}`);
    }
  }

  private async stayDown(outageMs: number): Promise<void> {
    const { harbor } = this.world.proxies;
    const dead = DEAD.map((how) => new Phase(how, true));
    const endsMs = performance.now() + outageMs;
    const modeMs = Math.min(MODE_MS, outageMs / 2);
    for (let turn = 0; performance.now() < endsMs; turn += 1) {
      const phase = dead[turn % dead.length];
      if (phase === undefined) throw new Error('it is dead in some way');
      if (phase.name === 'silent') {
        await harbor.up();
        harbor.stall();
      } else {
        await harbor.down();
      }
      this.phase = phase;
      this.say(`${new Date().toISOString()} ${phase.name}`);
      await sleep(Math.min(modeMs, endsMs - performance.now()));
    }
    this.phases.push(...dead);
  }

  private async until(isOpen: boolean): Promise<void> {
    while ((await this.world.isBreakerOpen()) !== isOpen) await sleep(20);
  }

  /** Until each `latest` is answered with what was pushed while Harbor was away. */
  private async untilAllFresh(endsMs: number): Promise<void> {
    const { berth, token, latest } = this.world;
    for (const asked of latest) {
      for (;;) {
        const headers = { authorization: `Bearer ${token}` };
        const response = await fetch(`${berth.url}${lookupPath(asked)}`, { headers });
        const { stale } = (await response.json()) as { stale?: boolean };
        if (stale === false) break;
        if (performance.now() > endsMs) {
          this.note(`coming back: ${asked.link} stays stale`);
          return;
        }
        await sleep(50);
      }
    }
  }

  private judge(phases: readonly PhaseReport[]): void {
    const of = (name: string): PhaseReport => {
      const found = phases.find(({ phase }) => phase === name);
      if (found === undefined) throw new Error(`there is no phase ${name}`);
      return found;
    };
    const [before, after] = [of('before'), of('after')];
    for (const dead of DEAD) {
      const { pinned, latest } = of(dead);
      // What the machine does to a lookup that asks nobody is no wait for Harbor.
      if (latest.p99OfAMinuteMs > PATIENCE_MS + pinned.p99OfAMinuteMs) {
        this.note(`${dead}: latest waits ${latest.p99OfAMinuteMs} ms`);
      }
      if (pinned.p50Ms > 1.5 * before.pinned.p50Ms) this.note(`${dead}: pinned lookups are slower`);
    }
    const mostCalls = 2 * before.harborCallsASecond.most + SWEEP_AND_RECONCILE_CALLS_A_SECOND;
    for (const { phase, harborCallsASecond } of [of('coming back'), after]) {
      if (harborCallsASecond.most > mostCalls) {
        this.note(`${phase}: ${harborCallsASecond.most} calls in a second, of at most ${mostCalls}`);
      }
    }
  }
}

function cycle<T>(all: readonly T[]): (number: number) => T {
  return (number) => {
    const one = all[number % all.length];
    if (one === undefined) throw new Error('there is none');
    return one;
  };
}
