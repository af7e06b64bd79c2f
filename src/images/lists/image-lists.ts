import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { PersonsService } from '../../auth/persons.service';
import { atMost } from '../../common/at-most';
import { DomainError } from '../../common/errors';
import type { TagState } from '../../tag-rule/tag-rule';
import { ownerAudience, PUBLIC } from '../sharing/audience';
import { allOf, type Audiences } from '../sharing/image-visibility';
import { KnownAudiences } from './known-audiences';
import type { Condition, SeenCondition } from './list-condition';
import { ImageRows, type ImageRow } from './image-rows';
import { orderOf, type ImageSort, type ListOrder, type Position } from './list-order';
import { countSql, moreSql, pageSql, sampleSql, type Dialect, type Sql, type Stretch } from './list-sql';
import { ANY_IMAGE, filterTerms, queryTermsOf } from './search-terms';
import { ANY_RARITY, compareRarity, isMany, TermRarity, type Rarity } from './term-rarity';

export const IMAGE_SCOPES = ['available', 'mine', 'shared', 'public', 'all'] as const;
export type ImageScope = (typeof IMAGE_SCOPES)[number];

/** Whoever looks at a list; without a person it is somebody whom Berth does not know. */
export interface Viewer {
  personId: string | null;
  isAdmin: boolean;
}

export interface ImageQuery {
  scope: ImageScope;
  sort: ImageSort;
  taskType?: string;
  project?: string;
  platform?: string;
  kind?: string;
  state?: TagState;
  label?: string;
  /** A username. */
  owner?: string;
  /** Words that it has all of. */
  q?: string;
}

export interface ImageCount {
  total: number;
  /** False: there are at least so many. */
  isExact: boolean;
}

export interface ListedPage {
  /** In order. */
  rows: ImageRow[];
  /** After which the next page begins; null: there is none. */
  next: Position | null;
  /** Those that the caller is one of. */
  audiences: Audiences;
}

/** More are not counted. */
const COUNTED = 10_000;
/** So many images of so many ways are looked at to choose one. */
const SAMPLE = 128;
const MOST_WAYS = 3;
const REMEMBERED = { ...atMost(2_000), ttl: 10 * 60_000 };

/**
 * Finds the images of a list: those that fit every condition. It is read through the condition that the fewest images
 * fit, in order, and each is tested for the others.
 */
