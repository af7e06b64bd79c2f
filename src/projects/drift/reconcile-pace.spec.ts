import * as fc from 'fast-check';
import { CallSchedule, ReconcilePace } from './reconcile-pace';

describe('CallSchedule', () => {
  it('lets the first call through at once, and each next one its part of a second later', () => {
    const schedule = new CallSchedule(5);
    expect([0, 0, 100, 100, 2000].map((nowMs) => schedule.reserve(nowMs))).toEqual([0, 200, 300, 500, 0]);
  });

  it('saves nothing up: no second has more calls than allowed, whenever they are asked for', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20 }), (gapsMs, callsPerSecond) => {
        const schedule = new CallSchedule(callsPerSecond);
        let nowMs = 0;
        const callsAtMs = gapsMs.map((gapMs) => {
          nowMs += gapMs;
          return nowMs + schedule.reserve(nowMs);
        });
        for (const fromMs of callsAtMs) {
          const inThatSecond = callsAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 999.999);
          expect(inThatSecond.length).toBeLessThanOrEqual(callsPerSecond);
        }
      }),
    );
  });
});

describe('ReconcilePace', () => {
  it('waits for nothing where nothing is to be waited for', async () => {
    const pace = new ReconcilePace(new CallSchedule(Infinity), new AbortController().signal);
    for (let call = 0; call < 1000; call += 1) await pace.turn();
  });

  it('ends the waiting when Berth stops', async () => {
    const stopping = new AbortController();
    const pace = new ReconcilePace(new CallSchedule(0.001), stopping.signal);
    await pace.turn();
    const waiting = pace.turn();
    stopping.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    await expect(pace.turn()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('lets later calls wait for those that could not', async () => {
    const stopping = new AbortController();
    const pace = new ReconcilePace(new CallSchedule(0.001), stopping.signal);
    await pace.unwaited.turn();
    const waiting = pace.turn();
    stopping.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
