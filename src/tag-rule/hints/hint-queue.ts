import { setTimeout as sleep } from 'node:timers/promises';

export interface HintQueueLimits {
  /** Of all projects together, at the same time. */
  parallel: number;
  parallelPerProject: number;
  maxWaiting: number;
  maxWaitingPerProject: number;
  /** After one that failed nothing begins for this long, and twice as long after each further one. */
  restMs: number;
  maxRestMs: number;
  /** While it is crowded, one begins in this time. */
  crowdedMs: number;
  /** What failed so often is given up. */
  maxTries: number;
}

export interface HintQueueWork {
  /** @param sinceMs when it was asked for last, of `performance.now()` */
  run: (project: string, key: string, sinceMs: number) => Promise<void>;
  /** Is something more urgent to be done now? */
  isCrowded: () => boolean;
  /** What became of a key is not known: it did not fit, or failed too often. */
  onLost: (project: string) => void;
}

interface Wait {
  tries: number;
  sinceMs: number;
}

interface Place {
  waiting: Map<string, Wait>;
  running: Set<string>;
  /** Of those running: asked for again meanwhile. */
  again: Set<string>;
}

/**
 * What hints ask for, a key at a time. The same key waits once, and runs again when it was asked for while it ran.
 * Projects take turns, so that a busy one holds up no other. Memory is bounded: what does not fit is told as lost.
 */
export class HintQueue {
  private readonly places = new Map<string, Place>();
  private readonly stopping = new AbortController();
  private readonly runs = new Set<Promise<void>>();
  private waitingCount = 0;
  private failures = 0;
  private resting: Promise<void> | null = null;
  private begunAtMs = -Infinity;
  private waker: NodeJS.Timeout | null = null;

  constructor(
    private readonly limits: HintQueueLimits,
    private readonly work: HintQueueWork,
  ) {}

  get waiting(): number {
    return this.waitingCount;
  }

  /** What waits and what runs. */
  get busy(): number {
    return this.waitingCount + this.runs.size;
  }

  add(project: string, key: string): void {
    const place = this.placeOf(project);
    if (place.running.has(key)) place.again.add(key);
    else this.put(project, place, key, { tries: 0, sinceMs: performance.now() });
    this.begin();
  }

  /** Begins nothing more, and waits for what runs. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.waker !== null) clearTimeout(this.waker);
    await Promise.all(this.runs);
  }

  private placeOf(project: string): Place {
    const known = this.places.get(project);
    if (known !== undefined) return known;
    const place: Place = { waiting: new Map(), running: new Set(), again: new Set() };
    this.places.set(project, place);
    return place;
  }

  private put(project: string, { waiting }: Place, key: string, wait: Wait): void {
    const waits = waiting.get(key);
    if (waits !== undefined) {
      waits.sinceMs = wait.sinceMs;
      return;
    }
    const { maxWaiting, maxWaitingPerProject } = this.limits;
    if (waiting.size >= maxWaitingPerProject || this.waitingCount >= maxWaiting) {
      this.work.onLost(project);
      return;
    }
    waiting.set(key, wait);
    this.waitingCount += 1;
  }

  private begin(): void {
    while (this.resting === null && !this.stopping.signal.aborted && this.runs.size < this.limits.parallel) {
      if (this.waitingCount > 0 && this.isTooSoon()) return;
      const next = this.next();
      if (next === null) return;
      this.begunAtMs = performance.now();
      const run = this.run(...next).finally(() => {
        this.runs.delete(run);
        this.begin();
      });
      this.runs.add(run);
    }
  }

  /** Then it begins by itself, later. */
  private isTooSoon(): boolean {
    const { crowdedMs } = this.limits;
    if (performance.now() - this.begunAtMs >= crowdedMs || !this.work.isCrowded()) return false;
    this.waker ??= setTimeout(() => {
      this.waker = null;
      this.begin();
    }, crowdedMs).unref();
    return true;
  }

  /** The first of the project whose turn it is, which then stands last. */
  private next(): [string, Place, string, Wait] | null {
    for (const [project, place] of this.places) {
      const [first] = place.waiting;
      if (first === undefined) {
        if (place.running.size === 0) this.places.delete(project);
        continue;
      }
      if (place.running.size >= this.limits.parallelPerProject) continue;
      const [key, wait] = first;
      place.waiting.delete(key);
      this.waitingCount -= 1;
      place.running.add(key);
      this.places.delete(project);
      this.places.set(project, place);
      return [project, place, key, wait];
    }
    return null;
  }

  private async run(project: string, place: Place, key: string, wait: Wait): Promise<void> {
    let failed = false;
    try {
      await this.work.run(project, key, wait.sinceMs);
      this.failures = 0;
    } catch {
      failed = true;
    }
    place.running.delete(key);
    const again = place.again.delete(key);
    if (again) this.put(project, place, key, { tries: 0, sinceMs: performance.now() });
    if (!failed) return;
    if (!again) {
      const tries = wait.tries + 1;
      if (tries >= this.limits.maxTries) this.work.onLost(project);
      else this.put(project, place, key, { ...wait, tries });
    }
    this.rest();
  }

  /** Harbor or the database is away: nobody knocks again at once. */
  private rest(): void {
    if (this.resting !== null) return;
    const restMs = Math.min(this.limits.restMs * 2 ** this.failures, this.limits.maxRestMs);
    this.failures += 1;
    this.resting = sleep(restMs, undefined, { signal: this.stopping.signal, ref: false })
      .catch(() => undefined)
      .finally(() => {
        this.resting = null;
        this.begin();
      });
  }
}
