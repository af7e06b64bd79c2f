import { LRUCache } from 'lru-cache';
import type { ChangeKey } from './change-key';
import type { ChangeMarks } from './change-marks';

/** What does not change for itself is read again after this time, at the latest, all the same. */
const READ_AGAIN_MS = 10 * 60_000;
/** What is not there can come without being announced. */
const ABSENT_READ_AGAIN_MS = 1_000;

export interface Fact<T> {
  readonly value: T;
  readonly keys: readonly ChangeKey[];
  readonly mark: number;
  /** Of `performance.now()`; then it should be read again. */
  readonly goodUntilMs: number;
}

/** @param nowMs null takes also what should be read again, for it cannot be */
export function isGood(
  { keys, mark, goodUntilMs }: Fact<unknown>,
  marks: ChangeMarks,
  nowMs: number | null,
): boolean {
  return (nowMs === null || nowMs < goodUntilMs) && marks.isUnchanged(keys, mark);
}

/** Facts of one kind, by name: as many as fit, the least asked for going first. */
export class KeptFacts<T> {
  private readonly kept: LRUCache<string, Fact<T>>;
  private readonly isAbsent: (value: T) => boolean;
  private readonly readAgainMs: number;

  constructor(
    private readonly marks: ChangeMarks,
    options: {
      maxBytes: number;
      bytesOf: (value: T) => number;
      isAbsent: (value: T) => boolean;
      /** Of what changes for itself, without being announced. */
      readAgainMs?: number;
    },
  ) {
    this.isAbsent = options.isAbsent;
    this.readAgainMs = options.readAgainMs ?? READ_AGAIN_MS;
    this.kept = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: ({ value }, name) => 300 + 2 * name.length + options.bytesOf(value),
    });
  }

  get size(): number {
    return this.kept.size;
  }

  /** @param nowMs as isGood */
  find(name: string, nowMs: number | null): Fact<T> | undefined {
    const fact = this.kept.get(name);
    return fact !== undefined && isGood(fact, this.marks, nowMs) ? fact : undefined;
  }

  /** As if it had been asked for. */
  touch(name: string): void {
    this.kept.get(name);
  }

  /** @param mark of before anything was read that it depends on */
  keep(name: string, value: T, keys: readonly ChangeKey[], mark: number): void {
    // Each its own time, or what was read together would end together.
    const goodForMs = this.isAbsent(value)
      ? ABSENT_READ_AGAIN_MS
      : this.readAgainMs * (0.5 + Math.random() / 2);
    this.kept.set(name, { value, keys, mark, goodUntilMs: performance.now() + goodForMs });
  }
}
