/** A number that was skipped may belong to a transaction that has not ended; none lasts as long as this. */
const GAP_MS = 60_000;
const MAX_GAPS = 500;

/**
 * Which numbers of a sequence were seen. They are handed out at the insert and become visible at the commit, so a
 * smaller one can come after a greater one: what was skipped is asked for again, for a minute.
 */
export class SequenceReading {
  private highest: number;
  /** Skipped numbers, by when they were skipped; the oldest first. */
  private readonly gaps = new Map<number, number>();

  /** @param highest everything up to it is taken as seen */
  constructor(highest: number) {
    this.highest = highest;
  }

  /** The greatest number seen. */
  get last(): number {
    return this.highest;
  }

  /** The skipped numbers to ask for again, at most 500. */
  get skipped(): number[] {
    return [...this.gaps.keys()];
  }

  /** Notes numbers that were read at `nowMs` (of a monotonic clock), in ascending order. Tells which are new. */
  note(numbers: readonly number[], nowMs: number): number[] {
    const fresh = numbers.filter((number) => this.isNew(number, nowMs));
    for (const [number, sinceMs] of this.gaps) {
      if (nowMs - sinceMs < GAP_MS && this.gaps.size <= MAX_GAPS) break;
      this.gaps.delete(number);
    }
    return fresh;
  }

  private isNew(number: number, nowMs: number): boolean {
    if (number <= this.highest) return this.gaps.delete(number);
    // Beyond that many the oldest would be dropped at once.
    const first = Math.max(this.highest + 1, number - MAX_GAPS);
    for (let gap = first; gap < number; gap += 1) this.gaps.set(gap, nowMs);
    this.highest = number;
    return true;
  }
}
