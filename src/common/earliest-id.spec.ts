import { v7 as uuidv7 } from 'uuid';
import { earliestIdOf } from './earliest-id';

describe('earliestIdOf', () => {
  const at = new Date('2026-11-21T09:30:00.123Z');

  it('is not greater than any id of its millisecond, and greater than all before', () => {
    const of = (msecs: number): string[] => Array.from({ length: 200 }, () => uuidv7({ msecs }));
    const earliest = earliestIdOf(at);
    expect(of(at.getTime()).every((id) => id >= earliest)).toBe(true);
    expect(of(at.getTime() - 1).every((id) => id < earliest)).toBe(true);
  });

  it.each([
    [new Date(0), '00000000-0000-7000-8000-000000000000'],
    [new Date(-1), '00000000-0000-7000-8000-000000000000'],
    [new Date(8.64e15), 'ffffffff-ffff-7000-8000-000000000000'],
  ])('has a key for %s', (time, id) => {
    expect(earliestIdOf(time)).toBe(id);
  });
});
