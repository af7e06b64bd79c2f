import { TokenBuckets } from './token-bucket';

describe('TokenBuckets', () => {
  it('gives one second of units at once, and then as many as come', () => {
    const buckets = new TokenBuckets(10);
    for (let turn = 0; turn < 10; turn += 1) expect(buckets.take('a', 1, 10, 0)).toBe(0);
    expect(buckets.take('a', 1, 10, 0)).toBe(100);
    expect(buckets.take('a', 1, 10, 50)).toBe(50);
    expect(buckets.take('a', 1, 10, 100)).toBe(0);
    expect(buckets.take('a', 1, 10, 100)).toBe(100);
  });

  it('keeps each key apart, and does not save up', () => {
    const buckets = new TokenBuckets(10);
    expect(buckets.take('a', 2, 2, 0)).toBe(0);
    expect(buckets.take('b', 2, 2, 0)).toBe(0);
    expect(buckets.take('a', 2, 2, 3_600_000)).toBe(0);
    expect(buckets.take('a', 1, 2, 3_600_000)).toBe(500);
  });

  it('gives more than is there once, and lets that be earned before the next', () => {
    const buckets = new TokenBuckets(10);
    expect(buckets.take('a', 1000, 100, 0)).toBe(0);
    expect(buckets.take('a', 1, 100, 0)).toBe(9010);
    expect(buckets.take('a', 1, 100, 9010)).toBe(0);
  });

  it('keeps no more keys than it may', () => {
    const buckets = new TokenBuckets(1);
    expect(buckets.take('a', 1, 1, 0)).toBe(0);
    expect(buckets.take('b', 1, 1, 0)).toBe(0);
    expect(buckets.take('b', 1, 1, 0)).toBe(1000);
    // Forgotten, and so with all its units again.
    expect(buckets.take('a', 1, 1, 0)).toBe(0);
  });
});
