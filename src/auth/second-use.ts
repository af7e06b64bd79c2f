const GRACE_MS = 10_000;

/**
 * What it means that a refresh token comes again. Within 10 s it is a client that repeated itself (two tabs, a lost
 * answer); later, somebody else has the token.
 */
export function secondUse(usedAt: Date, now: Date): 'repeat' | 'theft' {
  return now.getTime() - usedAt.getTime() <= GRACE_MS ? 'repeat' : 'theft';
}
