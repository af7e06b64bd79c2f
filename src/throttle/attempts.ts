/** At most `tries` attempts under `key` in any stretch of `windowMs`. */
export interface Limit {
  key: string;
  tries: number;
  windowMs: number;
}

/**
 * Where attempts are kept, each with its time. Not counters per fixed window, which let twice as many through around
 * a window's end: a directory's own lockout looks at any stretch of time too.
 */
export interface Attempts {
  /** Notes an attempt and answers null; where the limit is reached, notes nothing and answers the ms until there is room. */
  note(limit: Limit, attemptId: string): Promise<number | null>;
  /** Takes one attempt back. */
  withdraw(key: string, attemptId: string): Promise<void>;
  /** Takes all attempts under the key back. */
  forget(key: string): Promise<void>;
}
