import { LRUCache } from 'lru-cache';
import { atMost } from '../common/at-most';
import type { Clock } from '../common/clock';
import type { Attempts, Limit } from './attempts';

/** About 100 MB when every key is full. To push one out, an attacker needs as many others. */
const MAX_KEYS = 100_000;

type AttemptId = string;
type TimeMs = number;

/** Attempts of this replica alone; forgotten when it stops. */
export class MemoryAttempts implements Attempts {
  private readonly byKey = new LRUCache<string, Map<AttemptId, TimeMs>>(atMost(MAX_KEYS));

  constructor(private readonly clock: Clock) {}

  note({ key, tries, windowMs }: Limit, attemptId: string): Promise<number | null> {
    const nowMs = this.clock.now().getTime();
    const attempts = this.byKey.get(key) ?? new Map<AttemptId, TimeMs>();
    for (const [id, atMs] of attempts) if (atMs <= nowMs - windowMs) attempts.delete(id);
    const [oldestMs] = attempts.values();
    if (attempts.size >= tries && oldestMs !== undefined) return Promise.resolve(oldestMs + windowMs - nowMs);
    this.byKey.set(key, attempts.set(attemptId, nowMs));
    return Promise.resolve(null);
  }

  withdraw(key: string, attemptId: string): Promise<void> {
    this.byKey.get(key)?.delete(attemptId);
    return Promise.resolve();
  }

  forget(key: string): Promise<void> {
    this.byKey.delete(key);
    return Promise.resolve();
  }
}
