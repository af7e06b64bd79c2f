import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { MoreThanOrEqual, type DataSource } from 'typeorm';
import { postingOf, type QueryTerm } from './search-terms';
import { SearchWord } from './search-word.entity';
import { marks, union, type FewIds, type Sql } from './stretch-sql';
import { atMost } from '../../common/at-most';

/** So many images are looked at all, in whatever order. */
const FEW = 1000;
/** Above this, how many there are makes no difference any more. */
const MANY = 20_000;
/** A beginning of more words than these is no way into the index. */
const MAX_COMPLETIONS = 32;
const REMEMBERED = { ...atMost(20_000), ttl: 10 * 60_000 };

/** A term of a question, with the words that fit it; null: too many to name. */
export interface KnownTerm extends QueryTerm {
  words: readonly string[] | null;
}

/** How many images have a term decides from where a list is read. */
@Injectable()
export class TermRarity {
  /** Of terms that many images have; what is not so any more is found a bit slower, and all the same. */
  private readonly frequent = new LRUCache<string, number>(REMEMBERED);

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The words that begin so, as any image has or had them. */
  async complete(term: QueryTerm): Promise<KnownTerm> {
    if (!term.isBeginning) return { ...term, words: [term.text] };
    const found = await this.dataSource.manager.find(SearchWord, {
      where: { word: MoreThanOrEqual(term.text) },
      order: { word: 'ASC' },
      take: MAX_COMPLETIONS + 1,
    });
    const words = found.map(({ word }) => word).filter((word) => word.startsWith(term.text));
    return { ...term, words: words.length > MAX_COMPLETIONS ? null : words };
  }

  /**
   * The images of the rarest of these: a term (with all its words), or other ids. Null when each of them has many.
   * `ids` are selects of `imageId`.
   */
  async findFew(terms: readonly KnownTerm[], ids: readonly Sql[]): Promise<FewIds | null> {
    const ofTerms = terms.flatMap(({ words }) => {
      const isKnown = words !== null && !words.some((word) => this.frequent.has(word));
      return isKnown ? [imagesOf(words)] : [];
    });
    const all = [...ofTerms, ...ids];
    if (all.length === 0) return null;
    const counts = await this.count(all, FEW + 1);
    const rarest = [...all.keys()].sort((a, b) => (counts[a] ?? 0) - (counts[b] ?? 0))[0] ?? 0;
    return (counts[rarest] ?? 0) <= FEW ? (all[rarest] ?? null) : null;
  }

  /** The term through which the fewest images are read; null when none is a way into the index. */
  async findWay(terms: readonly KnownTerm[]): Promise<KnownTerm | null> {
    const named = terms.filter(({ words }) => words !== null);
    const unknown = named.flatMap(({ words }) => words ?? []).filter((word) => !this.frequent.has(word));
    const counts = await this.count(
      unknown.map((word) => imagesOf([word])),
      MANY + 1,
    );
    const counted = new Map(unknown.map((word, at) => [word, counts[at] ?? 0]));
    for (const [word, count] of counted) if (count > FEW) this.frequent.set(word, count);
    const countOf = ({ words }: KnownTerm): number =>
      (words ?? []).reduce((sum, word) => sum + (counted.get(word) ?? this.frequent.get(word) ?? MANY), 0);
    return [...named].sort((a, b) => countOf(a) - countOf(b))[0] ?? null;
  }

  private async count(ids: readonly Sql[], limit: number): Promise<number[]> {
    if (ids.length === 0) return [];
    const parts = ids.map(({ text, values }, at) => ({
      text: `SELECT ${at} AS part, COUNT(*) AS found FROM (${text} LIMIT ${limit}) few`,
      values,
    }));
    const { text, values } = union(parts, 'UNION ALL');
    const rows = await this.dataSource.query<{ part: number; found: number }[]>(text, values);
    const counts = new Map(rows.map(({ part, found }) => [Number(part), Number(found)]));
    return ids.map((_, at) => counts.get(at) ?? 0);
  }
}

/** Public ones and others. */
function imagesOf(words: readonly string[]): Sql {
  if (words.length === 0) return { text: `SELECT imageId FROM image_terms WHERE term = ''`, values: [] };
  const keys = words.flatMap((word) => [postingOf(word, true), postingOf(word, false)]);
  return { text: `SELECT imageId FROM image_terms WHERE term IN (${marks(keys)})`, values: keys };
}
