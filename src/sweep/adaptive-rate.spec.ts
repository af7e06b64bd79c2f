import { AdaptiveRate } from './adaptive-rate';

/** How many calls begin within a second, when they are asked for all at once. */
function callsInASecond(rate: AdaptiveRate, fromMs: number): number {
  let calls = 0;
  while (rate.reserve(fromMs) < 1_000) calls += 1;
  return calls;
}

describe('AdaptiveRate', () => {
  it('lets no more calls begin in a second than it may', () => {
    expect(callsInASecond(new AdaptiveRate(20), 5_000)).toBe(20);
  });

  it('halves after each failure, and never stops wholly', () => {
    const rate = new AdaptiveRate(20);
    rate.failed(0, 0);
    expect(callsInASecond(rate, 5_000)).toBe(10);
    for (let failure = 0; failure < 100; failure += 1) rate.failed(0, 0);
    expect(callsInASecond(rate, 100_000)).toBe(1);
  });

  it('rests as long as Harbor asks for', () => {
    const rate = new AdaptiveRate(20);
    rate.failed(1_000, 5);
    expect(rate.reserve(1_000)).toBe(5_000);
  });

  it('is slower after slow answers, and as fast as before after fifty good ones', () => {
    const rate = new AdaptiveRate(20);
    rate.answered(1_500);
    expect(callsInASecond(rate, 5_000)).toBe(16);
    for (let answer = 0; answer < 50; answer += 1) rate.answered(10);
    expect(callsInASecond(rate, 50_000)).toBe(20);
  });

  it('takes a smaller share at once, and grows into a larger one', () => {
    const rate = new AdaptiveRate(20);
    rate.setMost(10);
    expect(callsInASecond(rate, 5_000)).toBe(10);
    rate.setMost(20);
    expect(callsInASecond(rate, 50_000)).toBe(20);
  });
});
