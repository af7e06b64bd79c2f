/** How one attempt of a call ended, as far as repeating it is concerned. */
export type AttemptEnd =
  'answered' | 'wrong-answer' | 'too-many' | 'untrusted' | 'unavailable' | 'out-of-time' | 'breaker-open';

export interface Attempt {
  writes: boolean;
  /** 1 for the first attempt. */
  number: number;
  end: AttemptEnd;
  /** Of the whole operation's deadline. */
  remainingMs: number;
  /** The wait that a repeat would begin with. */
  delayMs: number;
  budgetLeft: boolean;
}

export interface RetryDecision {
  retry: boolean;
  reason: string;
}

export const MAX_ATTEMPTS = 3;

/** Less than this is no time for an answer. */
const MIN_ATTEMPT_MS = 50;
const BASE_DELAY_MS = 100;

/** Is a call worth repeating after this attempt? Each branch says why. */
export function retryDecision(attempt: Attempt): RetryDecision {
  if (attempt.end === 'answered') return no('Harbor answered, if only to refuse');
  if (attempt.writes) return no('a write may have been applied: observe, then decide');
  if (attempt.end === 'wrong-answer') return no('whoever answers is not Harbor, and will answer so again');
  if (attempt.end === 'untrusted') return no('a certificate does not become valid by asking again');
  if (attempt.end === 'too-many') return no('Harbor asked for fewer requests, not more');
  if (attempt.end === 'breaker-open') return no('Harbor is known to be down');
  if (attempt.end === 'out-of-time') return no('the deadline is over');
  if (attempt.number >= MAX_ATTEMPTS) return no('it was repeated often enough');
  if (attempt.remainingMs < attempt.delayMs + MIN_ATTEMPT_MS) return no('the deadline leaves no time for it');
  if (!attempt.budgetLeft) return no('too many calls are being repeated: Harbor needs rest, not load');
  return { retry: true, reason: 'a read that got no answer, with time left' };
}

/**
 * Full jitter: anywhere between nothing and twice as much with each attempt, so that callers do not come in step.
 * @param chance from 0 to 1
 */
export function retryDelayMs(attemptNumber: number, chance: number): number {
  return Math.floor(chance * BASE_DELAY_MS * 2 ** (attemptNumber - 1));
}

function no(reason: string): RetryDecision {
  return { retry: false, reason };
}
