import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChangeMarks } from '../changes/change-marks';
import type { Answer } from './lookup-answer';
import { LookupMemory, type AskerName, type Found } from './lookup-memory';

const MAX_BYTES = 5 * 1024 * 1024;
/** What should be read again so soon is read beside those who ask, so that nobody waits for what is asked often. */
const AHEAD_MS = 20_000;
/** So many questions together, and a pause several times as long, for lookups go on meanwhile. */
const TOGETHER = 8;
const PAUSES = 4;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** A question that was asked before, and what was found for it. */
export interface Asked extends Found {
  name: AskerName;
  maxAgeMs: number;
  /** What is answered, but for its age, as long as all that was found holds; absent where it depends on more. */
  settled?: Answer;
}

interface Kept {
  asked: Asked;
  /** Of `performance.now()`: when the first of what was found has to be read again. */
  endsAtMs: number;
  /** Nothing of it was changed at this mark. */
  mark: number;
}

/**
 * Questions by their words: who asks the same again needs no reading of them, and one look into memory, not four. What
 * is asked often is read again before it has to be.
 */
@Injectable()
export class AskedBefore {
  private readonly kept = new LRUCache<string, Kept>({
    maxSize: MAX_BYTES,
    // Without the facts, which the memory keeps.
    sizeCalculation: (_, words) => 600 + words.length,
  });
  private readonly ending = new Map<string, Asked>();
  private isReading = false;

  constructor(
    private readonly memory: LookupMemory,
    private readonly marks: ChangeMarks,
  ) {}

  /** As long as all that was found for it holds. */
  find(words: string, nowMs: number): Asked | undefined {
    const kept = this.kept.get(words);
    if (kept === undefined || nowMs >= kept.endsAtMs || !this.isUnchanged(kept)) return undefined;
    if (nowMs + AHEAD_MS >= kept.endsAtMs) return this.renew(words, kept.asked, nowMs);
    this.memory.touch(kept.asked);
    return kept.asked;
  }

  remember(words: string, asked: Asked): void {
    const endsAtMs = Math.min(...asked.parts.map(({ goodUntilMs }) => goodUntilMs));
    const mark = Math.min(...asked.parts.map((fact) => fact.mark));
    this.kept.set(words, { asked, endsAtMs, mark });
  }

  private isUnchanged(kept: Kept): boolean {
    const mark = this.marks.mark();
    if (kept.mark === mark) return true;
    if (!kept.asked.parts.every(({ keys, mark: since }) => this.marks.isUnchanged(keys, since))) return false;
    kept.mark = mark;
    return true;
  }

  /** What ended may have been read again for another question. */
  private renew(words: string, asked: Asked, nowMs: number): Asked {
    const { name, maxAgeMs, facts } = asked;
    const found = this.memory.find(name, facts.link, nowMs + AHEAD_MS);
    if (found !== undefined) {
      const renewed = { ...found, name, maxAgeMs };
      this.remember(words, renewed);
      return renewed;
    }
    this.ending.set(words, asked);
    if (!this.isReading) void this.readEnding();
    return asked;
  }

  private async readEnding(): Promise<void> {
    this.isReading = true;
    while (this.ending.size > 0) {
      const beganMs = performance.now();
      const some = this.takeEnding();
      const read = await Promise.allSettled(some.map(async (asked) => this.readAgain(asked)));
      const hasFailed = read.some(({ status }) => status === 'rejected');
      // Whoever asks then has it read on his own way, or is told.
      if (hasFailed) this.ending.clear();
      const pauseMs = PAUSES * (performance.now() - beganMs);
      await sleep(hasFailed ? PAUSE_AFTER_FAILURE_MS : pauseMs, undefined, { ref: false });
    }
    this.isReading = false;
  }

  /** The next ones, without those that were read for another question meanwhile, as one person's are. */
  private takeEnding(): Asked[] {
    const some: Asked[] = [];
    const goodAtMs = performance.now() + AHEAD_MS;
    for (const [words, asked] of this.ending) {
      if (some.length === TOGETHER) break;
      this.ending.delete(words);
      if (this.memory.find(asked.name, asked.facts.link, goodAtMs) === undefined) some.push(asked);
    }
    return some;
  }

  /** Into memory; the next who asks takes it from there. */
  private async readAgain({ name, facts: { link } }: Asked): Promise<void> {
    const mark = this.memory.mark();
    const asker = await this.memory.asker(name, mark, AHEAD_MS);
    await this.memory.link(asker, link, mark, AHEAD_MS);
  }
}
