/** A page of a list, newest first: greater ids are newer. */
interface Page<T> {
  images: readonly T[];
  /** Everything newer than it was looked at; null: everything was. */
  nextAfterId: string | null;
}

/** One page of several pages that begin at the same place: as far as all of them were looked at. */
export function mergeByAge<T extends { image: { id: string } }>(
  pages: readonly Page<T>[],
  limit: number,
): { images: T[]; nextAfterId: string | null } {
  const ends = pages.flatMap(({ nextAfterId }) => nextAfterId ?? []).sort();
  const end = ends.at(-1) ?? null;
  const all = pages
    .flatMap(({ images }) => images)
    .filter(({ image }) => end === null || image.id >= end)
    .sort((a, b) => (a.image.id < b.image.id ? 1 : -1));
  const images = all.slice(0, limit);
  return { images, nextAfterId: all.length > limit ? (images.at(-1)?.image.id ?? null) : end };
}
