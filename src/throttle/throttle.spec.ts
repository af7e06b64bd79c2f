import { Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Attempts, Limit } from './attempts';
import { InsuredAttempts } from './insured-attempts';
import { MemoryAttempts } from './memory-attempts';
import { Throttle, type Admission } from './throttle';

class MovableClock extends Clock {
  private ms = Date.parse('2026-11-21T09:30:00Z');

  override now(): Date {
    return new Date(this.ms);
  }

  advance(ms: number): void {
    this.ms += ms;
  }
}

const NAME: Limit = { key: 'login of ada', tries: 3, windowMs: 1000 };
const ADDRESS: Limit = { key: 'login from 192.0.2.7', tries: 5, windowMs: 1000 };

describe('Throttle', () => {
  let clock: MovableClock;
  let throttle: Throttle;
  const times = async (count: number, ...limits: [Limit, ...Limit[]]): Promise<Admission[]> =>
    Promise.all(Array.from({ length: count }, () => throttle.admit(...limits)));
  const admitted = (admissions: Admission[]): number => admissions.filter((each) => each.admitted).length;
  const admit = async (...limits: [Limit, ...Limit[]]) => {
    const admission = await throttle.admit(...limits);
    if (!admission.admitted) throw new Error(`not admitted for ${admission.waitMs} ms`);
    return admission.attempt;
  };

  beforeEach(() => {
    clock = new MovableClock();
    throttle = new Throttle(new MemoryAttempts(clock), 'secret');
  });

  it('lets as many through as the limit says, however many come at once', async () => {
    expect(admitted(await times(50, NAME))).toBe(3);
  });

  it('says how long until there is room, and there is then', async () => {
    await times(1, NAME);
    clock.advance(400);
    await times(2, NAME);
    expect(await throttle.admit(NAME)).toEqual({ admitted: false, waitMs: 600 });
    clock.advance(599);
    expect(admitted(await times(1, NAME))).toBe(0);
    clock.advance(1);
    expect(admitted(await times(3, NAME))).toBe(1);
  });

  it('lets no more through around the end of a window than in its middle', async () => {
    clock.advance(990);
    expect(admitted(await times(3, NAME))).toBe(3);
    clock.advance(20);
    expect(admitted(await times(3, NAME))).toBe(0);
  });

  it('is not held back longer by tries that were refused', async () => {
    await times(3, NAME);
    clock.advance(500);
    await times(20, NAME);
    clock.advance(500);
    expect(admitted(await times(3, NAME))).toBe(3);
  });

  it('counts under no limit what another one refuses', async () => {
    await times(3, NAME);
    expect(admitted(await times(10, NAME, ADDRESS))).toBe(0);
    expect(admitted(await times(10, ADDRESS))).toBe(5);
    expect(admitted(await times(10, { ...NAME, key: 'login of grace' }, ADDRESS))).toBe(0);
    expect(admitted(await times(10, { ...NAME, key: 'login of grace' }))).toBe(3);
  });

  it('does not count what was withdrawn', async () => {
    await times(2, NAME, ADDRESS);
    await (await admit(NAME, ADDRESS)).withdraw();
    expect(admitted(await times(9, NAME))).toBe(1);
    expect(admitted(await times(9, ADDRESS))).toBe(3);
  });

  it('forgets everything under the first limit when an attempt is forgiven, and that one under the others', async () => {
    await times(2, NAME, ADDRESS);
    await (await admit(NAME, ADDRESS)).forgive();
    expect(admitted(await times(9, NAME))).toBe(3);
    expect(admitted(await times(9, ADDRESS))).toBe(3);
  });

  it('keeps names and addresses as hashes that only its secret makes', async () => {
    const keys: string[] = [];
    const memory = new MemoryAttempts(clock);
    const seen: Attempts = {
      note: (limit, id) => (keys.push(limit.key), memory.note(limit, id)),
      withdraw: (key, id) => memory.withdraw(key, id),
      forget: (key) => memory.forget(key),
    };
    await new Throttle(seen, 'secret').admit(NAME);
    await new Throttle(seen, 'secret').admit(NAME);
    await new Throttle(seen, 'another').admit(NAME);
    expect(keys.join(' ')).not.toContain('ada');
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  describe('while the shared store is away', () => {
    const away: Attempts = {
      note: () => Promise.reject<never>(new Error('away')),
      withdraw: () => Promise.reject<never>(new Error('away')),
      forget: () => Promise.reject<never>(new Error('away')),
    };

    beforeAll(() => void Logger.overrideLogger(false));
    afterAll(() => void Logger.overrideLogger(['log', 'error', 'warn']));

    it('limits by what this replica saw', async () => {
      throttle = new Throttle(new InsuredAttempts(away, new MemoryAttempts(clock), clock), 'secret');
      expect(admitted(await times(2, NAME))).toBe(2);
      await (await admit(NAME)).withdraw();
      expect(admitted(await times(9, NAME))).toBe(1);
      clock.advance(1000);
      await (await admit(NAME)).forgive();
      expect(admitted(await times(9, NAME))).toBe(3);
    });

    const long: Limit = { ...NAME, windowMs: 60_000 };

    it('takes back in both what was noted in either', async () => {
      let isAway = false;
      const memory = new MemoryAttempts(clock);
      const shared: Attempts = {
        note: (limit, id) => (isAway ? away : memory).note(limit, id),
        withdraw: (key, id) => (isAway ? away : memory).withdraw(key, id),
        forget: (key) => (isAway ? away : memory).forget(key),
      };
      throttle = new Throttle(new InsuredAttempts(shared, new MemoryAttempts(clock), clock), 'secret');
      await times(2, long);
      isAway = true;
      await times(2, long);
      const attempt = await admit(long);
      clock.advance(5_000);
      isAway = false;
      await attempt.forgive();
      expect(admitted(await times(9, long))).toBe(3);
      isAway = true;
      expect(admitted(await times(9, long))).toBe(3);
    });

    it('does not ask it again at once', async () => {
      let asked = 0;
      const counted: Attempts = { ...away, note: (limit, id) => (asked++, away.note(limit, id)) };
      throttle = new Throttle(new InsuredAttempts(counted, new MemoryAttempts(clock), clock), 'secret');
      await throttle.admit(long);
      await times(9, long);
      expect(asked).toBe(1);
      clock.advance(5_000);
      await throttle.admit(long);
      expect(asked).toBe(2);
    });
  });
});
