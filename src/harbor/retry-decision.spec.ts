import { type Attempt, type AttemptEnd, MAX_ATTEMPTS, retryDecision, retryDelayMs } from './retry-decision';

const READ_WITHOUT_ANSWER: Attempt = {
  writes: false,
  number: 1,
  end: 'unavailable',
  remainingMs: 5000,
  delayMs: 100,
  budgetLeft: true,
};

describe('retryDecision', () => {
  it('repeats a read that got no answer', () => {
    expect(retryDecision(READ_WITHOUT_ANSWER).retry).toBe(true);
  });

  it.each<[string, Partial<Attempt>, string]>([
    ['a write, though it got no answer', { writes: true }, 'observe'],
    ['what Harbor answered', { end: 'answered' }, 'answered'],
    ['a wrong answer', { end: 'wrong-answer' }, 'not Harbor'],
    ['a certificate that is not trusted', { end: 'untrusted' }, 'certificate'],
    ['too many requests', { end: 'too-many' }, 'fewer'],
    ['while the breaker is open', { end: 'breaker-open' }, 'down'],
    ['after the deadline', { end: 'out-of-time' }, 'deadline is over'],
    ['the last attempt', { number: MAX_ATTEMPTS }, 'often enough'],
    ['when the deadline comes before an answer could', { remainingMs: 149 }, 'no time'],
    ['when the budget is spent', { budgetLeft: false }, 'rest'],
  ])('does not repeat %s', (_, changed, reason) => {
    const decision = retryDecision({ ...READ_WITHOUT_ANSWER, ...changed });
    expect(decision).toEqual({ retry: false, reason: expect.stringContaining(reason) as string });
  });

  it('never repeats a write, however it ended', () => {
    const ends: AttemptEnd[] = [
      'answered',
      'wrong-answer',
      'too-many',
      'untrusted',
      'unavailable',
      'out-of-time',
      'breaker-open',
    ];
    const repeated = ends.filter((end) => retryDecision({ ...READ_WITHOUT_ANSWER, writes: true, end }).retry);
    expect(repeated).toEqual([]);
  });
});

describe('retryDelayMs', () => {
  it('lies anywhere between nothing and twice as much with each attempt', () => {
    expect([1, 2].map((attempt) => retryDelayMs(attempt, 0))).toEqual([0, 0]);
    expect([1, 2].map((attempt) => retryDelayMs(attempt, 1))).toEqual([100, 200]);
  });
});
