import { aged, answered, due, withGap, type MissingRow } from './missing-rows';

const missing = (...ids: number[]): MissingRow[] => ids.map((id) => ({ id, ageMs: 0, asked: 0 }));
const idsOf = (rows: readonly MissingRow[]) => rows.map(({ id }) => id);

describe('rows of the audit log that are missing', () => {
  it('are the ids between the last row and the next ones', () => {
    expect(withGap(missing(3), 5, [7, 8, 11])).toEqual({ missing: missing(3, 6, 9, 10), lost: 0 });
    expect(withGap([], 5, [6, 7])).toEqual({ missing: [], lost: 0 });
    expect(withGap([], 5, [])).toEqual({ missing: [], lost: 0 });
  });

  it('are bounded to the newest, and the others are counted', () => {
    const { missing: kept, lost } = withGap(missing(1, 2), 10, [1_000_000]);
    expect(kept).toHaveLength(1_200);
    expect(idsOf(kept).at(-1)).toBe(999_999);
    expect(kept.length + lost).toBe(1_000_000 - 11 + 2);
  });

  it('are asked for after a second and then after twice the time, for five minutes', () => {
    let rows = missing(9);
    const askedAt: number[] = [];
    for (let second = 1; second <= 400 && rows.length > 0; second += 1) {
      rows = aged(rows, 1_000);
      const ids = due(rows);
      if (ids.length > 0) askedAt.push(second);
      rows = answered(rows, ids, []);
    }
    expect(askedAt).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
    expect(rows).toEqual([]);
  });

  it('are not asked for again once they are there', () => {
    const rows = answered(missing(7, 9), [7, 9], [9]);
    expect(rows).toEqual([{ id: 7, ageMs: 0, asked: 1 }]);
  });
});
