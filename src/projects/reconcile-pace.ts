import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for the turn to make a call to Harbor. */
export interface Pace {
  turn(): Promise<void>;
}

/** Spreads calls to Harbor evenly, so that background work takes no more than its share. */
export class ReconcilePace implements Pace {
  private nextAt = 0;

  /** @param callsPerSecond at most so many */
  constructor(
    private readonly callsPerSecond: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Throws the signal's reason when that comes first. */
  async turn(): Promise<void> {
    this.signal.throwIfAborted();
    const now = performance.now();
    const startsAt = Math.max(now, this.nextAt);
    this.nextAt = startsAt + 1000 / this.callsPerSecond;
    if (startsAt > now) await sleep(startsAt - now, undefined, { signal: this.signal });
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
    this.nextAt = Math.max(performance.now(), this.nextAt) + (calls * 1000) / this.callsPerSecond;
  }
}
