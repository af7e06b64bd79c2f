import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { PersonsService } from '../../auth/persons.service';
import { DomainError } from '../../common/errors';
import type { TagState } from '../../tag-rule/tag-rule';
import { allOf, ImageVisibility, type Audiences } from '../sharing/image-visibility';
import { ownerAudience, PUBLIC } from '../sharing/audience';
import { comparePositions, orderOf, type ImageSort, type ListOrder, type Position } from './list-order';
import { mergeStretches, type Found, type MergedPage } from './merged-stretches';
import { filterTerms, pieceOf, postingOf, queryTermsOf, type QueryTerm } from './search-terms';
import {
  beyondSql,
  countedSql,
  fewSql,
  isWhole,
  straight,
  union,
  windowSql,
  type Dialect,
  type FewIds,
  type Source,
  type SourceRow,
  type Sql,
  type Stretch,
} from './stretch-sql';
import { TermRarity, type KnownTerm } from './term-rarity';

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

/** A question, ready to be asked. */
interface Plan {
  order: ListOrder;
  /** Null: all images. */
  audiences: readonly string[] | null;
  conditions: readonly Sql[];
  /** The asker's own audience: he is here. */
  own: string | null;
  /** Of image_audiences alone: whoever left lets nobody start new jobs with what is not public. */
  ofStaying: Sql | null;
  taskType: string | null;
  terms: readonly KnownTerm[];
  state: TagState | null;
  few: FewIds | null;
  /** For the long lists: public, and all. */
  way: KnownTerm | null;
  ownerId: string | null;
}

/** States that only images with a tag record have. */
const OF_RECORDS: readonly TagState[] = ['moved', 'gone', 'current'];

/** Entries of each audience that are counted. */
const COUNTED = 10_000;

/** Finds the images of one page of a list: which they are, not what they are. */
@Injectable()
export class ImageLists {
  private readonly dialect: Dialect;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly visibility: ImageVisibility,
    private readonly persons: PersonsService,
    private readonly rarity: TermRarity,
  ) {
    this.dialect = dataSource.options.type === 'better-sqlite3' ? 'sqlite' : 'server';
  }

  /**
   * The images after a position, in the query's order. A page can have fewer than `limit`, and a next one: only so
   * many entries are looked at for one.
   * @throws DomainError forbidden `auth.forbidden` for all images, unless the caller is an admin
   */
  async page(
    caller: Viewer,
    query: ImageQuery,
    after: Position | null,
    limit: number,
    known?: Audiences,
  ): Promise<MergedPage<Position>> {
    const plan = await this.plan(caller, query, known);
    if (plan === null) return { rows: [], next: null };
    if (plan.few !== null) return this.fewPage(plan, plan.few, after, limit);
    const sources = sourcesOf(plan);
    return mergeStretches(sources.length, after, limit, plan.order, async (questions, window, wanted) => {
      const parts = questions.map(({ stretch, after: from }) =>
        windowSql(stretch, at(sources, stretch), plan.order, from, window, wanted, this.dialect),
      );
      const rows = await this.read(union(parts, 'UNION ALL'));
      return questions.map(({ stretch }) => foundOf(rows, stretch, wanted, plan.order));
    });
  }

  /** How many there are, as far as a bounded count sees. @throws as page */
  async count(caller: Viewer, query: ImageQuery): Promise<ImageCount> {
    const plan = await this.plan(caller, query);
    if (plan === null) return { total: 0, isExact: true };
    if (plan.few !== null) {
      const rows = fewSql(
        plan.few,
        plan.audiences,
        allConditions(plan),
        plan.order,
        null,
        COUNTED,
        this.dialect,
      );
      return { total: await this.countRows(rows), isExact: true };
    }
    const sources = sourcesOf(plan);
    const ends = sources.map(({ stretch }, number) => {
      const { text, values } = beyondSql(stretch, plan.order, COUNTED, this.dialect);
      return { text: `SELECT ${number} AS source, w.imageId AS imageId FROM (${text}) w`, values };
    });
    const beyond = await this.read(union(ends, 'UNION ALL'));
    // More would say no more: that there are at least so many.
    if (beyond.some(({ source }) => isWhole(at(sources, Number(source))))) {
      return { total: COUNTED, isExact: false };
    }
    const counted = sources.map((source) => countedSql(source, plan.order, COUNTED, this.dialect));
    return { total: await this.countRows(union(counted, 'UNION')), isExact: beyond.length === 0 };
  }

  private async fewPage(
    plan: Plan,
    few: FewIds,
    after: Position | null,
    limit: number,
  ): Promise<MergedPage<Position>> {
    const { order, audiences } = plan;
    const sql = fewSql(few, audiences, allConditions(plan), order, after, limit + 1, this.dialect);
    const found = (await this.read(sql)).map((row) => positionOf(row, order));
    const rows = found.slice(0, limit);
    return { rows, next: found.length > limit ? (rows.at(-1) ?? null) : null };
  }

  /** Null when nothing can fit. */
  private async plan(caller: Viewer, query: ImageQuery, known?: Audiences): Promise<Plan | null> {
    const { scope, taskType } = query;
    if (scope === 'all' && !caller.isAdmin) {
      throw new DomainError('forbidden', 'auth.forbidden', { role: 'admin' });
    }
    const audiences =
      scope === 'all'
        ? null
        : audiencesIn(scope, known ?? (await this.visibility.audiencesOf(caller.personId)));
    const owner = query.owner === undefined ? undefined : await this.persons.findByName(query.owner);
    if (owner === null || query.q?.trim() === '') return null;
    const wanted = query.q === undefined ? [] : queryTermsOf(query.q);
    if (query.q !== undefined && wanted.length === 0) return null;
    const terms = await Promise.all(
      [...wanted, ...filtersOf(query)].map((term) => this.rarity.complete(term)),
    );
    const order = orderOf(query.sort);
    const ids = [
      ...(owner === undefined ? [] : [ownedBy(owner.id)]),
      ...(query.state !== undefined && OF_RECORDS.includes(query.state)
        ? [inState(query.state, this.dialect)]
        : []),
    ];
    const few = await this.rarity.findFew(terms, ids);
    return {
      order,
      audiences,
      conditions: [
        ...terms.map((term): Sql => ({ text: 'INSTR(a.terms, ?) > 0', values: [pieceOf(term)] })),
        ...(owner === undefined ? [] : [{ text: 'a.personId = ?', values: [owner.id] }]),
        ...(scope === 'shared' ? [{ text: 'a.personId <> ?', values: [caller.personId ?? ''] }] : []),
        ...(query.state === undefined
          ? []
          : [hasState(query.state, audiences === null ? 'a.id' : 'a.imageId')]),
      ],
      own: caller.personId === null ? null : ownerAudience(caller.personId),
      ofStaying: scope === 'available' ? ofStaying() : null,
      taskType: taskType ?? null,
      terms,
      state: query.state ?? null,
      few,
      way: few === null && order.column === null ? await this.rarity.findWay(terms) : null,
      ownerId: owner?.id ?? null,
    };
  }

  private async countRows({ text, values }: Sql): Promise<number> {
    const rows = await this.dataSource.query<{ total: number }[]>(
      `SELECT COUNT(*) AS total FROM (${text}) counted`,
      values,
    );
    return Number(rows[0]?.total ?? 0);
  }

  private async read({ text, values }: Sql): Promise<SourceRow[]> {
    return this.dataSource.query<SourceRow[]>(text, values);
  }
}

