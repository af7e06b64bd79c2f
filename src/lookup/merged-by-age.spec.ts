import * as fc from 'fast-check';
import { mergeByAge } from './merged-by-age';

const id = (number: number): string => String(number).padStart(4, '0');
const image = (number: number) => ({ image: { id: id(number) } });

/** A page of these ids that are below `after`, as far as `looked` of them were looked at. */
function pageOf(ids: readonly number[], after: string | null, limit: number) {
  const rest = ids.filter((number) => after === null || id(number) < after).sort((a, b) => b - a);
  const images = rest.slice(0, limit).map(image);
  return { images, nextAfterId: rest.length > limit ? (images.at(-1)?.image.id ?? null) : null };
}

describe('mergeByAge', () => {
  it('shows all of all lists once, newest first, whatever the size of a page', () => {
    const lists = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.boolean()), {
      selector: ([number]) => number,
    });
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 7 }), (entries, limit) => {
        const ofOne = entries.filter(([, isFirst]) => isFirst).map(([number]) => number);
        const ofOther = entries.filter(([, isFirst]) => !isFirst).map(([number]) => number);
        const seen: string[] = [];
        for (let after: string | null = null, pages = 0; pages < 2000; pages += 1) {
          const page: ReturnType<typeof mergeByAge<{ image: { id: string } }>> = mergeByAge(
            [pageOf(ofOne, after, limit), pageOf(ofOther, after, limit)],
            limit,
          );
          expect(page.images.length).toBeLessThanOrEqual(limit);
          seen.push(...page.images.map((found) => found.image.id));
          after = page.nextAfterId;
          if (after === null) break;
        }
        const all = entries.map(([number]) => id(number)).sort();
        expect(seen).toEqual(all.reverse());
      }),
    );
  });

  it('goes no further than a list that was not looked at to its end', () => {
    const merged = mergeByAge(
      [
        { images: [image(9), image(2)], nextAfterId: null },
        { images: [], nextAfterId: id(5) },
      ],
      10,
    );
    expect(merged).toEqual({ images: [image(9)], nextAfterId: id(5) });
  });
});
