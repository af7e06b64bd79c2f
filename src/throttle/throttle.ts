import { createHmac } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Attempts, Limit } from './attempts';

/** An attempt that was let through. It counts until it is taken back. */
export interface Attempt {
  /** Takes this attempt back: nothing was judged. */
  withdraw(): Promise<void>;
  /** Takes every attempt under the first limit back, and this one under the others. */
  forgive(): Promise<void>;
}

export type Admission = { admitted: true; attempt: Attempt } | { admitted: false; waitMs: number };

/** Lets through what is within its limits, counted before it begins, so that many at once do not pass together. */
export class Throttle {
  constructor(
    private readonly attempts: Attempts,
    /** Keys are names and addresses of people: outside of this process they are seen only through this secret. */
    private readonly secret: string,
  ) {}

  /** Counts under all limits, or under none when one of them is reached. Never throws. */
  async admit(...limits: [Limit, ...Limit[]]): Promise<Admission> {
    const id = uuidv7();
    const noted: string[] = [];
    for (const limit of limits) {
      const key = this.hashed(limit.key);
      const waitMs = await this.attempts.note({ ...limit, key }, id);
      if (waitMs !== null) {
        await this.withdraw(noted, id);
        return { admitted: false, waitMs };
      }
      noted.push(key);
    }
    return { admitted: true, attempt: this.attemptOf(noted, id) };
  }

  private attemptOf(keys: readonly string[], id: string): Attempt {
    return {
      withdraw: () => this.withdraw(keys, id),
      forgive: async () => {
        const [first, ...others] = keys;
        if (first !== undefined) await this.attempts.forget(first);
        await this.withdraw(others, id);
      },
    };
  }

  private async withdraw(keys: readonly string[], id: string): Promise<void> {
    for (const key of keys) await this.attempts.withdraw(key, id);
  }

  private hashed(key: string): string {
    return createHmac('sha256', this.secret).update(key).digest('base64url');
  }
}
