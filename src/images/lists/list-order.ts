/** How lists of images can be sorted. */
export const IMAGE_SORTS = ['newest', 'oldest', 'title', 'lastUsed', 'largest'] as const;
export type ImageSort = (typeof IMAGE_SORTS)[number];

/** The column that a list is sorted by before the id; null: by the id alone, which is by age. */
export type SortColumn = 'title' | 'usedAtMs' | 'sizeBytes';

export interface ListOrder {
  column: SortColumn | null;
  descending: boolean;
}

/** Where an image stands in a list; `key` is null in lists by age. */
export interface Position {
  key: string | number | null;
  imageId: string;
}

const ORDERS: Readonly<Record<ImageSort, ListOrder>> = {
  newest: { column: null, descending: true },
  oldest: { column: null, descending: false },
  title: { column: 'title', descending: false },
  lastUsed: { column: 'usedAtMs', descending: true },
  largest: { column: 'sizeBytes', descending: true },
};

export function orderOf(sort: ImageSort): ListOrder {
  return ORDERS[sort];
}

/** Negative when `a` comes before `b`. Text by its bytes, as the databases sort it. */
export function comparePositions(a: Position, b: Position, { descending }: ListOrder): number {
  const ascending = compareKeys(a.key, b.key) || compareText(a.imageId, b.imageId);
  return descending ? -ascending : ascending;
}

function compareKeys(a: Position['key'], b: Position['key']): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : 0;
}

function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
