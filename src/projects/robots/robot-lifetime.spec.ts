import { endAfterDays, endOfReplacement, isPossibleEnd, wholeDaysUntil } from './robot-lifetime';

const NOW = new Date('2026-11-21T09:30:00.000Z');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const later = (ms: number): Date => new Date(NOW.getTime() + ms);

describe('the end of a robot', () => {
  it.each([
    [0, false],
    [-1, false],
    [1, true],
    [365 * DAY_MS, true],
    [365 * DAY_MS + 1, false],
  ])('%d ms ahead: possible is %j', (ms, isPossible) => {
    expect(isPossibleEnd(NOW, later(ms))).toBe(isPossible);
  });

  it.each([
    [1, 1],
    [DAY_MS, 1],
    [DAY_MS + 1, 2],
    [90 * DAY_MS, 90],
  ])('%d ms ahead is %d days for Harbor, never fewer', (ms, days) => {
    expect(wholeDaysUntil(NOW, later(ms))).toBe(days);
    expect(endAfterDays(NOW, days) >= later(ms)).toBe(true);
  });

  it('of a replacement is as far ahead as that of the first one was', () => {
    const first = { createdAt: later(-30 * DAY_MS), expiresAt: later(60 * DAY_MS) };
    expect(endOfReplacement(NOW, first)).toEqual(later(90 * DAY_MS));
    const longer = { createdAt: later(-400 * DAY_MS), expiresAt: later(DAY_MS) };
    expect(endOfReplacement(NOW, longer)).toEqual(later(365 * DAY_MS));
  });
});
