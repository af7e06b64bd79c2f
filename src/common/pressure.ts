import { type EventLoopUtilization, performance } from 'node:perf_hooks';

const JUDGED_EVERY_MS = 20;
/** More than these come in a burst. */
const MOST_IN_A_WHILE = 10;
const BUSY = 0.85;

/**
 * Does a burst of requests that nobody should wait for leave this process nothing else to do? Then what can wait
 * goes after them.
 */
export class Pressure {
  private taken = 0;
  private sinceMs = performance.now();
  private since: EventLoopUtilization = performance.eventLoopUtilization();
  /** Null while it is not high. */
  private highSinceMs: number | null = null;

  /** @param longestMs what lasts longer is no burst, and nothing waits for its end */
  constructor(private readonly longestMs: number) {}

  /** To be called with each of those requests. */
  take(): void {
    this.taken += 1;
    const nowMs = performance.now();
    const passedMs = nowMs - this.sinceMs;
    if (passedMs < JUDGED_EVERY_MS) return;
    const isBurst = this.taken * JUDGED_EVERY_MS > MOST_IN_A_WHILE * passedMs;
    const until = performance.eventLoopUtilization();
    const isHigh = isBurst && performance.eventLoopUtilization(until, this.since).utilization > BUSY;
    this.highSinceMs = isHigh ? (this.highSinceMs ?? nowMs) : null;
    this.taken = 0;
    this.sinceMs = nowMs;
    this.since = until;
  }

  get isHigh(): boolean {
    const nowMs = performance.now();
    const isStillJudged = nowMs - this.sinceMs < 5 * JUDGED_EVERY_MS;
    return isStillJudged && this.highSinceMs !== null && nowMs - this.highSinceMs < this.longestMs;
  }
}