@Injectable()
export class ImageLists {
  private readonly dialect: Dialect;
  private readonly rows: ImageRows;
  /** Ways to first pages. What is not so any more makes a list slower, and no other. */
  private readonly chosen = new LRUCache<string, number>(REMEMBERED);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audiences: KnownAudiences,
    private readonly persons: PersonsService,
    private readonly rarity: TermRarity,
  ) {
    this.dialect = dataSource.options.type === 'better-sqlite3' ? 'sqlite' : 'server';
    this.rows = new ImageRows(dataSource, this.dialect);
  }

  /**
   * The images after a position, in the query's order.
   * @throws DomainError forbidden `auth.forbidden` for all images, unless the caller is an admin
   */
  async page(caller: Viewer, query: ImageQuery, after: Position | null, limit: number): Promise<ListedPage> {
    const order = orderOf(query.sort);
    const { audiences, ways } = await this.waysFor(caller, query);
    const stretches = await this.soonest(ways, order, after);
    if (stretches.length === 0) return { rows: [], next: null, audiences };
    const sql = pageSql(stretches, order, after, limit + 1, this.dialect);
    const found = await this.rows.read(sql, order, audiences);
    const rows = found.slice(0, limit);
    return { rows, next: found.length > limit ? (rows.at(-1)?.position ?? null) : null, audiences };
  }

  /** How many there are, up to a bound. @throws as page */
  async count(caller: Viewer, query: ImageQuery): Promise<ImageCount> {
    const [stretches = []] = (await this.waysFor(caller, query)).ways;
    if (stretches.length === 0) return { total: 0, isExact: true };
    // What everybody sees settles most questions.
    for (const part of stretches.map(easyPart)) {
      if (part !== null && (await this.hasMore(part))) return { total: COUNTED, isExact: false };
    }
    const { text, values } = countSql(stretches, COUNTED + 1, this.dialect);
    const [row] = await this.dataSource.query<{ found: number | string }[]>(text, values);
    const total = Number(row?.found ?? 0);
    return { total: Math.min(total, COUNTED), isExact: total <= COUNTED };
  }

  /**
   * Ways to read all that fits, the one through the fewest images first; several only where even that one is long.
   * None when nothing can fit.
   */
  private async waysFor(
    caller: Viewer,
    query: ImageQuery,
  ): Promise<{ audiences: Audiences; ways: Stretch[][] }> {
    const { scope, owner, q } = query;
    if (scope === 'all' && !caller.isAdmin) {
      throw new DomainError('forbidden', 'auth.forbidden', { role: 'admin' });
    }
    const [audiences, ownedBy, words] = await Promise.all([
      this.audiences.of(caller.personId),
      owner === undefined ? undefined : this.persons.findByName(owner),
      q === undefined ? [] : this.wordsOf(q),
    ]);
    const seen = seenIn(scope, audiences);
    if (seen === null || ownedBy === null || words === null) return { audiences, ways: [] };
    const ofOwner = ownedBy === undefined ? [] : [{ term: audienceTerm(ownerAudience(ownedBy.id)) }];
    const conditions: Condition[] = [...filtersOf(query), ...ofOwner, ...words, ...seen];
    const ways = await this.throughRarest(conditions.length === 0 ? [{ term: ANY_IMAGE }] : conditions);
    const exceptAudience = audiences.own;
    return {
      audiences,
      ways:
        scope === 'shared'
          ? ways.map((stretches) => stretches.map((one) => ({ ...one, exceptAudience })))
          : ways,
    };
  }

  /** Null when no image has such a word. */
  private async beginning(beginning: string): Promise<Condition | null> {
    const words = await this.rarity.complete(beginning);
    const [only, ...others] = words ?? [];
    if (words === null || others.length > 0) return { beginning, words };
    return only === undefined ? null : { term: only };
  }

  /** Null when no image has such words. */
  private async wordsOf(question: string): Promise<Condition[] | null> {
    const terms = queryTermsOf(question);
    if (terms.length === 0) return null;
    const found = await Promise.all(
      terms.map(async ({ text, isBeginning }) => (isBeginning ? this.beginning(text) : { term: text })),
    );
    return found.includes(null) ? null : found.filter((condition) => condition !== null);
  }

  private async throughRarest(conditions: readonly Condition[]): Promise<Stretch[][]> {
    const [only, ...more] = conditions;
    if (only !== undefined && more.length === 0) {
      const stretches = stretchesOf(only, []);
      if (stretches !== null) return [stretches];
    }
    const rarities = await this.rarity.ofEach(conditions.map((one) => termsOf(one) ?? [ANY_IMAGE]));
    const ranked = conditions
      .map((condition, at) => ({ condition, ...(rarities[at] ?? ANY_RARITY) }))
      .sort((a, b) => Number(isManyAudiences(a)) - Number(isManyAudiences(b)) || compareRarity(a, b));
    const named = ranked.filter(({ condition }) => termsOf(condition) !== null);
    const [rarest] = named;
    if (rarest === undefined) return [stretchesOf({ term: ANY_IMAGE }, conditions) ?? []];
    const long = named.filter((one) => !isManyAudiences(one)).slice(0, MOST_WAYS);
    const through = isMany(rarest) && long.length > 0 ? long : [rarest];
    return through.flatMap((way) => {
      const tests = ranked.filter((one) => one !== way).map(({ condition }) => condition);
      const stretches = stretchesOf(way.condition, tests);
      return stretches === null ? [] : [stretches];
    });
  }

  /**
   * The way on which a page is soon full. What is rare in the whole catalog may come late by title, as titles that
   * begin with a word do: a look at the next images of each way tells.
   */
  private async soonest(
    ways: readonly Stretch[][],
    order: ListOrder,
    after: Position | null,
  ): Promise<readonly Stretch[]> {
    const [rarest = []] = ways;
    if (ways.length < 2 || order.column !== 'title') return rarest;
    const firsts = ways.flatMap(([first]) => (first === undefined ? [] : [withoutSeen(first)]));
    const { text, values } = sampleSql(firsts, order, after, SAMPLE, this.dialect);
    const question = JSON.stringify([text, values]);
    const best = this.chosen.get(question) ?? (await this.bestOf({ text, values }));
    if (after === null) this.chosen.set(question, best);
    return ways[best] ?? rarest;
  }

  /** The number of the way of which most fits. */
  private async bestOf({ text, values }: Sql): Promise<number> {
    const rows = await this.dataSource.query<{ way: number; found: number | string }[]>(text, values);
    const all = rows.map(({ way, found }) => ({ way: Number(way), found: Number(found) }));
    all.sort((a, b) => b.found - a.found || a.way - b.way);
    return all[0]?.way ?? 0;
  }

  private async hasMore(part: Stretch): Promise<boolean> {
    const { text, values } = moreSql(part, COUNTED, this.dialect);
    return (await this.dataSource.query<unknown[]>(text, values)).length > 0;
  }
}

