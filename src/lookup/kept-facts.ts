import { LRUCache } from 'lru-cache';
import type { ChangeKey } from '../changes/change-key';
import type { ChangeMarks } from '../changes/change-marks';

/** What does not change for itself is read again after this time all the same. */
const READ_AGAIN_MS = 60_000;
/** What is not there can come without being announced. */
const ABSENT_READ_AGAIN_MS = 1_000;

export interface Fact<T> {
  readonly value: T;
  readonly keys: readonly ChangeKey[];
  readonly mark: number;
  readonly readAtMs: number;
}

/** Facts of one kind, by name: as many as fit, the least asked for going first. */
export class KeptFacts<T> {
  private readonly kept: LRUCache<string, Fact<T>>;

  private readonly isAbsent: (value: T) => boolean;

  constructor(
    private readonly marks: ChangeMarks,
    options: { maxBytes: number; bytesOf: (value: T) => number; isAbsent: (value: T) => boolean },
  ) {
    this.isAbsent = options.isAbsent;
    this.kept = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ value }, name) => 300 + 2 * name.length + options.bytesOf(value),
    });
  }

  get size(): number {
    return this.kept.size;
  }

  /** @param nowMs of `performance.now()`; null takes also what should be read again, for it cannot be */
  find(name: string, nowMs: number | null): Fact<T> | undefined {
    const fact = this.kept.get(name);
    if (fact === undefined || !this.marks.isUnchanged(fact.keys, fact.mark)) return undefined;
    if (nowMs === null) return fact;
    const maxAgeMs = this.isAbsent(fact.value) ? ABSENT_READ_AGAIN_MS : READ_AGAIN_MS;
    return nowMs - fact.readAtMs < maxAgeMs ? fact : undefined;
  }

  /** @param mark of before anything was read that it depends on */
  keep(name: string, value: T, keys: readonly ChangeKey[], mark: number): void {
    this.kept.set(name, { value, keys, mark, readAtMs: performance.now() });
  }
}
