/** Harbor's largest page. A size of 0 or less would be everything at once. */
export const PAGE_SIZE = 100;

/** Reads pages until one is not full; the operation's deadline bounds them all. */
export async function allPages<T>(
  read: (query: { page: number; page_size: number }) => Promise<T[]>,
): Promise<T[]> {
  const items: T[] = [];
  for (let page = 1; ; page += 1) {
    const found = await read({ page, page_size: PAGE_SIZE });
    items.push(...found);
    if (found.length < PAGE_SIZE) return items;
  }
}
