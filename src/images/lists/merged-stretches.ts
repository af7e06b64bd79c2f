import { comparePositions, type ListOrder, type Position } from './list-order';

/** What one look at a stretch found: those that fit, in order, and how far it saw. */
export interface Found<Row extends Position> {
  rows: Row[];
  /** The last position that was looked at; null: the stretch has no more. */
  end: Position | null;
}

/** Looks at the stretches with these numbers, each from `after` on; at most `window` entries of each are looked at. */
export type Look<Row extends Position> = (
  questions: readonly { stretch: number; after: Position | null }[],
  window: number,
  wanted: number,
) => Promise<Found<Row>[]>;

export interface MergedPage<Row> {
  rows: Row[];
  /** Where the next page begins; null: there is none. */
  next: Position | null;
}

/** Entries of each stretch that are looked at beside twice the page, look by look; then it ends with what it has. */
const WINDOWS = [0, 512, 2048];

interface Progress<Row extends Position> {
  stretch: number;
  rows: Row[];
  end: Position | null;
  isDone: boolean;
}

/**
 * One page of several sorted stretches as if they were one, each image once. Looks at a bounded number of entries:
 * where few of them fit, a page has fewer rows than `limit` and there is a next one all the same.
 */
export async function mergeStretches<Row extends Position>(
  count: number,
  after: Position | null,
  limit: number,
  order: ListOrder,
  look: Look<Row>,
): Promise<MergedPage<Row>> {
  const wanted = limit + 1;
  const all = Array.from({ length: count }, (_, stretch): Progress<Row> => {
    return { stretch, rows: [], end: after, isDone: false };
  });
  for (const window of WINDOWS) {
    const short = all.filter(({ rows, isDone }) => !isDone && rows.length < wanted);
    if (short.length === 0 || seenRows(all, order).length >= wanted) break;
    const questions = short.map(({ stretch, end }) => ({ stretch, after: end }));
    const found = await look(questions, Math.max(window, 2 * wanted), wanted);
    short.forEach((progress, at) => {
      const { rows, end } = found[at] ?? { rows: [], end: null };
      progress.rows.push(...rows);
      progress.end = end;
      progress.isDone = end === null;
    });
  }
  const seen = seenRows(all, order);
  const rows = seen.slice(0, limit);
  const last = rows.at(-1);
  if (seen.length > limit && last !== undefined)
    return { rows, next: { key: last.key, imageId: last.imageId } };
  return { rows, next: frontier(all, order) };
}

/** Up to where every stretch was looked at; null: to the end. */
function frontier<Row extends Position>(all: readonly Progress<Row>[], order: ListOrder): Position | null {
  const ends = all.filter(({ isDone }) => !isDone).map(({ end }) => end);
  return ends.reduce((first, end) => (isBefore(end, first, order) ? end : first), ends[0] ?? null);
}

function isBefore(a: Position | null, b: Position | null, order: ListOrder): boolean {
  if (a === null || b === null) return a === null;
  return comparePositions(a, b, order) < 0;
}

/** In order, each once, and nothing before which another stretch might still have something. */
function seenRows<Row extends Position>(all: readonly Progress<Row>[], order: ListOrder): Row[] {
  const end = frontier(all, order);
  const isStarted = all.every(({ isDone, end: seen }) => isDone || seen !== null);
  if (!isStarted) return [];
  const rows = all.flatMap((progress) => progress.rows);
  const sorted = rows.sort((a, b) => comparePositions(a, b, order));
  const once = sorted.filter((row, at) => row.imageId !== sorted[at - 1]?.imageId);
  return end === null ? once : once.filter((row) => comparePositions(row, end, order) <= 0);
}
