import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the turn to make a call to Harbor. */
export interface Pace {
  turn(): Promise<void>;
}

/** When calls may be made, so that no second has more than so many. */
export class CallSchedule {
  private nextAtMs = 0;

  /** @param callsPerSecond at most so many; Infinity waits for nothing */
  constructor(private readonly callsPerSecond: number) {}

  /** @returns how long to wait from now before this call, in milliseconds */
  reserve(nowMs: number): number {
    const startsAtMs = Math.max(nowMs, this.nextAtMs);
    this.nextAtMs = startsAtMs + 1000 / this.callsPerSecond;
    return startsAtMs - nowMs;
  }
}

/** Spreads calls to Harbor evenly, so that background work takes no more than its share. */
export class ReconcilePace implements Pace {
  /** @param schedule shared by all who have the same share */
  constructor(
    private readonly schedule: CallSchedule,
    private readonly signal: AbortSignal,
  ) {}

  /** Throws the signal's reason when that comes first. */
  async turn(): Promise<void> {
    this.signal.throwIfAborted();
    const waitMs = this.schedule.reserve(performance.now());
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.signal });
  }

  /** For calls that cannot wait: those after them wait longer. */
  get unwaited(): Pace {
    return {
      turn: async () => {
        this.spend(1);
        return Promise.resolve();
      },
    };
  }

  spend(calls: number): void {
    for (let call = 0; call < calls; call += 1) this.schedule.reserve(performance.now());
  }
}