/** Null when nothing can be seen so. */
function seenIn(scope: ImageScope, audiences: Audiences): Condition[] | null {
  const { own, shared } = audiences;
  if (scope === 'all') return [];
  if (scope === 'public') return [{ audiences: [PUBLIC], whileStaying: [] }];
  if (scope === 'mine') return own === null ? null : [{ term: audienceTerm(own) }];
  if (scope === 'shared') return shared.length === 0 ? null : [{ audiences: shared, whileStaying: [] }];
  // Whoever left lets nobody start new jobs with what is not public.
  return [{ audiences: allOf(audiences), whileStaying: shared }];
}

function filtersOf({ project, platform, kind, label, taskType, state }: ImageQuery): Condition[] {
  const terms = [
    project === undefined ? null : filterTerms.project(project),
    platform === undefined ? null : filterTerms.platform(platform),
    kind === undefined ? null : filterTerms.kind(kind),
    label === undefined ? null : filterTerms.label(label),
    taskType === undefined ? null : filterTerms.taskType(taskType),
    state === undefined ? null : filterTerms.state(state),
  ];
  return terms.flatMap((term) => (term === null ? [] : [{ term }]));
}

function audienceTerm(audience: string): string {
  return filterTerms.audience(audience);
}

/** Many audiences are many stretches: as long as there is another way, each image is looked at once. */
function isManyAudiences({ condition, ...rarity }: { condition: Condition } & Rarity): boolean {
  return 'audiences' in condition && isMany(rarity);
}

/** Whatever fits has one of these terms; null: there are too many to name. */
function termsOf(condition: Condition): readonly string[] | null {
  if ('term' in condition) return [condition.term];
  return 'audiences' in condition ? condition.audiences.map(audienceTerm) : condition.words;
}

/** All that fits a condition and passes the tests; null where it is no way into the index. */
function stretchesOf(condition: Condition, tests: readonly Condition[]): Stretch[] | null {
  const terms = termsOf(condition);
  if (terms === null) return null;
  const staying = new Map(whileStayingOf(condition).map((audience) => [audienceTerm(audience), audience]));
  return terms.map((term) => ({ term, tests, whileStaying: staying.get(term) ?? null }));
}

function whileStayingOf(condition: Condition): SeenCondition['whileStaying'] {
  return 'audiences' in condition ? condition.whileStaying : [];
}

function withoutSeen(stretch: Stretch): Stretch {
  return { ...stretch, tests: stretch.tests.filter((test) => !('audiences' in test)) };
}

/** The part of a stretch that is counted in no time; null: none. */
function easyPart(stretch: Stretch): Stretch | null {
  const seen = stretch.tests.find((test) => 'audiences' in test);
  if (seen === undefined) return typeof stretch.whileStaying === 'string' ? null : stretch;
  if (!seen.audiences.includes(PUBLIC)) return null;
  return { ...withoutSeen(stretch), isPublic: true };
}
