import fc from 'fast-check';
import { comparePositions, type ListOrder, type Position } from './list-order';
import { mergeStretches, type Look, type MergedPage } from './merged-stretches';

interface Entry extends Position {
  fits: boolean;
}

const ORDER: ListOrder = { column: 'usedAtMs', descending: true };

/** Stretches in memory, read as the database is read. */
function lookAt(stretches: readonly (readonly Entry[])[], looked: { entries: number }): Look<Entry> {
  return (questions, window, wanted) =>
    Promise.resolve(
      questions.map(({ stretch, after }) => {
        const all = [...(stretches[stretch] ?? [])].sort((a, b) => comparePositions(a, b, ORDER));
        const rest = all.filter((entry) => after === null || comparePositions(entry, after, ORDER) > 0);
        const seen = rest.slice(0, window);
        looked.entries += seen.length;
        const rows = seen.filter(({ fits }) => fits).slice(0, wanted);
        if (rows.length === wanted) return { rows, end: rows.at(-1) ?? null };
        return { rows, end: rest.length < window ? null : (seen.at(-1) ?? null) };
      }),
    );
}

const entry = fc.record({ key: fc.nat(5), imageId: fc.nat(400).map(String), fits: fc.boolean() });

describe('mergeStretches', () => {
  it('gives page by page what all stretches have together, in order and once', async () => {
    const stretches = fc.array(fc.uniqueArray(entry, { selector: ({ imageId }) => imageId, maxLength: 60 }), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(stretches, fc.integer({ min: 1, max: 20 }), async (drawn, limit) => {
        // An image stands at the same place in every stretch.
        const known = new Map(drawn.flat().map((one) => [one.imageId, one]));
        const all = drawn.map((entries) => entries.flatMap(({ imageId }) => known.get(imageId) ?? []));
        const expected = [...new Map(all.flat().map((one) => [one.imageId, one])).values()]
          .filter(({ fits }) => fits)
          .sort((a, b) => comparePositions(a, b, ORDER));
        const found: Entry[] = [];
        let after: Position | null = null;
        do {
          const page: MergedPage<Entry> = await mergeStretches(
            all.length,
            after,
            limit,
            ORDER,
            lookAt(all, { entries: 0 }),
          );
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          found.push(...page.rows);
          after = page.next;
        } while (after !== null);
        expect(found).toEqual(expected);
      }),
    );
  });

  it('looks at a bounded part, and goes on from there', async () => {
    const entries = Array.from({ length: 30_000 }, (_, at): Entry => {
      return { key: 0, imageId: String(at).padStart(6, '0'), fits: at % 10_000 === 0 };
    });
    const found: string[] = [];
    let after: Position | null = null;
    let pages = 0;
    do {
      const looked = { entries: 0 };
      const page: MergedPage<Entry> = await mergeStretches(1, after, 50, ORDER, lookAt([entries], looked));
      expect(looked.entries).toBeLessThan(6000);
      found.push(...page.rows.map(({ imageId }) => imageId));
      after = page.next;
      pages += 1;
    } while (after !== null);
    expect(found).toEqual(['020000', '010000', '000000']);
    expect(pages).toBeGreaterThan(3);
  });
});
