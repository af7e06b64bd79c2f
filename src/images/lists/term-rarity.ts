import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { atMost } from '../../common/at-most';
import { union } from './list-sql';

/** Of more images than these it is only told how long ago so many became listed. */
const MANY = 8192;
/** A beginning of more words than these is no way into the index. */
const MAX_COMPLETIONS = 32;
const REMEMBERED = { ...atMost(20_000), ttl: 10 * 60_000 };
/** Sorts after every word that begins so. */
const LAST_CHARACTER = '\u{10FFFF}';

/** How many images some terms have together. */
export interface Rarity {
  /** At most MANY. */
  count: number;
  /** Of terms with more: the id of the MANYth newest image; the greater it is, the more have the term. */
  since: string;
}

/** Nothing is more frequent. */
export const ANY_RARITY: Rarity = { count: MANY, since: LAST_CHARACTER };

/** How many images have a term decides through which one a list is read. */
@Injectable()
export class TermRarity {
  /** What is not so any more makes a list slower, and no other. */
  private readonly known = new LRUCache<string, Rarity>(REMEMBERED);

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The words that begin so and that any image has; null: too many to name. */
  async complete(beginning: string): Promise<string[] | null> {
    const rows = await this.dataSource.query<{ term: string }[]>(
      `SELECT DISTINCT term FROM image_terms WHERE term >= ? AND term < ? ORDER BY term LIMIT ${MAX_COMPLETIONS + 1}`,
      [beginning, `${beginning}${LAST_CHARACTER}`],
    );
    return rows.length > MAX_COMPLETIONS ? null : rows.map(({ term }) => term);
  }

  /** Of each of these sets of terms, where each image has one of them. */
  async ofEach(sets: readonly (readonly string[])[]): Promise<Rarity[]> {
    await this.learn([...new Set(sets.flat())].filter((term) => !this.known.has(term)));
    return sets.map((terms) => {
      const all = terms.map((term) => this.known.get(term) ?? ANY_RARITY);
      return {
        count: Math.min(
          MANY,
          all.reduce((sum, { count }) => sum + count, 0),
        ),
        since: all.reduce((latest, { since }) => (since > latest ? since : latest), ''),
      };
    });
  }

  private async learn(terms: readonly string[]): Promise<void> {
    if (terms.length === 0) return;
    const newest = 'SELECT imageId FROM image_terms WHERE term = ? ORDER BY imageId DESC';
    const parts = terms.map((term, at) => ({
      text: `SELECT ${at} AS part, COUNT(*) AS found, MIN(imageId) AS since FROM (${newest} LIMIT ${MANY}) newest`,
      values: [term],
    }));
    const { text, values } = union(parts, 'UNION ALL');
    const rows = await this.dataSource.query<{ part: number; found: number; since: string | null }[]>(
      text,
      values,
    );
    for (const { part, found, since } of rows) {
      const count = Number(found);
      const term = terms[Number(part)];
      if (term !== undefined) this.known.set(term, { count, since: count < MANY ? '' : (since ?? '') });
    }
  }
}

/** Negative when fewer images are so rare. */
export function compareRarity(a: Rarity, b: Rarity): number {
  return a.count - b.count || (a.since < b.since ? -1 : a.since > b.since ? 1 : 0);
}

export function isMany({ count }: Rarity): boolean {
  return count >= MANY;
}
