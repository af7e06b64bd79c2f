import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EVERYTHING, type ChangeKey } from './change-key';
import { Changes } from './changes';

/** Beyond that many different keys all that is kept is taken as changed, which it seldom is. */
const MAX_KEYS = 100_000;

/**
 * Tells whether something changed since it was read: whoever keeps it takes a mark before he reads, and asks with it.
 * So what was read before a change, and kept after it, does not count either.
 */
@Injectable()
export class ChangeMarks implements OnModuleInit {
  private readonly lastChanged = new Map<ChangeKey, number>();
  private everythingChanged = 0;
  private counted = 0;

  constructor(private readonly changes: Changes) {}

  onModuleInit(): void {
    this.changes.listen((keys) => this.note(keys));
  }

  /** To be taken before the reading begins. */
  mark(): number {
    return this.counted;
  }

  isUnchanged(keys: readonly ChangeKey[], mark: number): boolean {
    if (mark < this.everythingChanged) return false;
    for (const key of keys) {
      if ((this.lastChanged.get(key) ?? 0) > mark) return false;
    }
    return true;
  }

  private note(keys: readonly ChangeKey[]): void {
    this.counted += 1;
    for (const key of keys) this.lastChanged.set(key, this.counted);
    if (!keys.includes(EVERYTHING) && this.lastChanged.size <= MAX_KEYS) return;
    this.lastChanged.clear();
    this.everythingChanged = this.counted;
  }
}
