import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChangeMarks } from '../changes/change-marks';
import { isGood } from '../changes/kept-facts';
import { LookupMemory, type AskerName, type Found } from './lookup-memory';

const MAX_BYTES = 8 * 1024 * 1024;
/** What should be read again so soon is read beside those who ask, so that nobody waits for what is asked often. */
const AHEAD_MS = 20_000;
/** So many questions together, and a pause, for lookups go on meanwhile. */
const TOGETHER = 16;
const PAUSE_MS = 2;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** A question that was asked before, and what was found for it. */
export interface Asked extends Found {
  name: AskerName;
  maxAgeMs: number;
}

/**
 * Questions by their words: who asks the same again needs no reading of them, and one look into memory, not four. What
 * is asked often is read again before it has to be.
 */
@Injectable()
export class AskedBefore {
  private readonly asked = new LRUCache<string, Asked>({
    maxSize: MAX_BYTES,
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
    const asked = this.asked.get(words);
    if (asked === undefined || !this.holds(asked, nowMs)) return undefined;
    if (!this.holds(asked, nowMs + AHEAD_MS)) {
      this.ending.set(words, asked);
      if (!this.isReading) void this.readEnding();
    }
    return asked;
  }

  remember(words: string, asked: Asked): void {
    this.asked.set(words, asked);
  }

  private holds({ parts }: Found, nowMs: number): boolean {
    return parts.every((fact) => isGood(fact, this.marks, nowMs));
  }

  private async readEnding(): Promise<void> {
    this.isReading = true;
    while (this.ending.size > 0) {
      const some = [...this.ending].slice(0, TOGETHER);
      const read = await Promise.allSettled(some.map(async ([words, asked]) => this.readAgain(words, asked)));
      const hasFailed = read.some(({ status }) => status === 'rejected');
      // Whoever asks then has it read on his own way, or is told.
      if (hasFailed) this.ending.clear();
      for (const [words] of some) this.ending.delete(words);
      await sleep(hasFailed ? PAUSE_AFTER_FAILURE_MS : PAUSE_MS, undefined, { ref: false });
    }
    this.isReading = false;
  }

  private async readAgain(words: string, { name, maxAgeMs, facts: { link } }: Asked): Promise<void> {
    const mark = this.memory.mark();
    const asker = await this.memory.asker(name, mark, AHEAD_MS);
    await this.memory.link(asker, link, mark, AHEAD_MS);
    const found = this.memory.find(name, link, performance.now());
    if (found !== undefined) this.remember(words, { ...found, name, maxAgeMs });
  }
}