function audiencesIn(scope: Exclude<ImageScope, 'all'>, audiences: Audiences): readonly string[] {
  const { own, shared, public: everybody } = audiences;
  if (scope === 'available') return allOf(audiences);
  if (scope === 'shared') return shared;
  return scope === 'public' ? [everybody] : own === null ? [] : [own];
}

function filtersOf({ project, platform, kind, label }: ImageQuery): QueryTerm[] {
  const texts = [
    project === undefined ? [] : [filterTerms.project(project)],
    platform === undefined ? [] : [filterTerms.platform(platform)],
    kind === undefined ? [] : [filterTerms.kind(kind)],
    label === undefined ? [] : [filterTerms.label(label)],
  ].flat();
  return texts.map((text) => ({ text, isBeginning: false }));
}

/** One stretch for each audience; the long ones are read through the question's rarest term where that is possible. */
function sourcesOf(plan: Plan): Source[] {
  const { audiences, order, taskType, way, ownerId } = plan;
  const prefix = order.column === null && taskType !== null;
  const task = taskType === null ? [] : [{ text: 'a.taskType = ?', values: [taskType] }];
  return (audiences ?? [null]).flatMap((audience): Source[] => {
    const isOthers = audience !== null && audience !== PUBLIC && audience !== plan.own;
    const staying = isOthers && plan.ofStaying !== null ? [plan.ofStaying] : [];
    const conditions = [...plan.conditions, ...staying];
    if (audience === null || audience === PUBLIC) {
      const found = way === null ? null : termSources(plan, audience, way);
      if (found !== null) return found;
      const short = shortStretches(audience, way, order.column === null ? ownerId : null);
      if (short !== null) {
        return short.map((stretch) => ({ stretch, audience, conditions: [...conditions, ...task] }));
      }
    }
    const fixed = [
      ...(audience === null ? [] : [['audience', audience] as const]),
      ...(prefix ? [['taskType', taskType] as const] : []),
    ];
    const stretch: Stretch = { table: audience === null ? 'images' : 'image_audiences', fixed };
    return [{ stretch, audience, conditions: prefix ? conditions : [...conditions, ...task] }];
  });
}

