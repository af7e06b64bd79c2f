import { percentiles } from './percentiles';

describe('percentiles', () => {
  it('of nothing are nothing', () => {
    expect(percentiles([])).toBeNull();
  });

  it('of one are that one', () => {
    expect(percentiles([7])).toEqual({ p50Ms: 7, p95Ms: 7, p99Ms: 7 });
  });

  it('are of the nearest rank, in whatever order they were measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentiles(hundred)).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99 });
  });
});
