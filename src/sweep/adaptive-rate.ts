/** Slower than that, and Harbor has enough to do. */
const SLOW_MS = 1_000;
const LEAST_PER_SECOND = 0.5;
const AFTER_FAILURE = 0.5;
const AFTER_SLOWNESS = 0.8;
/** After so many good answers it is as fast as it may be again. */
const STEPS_TO_RECOVER = 50;

/** When calls may be made: at most so many a second, fewer after answers that were slow, and after failures. */
export class AdaptiveRate {
  private perSecond: number;
  private nextAtMs = 0;

  constructor(private mostPerSecond: number) {
    this.perSecond = mostPerSecond;
  }

  setMost(perSecond: number): void {
    const wasFull = this.perSecond >= this.mostPerSecond;
    this.mostPerSecond = Math.max(LEAST_PER_SECOND, perSecond);
    this.perSecond = wasFull ? this.mostPerSecond : Math.min(this.perSecond, this.mostPerSecond);
  }

  /** @returns how long to wait from now before this call, in milliseconds */
  reserve(nowMs: number): number {
    const startsAtMs = Math.max(nowMs, this.nextAtMs);
    this.nextAtMs = startsAtMs + 1000 / this.perSecond;
    return startsAtMs - nowMs;
  }

  /** @param tookMs from the call to its answer */
  answered(tookMs: number): void {
    if (tookMs > SLOW_MS) this.slowDown(AFTER_SLOWNESS);
    else
      this.perSecond = Math.min(this.mostPerSecond, this.perSecond + this.mostPerSecond / STEPS_TO_RECOVER);
  }

  /** @param restSeconds how long Harbor asked to be left alone */
  failed(nowMs: number, restSeconds: number): void {
    this.slowDown(AFTER_FAILURE);
    this.nextAtMs = Math.max(this.nextAtMs, nowMs + restSeconds * 1000);
  }

  private slowDown(factor: number): void {
    this.perSecond = Math.max(LEAST_PER_SECOND, this.perSecond * factor);
  }
}