/**
 * The entries of terms alone tell which images have all of them, and which of these are public: their rows, which are
 * long, are not looked at. Null where the question asks for what only the rows tell.
 */
function termSources(plan: Plan, audience: string | null, way: KnownTerm): Source[] | null {
  const others = plan.terms.filter((term) => term !== way);
  if (plan.taskType !== null || plan.ownerId !== null || others.some(({ words }) => words?.length !== 1)) {
    return null;
  }
  const state = plan.state === null ? [] : [hasState(plan.state, 'w.imageId')];
  const signs = audience === null ? [true, false] : [true];
  return signs.flatMap((isPublic) => {
    const conditions = [...others.flatMap(({ words }) => hasTerms(words ?? [], isPublic)), ...state];
    return (way.words ?? []).map((word): Source => {
      const fixed = [['term', postingOf(word, isPublic)] as const];
      return { stretch: { table: 'image_terms', fixed }, audience, conditions, onEntries: true };
    });
  });
}

function hasTerms(words: readonly string[], isPublic: boolean): Sql[] {
  return words.map((word) => ({
    text: '(SELECT 1 FROM image_terms t WHERE t.term = ? AND t.imageId = w.imageId) = 1',
    values: [postingOf(word, isPublic)],
  }));
}

function shortStretches(
  audience: string | null,
  way: KnownTerm | null,
  ownerId: string | null,
): Stretch[] | null {
  if (way !== null) {
    const words = way.words ?? [];
    const keys = words.flatMap((word) => [
      postingOf(word, true),
      ...(audience === null ? [postingOf(word, false)] : []),
    ]);
    return keys.map((key): Stretch => ({ table: 'image_terms', fixed: [['term', key]] }));
  }
  if (ownerId === null) return null;
  return [{ table: 'image_audiences', fixed: [['audience', ownerAudience(ownerId)]] }];
}

function allConditions({ conditions, taskType, ofStaying: staying }: Plan): Sql[] {
  return [
    ...conditions,
    ...(taskType === null ? [] : [{ text: 'a.taskType = ?', values: [taskType] }]),
    ...(staying === null
      ? []
      : [{ text: `(a.audience = '${PUBLIC}' OR ${staying.text})`, values: staying.values }]),
  ];
}

function ofStaying(): Sql {
  return { text: '(SELECT p.offboardedAt FROM persons p WHERE p.id = a.personId) IS NULL', values: [] };
}

function ownedBy(personId: string): Sql {
  return {
    text: 'SELECT imageId FROM image_audiences WHERE audience = ?',
    values: [ownerAudience(personId)],
  };
}

function inState(state: TagState, dialect: Dialect): Sql {
  return {
    text:
      `SELECT i.id AS imageId FROM tag_records r ${straight(dialect)} images i ON i.tagRecordId = r.id ` +
      'WHERE r.state = ?',
    values: [state],
  };
}

function hasState(state: TagState, imageId: string): Sql {
  return {
    text:
      "(SELECT COALESCE(r.state, CASE WHEN i.digest IS NULL THEN 'unknown' ELSE 'as-recorded' END) FROM images i " +
      `LEFT JOIN tag_records r ON r.id = i.tagRecordId WHERE i.id = ${imageId}) = ?`,
    values: [state],
  };
}

function foundOf(
  rows: readonly SourceRow[],
  source: number,
  wanted: number,
  order: ListOrder,
): Found<Position> {
  const own = rows.filter((row) => Number(row.source) === source);
  const found = own
    .filter(({ isEnd }) => Number(isEnd) === 0)
    .map((row) => positionOf(row, order))
    .sort((a, b) => comparePositions(a, b, order));
  if (found.length >= wanted) return { rows: found, end: found.at(-1) ?? null };
  const end = own.find(({ isEnd }) => Number(isEnd) === 1);
  return { rows: found, end: end === undefined ? null : positionOf(end, order) };
}

/** MariaDB's whole numbers come as text. */
function positionOf({ imageId, sortKey }: SourceRow, { column }: ListOrder): Position {
  const isNumber = sortKey !== null && column !== null && column !== 'title';
  return { key: isNumber ? Number(sortKey) : sortKey, imageId };
}

function at(sources: readonly Source[], number: number): Source {
  const source = sources[number];
  if (source === undefined) throw new Error(`no source ${number}`);
  return source;
}
