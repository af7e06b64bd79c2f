const MOST = 20;
const EARNED_BY_ANSWER = 0.1;

/** Repeats are paid from what answers earned: while Harbor is down, calls are not multiplied. */
export class RetryBudget {
  private tokens = MOST;

  get left(): boolean {
    return this.tokens >= 1;
  }

  spend(): void {
    this.tokens -= 1;
  }

  earn(): void {
    this.tokens = Math.min(MOST, this.tokens + EARNED_BY_ANSWER);
  }
}
