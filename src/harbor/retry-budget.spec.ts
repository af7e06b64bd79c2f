import { RetryBudget } from './retry-budget';

function repeatsUntilSpent(budget: RetryBudget): number {
  let repeats = 0;
  while (budget.left && repeats < 1000) {
    budget.spend();
    repeats += 1;
  }
  return repeats;
}

describe('RetryBudget', () => {
  it('is spent by repeats alone', () => {
    const budget = new RetryBudget();
    expect(repeatsUntilSpent(budget)).toBe(20);
    expect(budget.left).toBe(false);
  });

  it('lets one call in ten be repeated while Harbor answers', () => {
    const budget = new RetryBudget();
    repeatsUntilSpent(budget);
    for (let answers = 1; answers <= 105; answers += 1) budget.earn();
    expect(repeatsUntilSpent(budget)).toBe(10);
  });

  it('does not save up without end', () => {
    const budget = new RetryBudget();
    for (let answers = 1; answers <= 10_000; answers += 1) budget.earn();
    expect(repeatsUntilSpent(budget)).toBe(20);
  });
});
