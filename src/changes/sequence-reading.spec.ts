import fc from 'fast-check';
import { SequenceReading } from './sequence-reading';

describe('SequenceReading', () => {
  it('asks again for what was skipped, until it is there', () => {
    const reading = new SequenceReading(10);
    expect(reading.note([11, 14], 0)).toEqual([11, 14]);
    expect(reading.skipped).toEqual([12, 13]);
    expect(reading.note([13], 100)).toEqual([13]);
    expect(reading.skipped).toEqual([12]);
    expect(reading.last).toBe(14);
  });

  it('gives up on what never came after a minute', () => {
    const reading = new SequenceReading(0);
    reading.note([3], 0);
    reading.note([], 59_999);
    expect(reading.skipped).toEqual([1, 2]);
    reading.note([], 60_000);
    expect(reading.skipped).toEqual([]);
  });

  it('keeps the newest of very many', () => {
    const reading = new SequenceReading(0);
    reading.note([10_000], 0);
    expect(reading.skipped).toHaveLength(500);
    expect(reading.skipped.at(-1)).toBe(9_999);
  });

  it('misses none and tells none twice, in whatever order transactions end', () => {
    const order = fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 7 }), (committed, perPoll) => {
        const reading = new SequenceReading(0);
        const visible: number[] = [];
        const told: number[] = [];
        for (let from = 0; from < committed.length; from += perPoll) {
          visible.push(...committed.slice(from, from + perPoll));
          const asked = new Set(reading.skipped);
          const rows = visible.filter((seq) => seq > reading.last || asked.has(seq)).sort((a, b) => a - b);
          told.push(...reading.note(rows, from));
        }
        expect([...told].sort((a, b) => a - b)).toEqual([...committed].sort((a, b) => a - b));
      }),
    );
  });
});
