import { PUBLIC } from '../sharing/audience';
import type { BeginningCondition, Condition, SeenCondition, TermCondition } from './list-condition';
import type { ListOrder, Position, SortColumn } from './list-order';
import { filterTerms, pieceOf } from './search-terms';

export type SqlValue = string | number;

/** A piece of SQL with the values of its question marks. */
export interface Sql {
  text: string;
  values: SqlValue[];
}

/** MariaDB and SQLite differ in how a range of two columns and the order of a join are said. */
export type Dialect = 'server' | 'sqlite';

/** Images that fit: those of one term, in the order of an index, that pass all tests. */
export interface Stretch {
  term: string;
  tests: readonly Condition[];
  /** Beside the tests: this audience, which sees them all, does so while their owners have not left. */
  whileStaying?: string | null;
  /** Beside the tests: this audience does not see them. */
  exceptAudience?: string | null;
  /** Beside the tests: everybody sees them. */
  isPublic?: boolean;
}

/** MariaDB prefers a smaller index to one that is in order, and then sorts all that it has. */
const INDEXES = {
  title: 'ix_image_terms_title',
  usedAtMs: 'ix_image_terms_used',
  sizeBytes: 'ix_image_terms_size',
};

/** The next images of these stretches as if they were one, each once: rows of `imageId` and `sortKey`. */
export function pageSql(
  stretches: readonly Stretch[],
  order: ListOrder,
  after: Position | null,
  limit: number,
  dialect: Dialect,
): Sql {
  const sortKey = order.column === null ? 'NULL' : `w.${order.column}`;
  const parts = stretches.map((stretch) => {
    const { text, values } = fromSql(stretch, { order, after, window: null }, dialect);
    const columns = `w.imageId AS imageId, ${sortKey} AS sortKey`;
    return { text: `SELECT ${columns} ${text} ${sortSql('w.', order)} LIMIT ${limit}`, values };
  });
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  const { text, values } = union(parts, 'UNION');
  const sorted = sortSql('', order.column === null ? order : { ...order, column: 'sortKey' });
  return { text: `SELECT imageId, sortKey FROM (${text}) u ${sorted} LIMIT ${limit}`, values };
}

/** How many images these stretches have together, each counted once; no more than `most` of each: `found`. */
export function countSql(stretches: readonly Stretch[], most: number, dialect: Dialect): Sql {
  const isOne = stretches.length === 1;
  const parts = stretches.map((stretch) => {
    const { text, values } = fromSql(stretch, { order: null, after: null, window: null }, dialect);
    return { text: `SELECT ${isOne ? '1 AS one' : 'w.imageId AS imageId'} ${text} LIMIT ${most}`, values };
  });
  const { text, values } = isOne ? (parts[0] ?? { text: '', values: [] }) : union(parts, 'UNION');
  return { text: `SELECT COUNT(*) AS found FROM (${text}) counted`, values };
}

/** A row when a stretch has more images than that: they are read, and kept nowhere to be counted. */
export function moreSql(stretch: Stretch, than: number, dialect: Dialect): Sql {
  const { text, values } = fromSql(stretch, { order: null, after: null, window: null }, dialect);
  return { text: `SELECT 1 AS one ${text} LIMIT 1 OFFSET ${than}`, values };
}

/** How many of the next `window` images of each stretch pass the tests: rows of `way`, its number, and `found`. */
export function sampleSql(
  stretches: readonly Stretch[],
  order: ListOrder,
  after: Position | null,
  window: number,
  dialect: Dialect,
): Sql {
  const parts = stretches.map((stretch, way) => {
    const { text, values } = fromSql(stretch, { order, after, window }, dialect);
    return { text: `SELECT ${way} AS way, COUNT(*) AS found ${text}`, values };
  });
  return union(parts, 'UNION ALL');
}

export function union(parts: readonly Sql[], word: 'UNION' | 'UNION ALL'): Sql {
  return {
    text: parts.map(({ text }, at) => `SELECT * FROM (${text}) u${at}`).join(` ${word} `),
    values: parts.flatMap(({ values }) => values),
  };
}

export function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

/** Which entries of a term are looked at: in an order, after a position, only so many; null: all, in any order. */
interface Part {
  order: ListOrder | null;
  after: Position | null;
  window: number | null;
}

/** Each entry `w` of the term is tested by keys, one table after the other. */
function fromSql({ term, tests, ...others }: Stretch, part: Part, dialect: Dialect): Sql {
  const joins = tests.flatMap((test, at): Sql[] => joinOf(test, at, part, dialect));
  const entries = entriesSql(term, part, tests.length > 0, dialect);
  const conditions: Sql[] = [
    ...entries.conditions,
    ...(others.isPublic === true ? [{ text: 'w.isPublic = 1', values: [] }] : []),
    ...tests.flatMap((test) => ('audiences' in test ? [seenSql(test, tests, dialect)] : [])),
    ...(typeof others.whileStaying === 'string' ? [stayingSql(others.whileStaying)] : []),
    ...(typeof others.exceptAudience === 'string' ? [unseenSql(others.exceptAudience)] : []),
  ];
  const straight = dialect === 'sqlite' ? 'CROSS JOIN' : 'STRAIGHT_JOIN';
  return {
    text:
      `FROM ${entries.from.text}${joins.map(({ text }) => ` ${straight} ${text}`).join('')}` +
      (conditions.length === 0 ? '' : ` WHERE ${conditions.map(({ text }) => text).join(' AND ')}`),
    values: [entries.from, ...joins, ...conditions].flatMap(({ values }) => values),
  };
}

function entriesSql(
  term: string,
  { order, after, window }: Part,
  isTested: boolean,
  dialect: Dialect,
): { from: Sql; conditions: Sql[] } {
  // Where no order is asked for, that of what is tested by ids, else the index with the shortest entries.
  const column = order === null ? (isTested ? null : 'sizeBytes') : order.column;
  const table = `image_terms w${through(column, dialect)}`;
  const conditions: Sql[] = [
    { text: 'w.term = ?', values: [term] },
    ...(after === null || order === null ? [] : [afterSql(order, after, dialect)]),
  ];
  if (window === null || order === null) return { from: { text: table, values: [] }, conditions };
  const kept = ['w.imageId', 'w.isPublic', ...(order.column === null ? [] : [`w.${order.column}`])];
  const where = conditions.map(({ text }) => text).join(' AND ');
  return {
    from: {
      text: `(SELECT ${kept.join(', ')} FROM ${table} WHERE ${where} ${sortSql('w.', order)} LIMIT ${window}) w`,
      values: conditions.flatMap(({ values }) => values),
    },
    conditions: [],
  };
}

function joinOf(test: Condition, at: number, part: Part, dialect: Dialect): Sql[] {
  if ('audiences' in test) return [];
  return ['term' in test ? withTerm(test, `t${at}`, part, dialect) : withBeginning(test, `i${at}`)];
}

/** Through the index that the entries are read by: what is next to each other there is so here. */
function withTerm({ term }: TermCondition, alias: string, { order }: Part, dialect: Dialect): Sql {
  const column = order?.column ?? null;
  const alike = column === null ? '' : ` AND ${alias}.${column} = w.${column}`;
  return {
    text: `image_terms ${alias}${through(column, dialect)} ON ${alias}.term = ?${alike} AND ${alias}.imageId = w.imageId`,
    values: [term],
  };
}

function through(column: SortColumn | null, dialect: Dialect): string {
  if (dialect === 'sqlite') return '';
  return ` FORCE INDEX (${column === null ? 'PRIMARY' : INDEXES[column]})`;
}

function withBeginning({ beginning }: BeginningCondition, alias: string): Sql {
  return {
    text: `images ${alias} ON ${alias}.id = w.imageId AND INSTR(${alias}.terms, ?) > 0`,
    values: [pieceOf({ text: beginning, isBeginning: true })],
  };
}

/** Not EXISTS: MariaDB would read all that an audience sees first. */
function seenSql(
  { audiences, whileStaying }: SeenCondition,
  tests: readonly Condition[],
  dialect: Dialect,
): Sql {
  const named = audiences.filter((audience) => audience !== PUBLIC);
  if (named.length === 0) return { text: 'w.isPublic = 1', values: [] };
  const index = dialect === 'sqlite' ? '' : ' FORCE INDEX (ix_image_audiences_image)';
  const staying =
    whileStaying.length === 0
      ? ''
      : ` AND (v.audience NOT IN (${marks(whileStaying)}) OR ` +
        '(SELECT p.offboardedAt FROM persons p WHERE p.id = v.personId) IS NULL)';
  const seen =
    `(SELECT 1 FROM image_audiences v${index} WHERE v.imageId = w.imageId ` +
    `AND v.audience IN (${marks(named)})${staying} LIMIT 1) = 1`;
  const values = [...named, ...whileStaying];
  if (!audiences.includes(PUBLIC)) return { text: seen, values };
  // Asked of the last entry, which all tests before have passed.
  const last = tests.findLastIndex((test) => 'term' in test);
  return { text: `(${last < 0 ? 'w' : `t${last}`}.isPublic = 1 OR ${seen})`, values };
}

/** By the rows of the audience, which lie together. */
function stayingSql(audience: string): Sql {
  return {
    text:
      '(SELECT p.offboardedAt FROM image_audiences v CROSS JOIN persons p ON p.id = v.personId ' +
      'WHERE v.audience = ? AND v.imageId = w.imageId) IS NULL',
    values: [audience],
  };
}

function unseenSql(audience: string): Sql {
  return {
    text: '(SELECT 1 FROM image_terms o WHERE o.term = ? AND o.imageId = w.imageId) IS NULL',
    values: [filterTerms.audience(audience)],
  };
}

/** What comes after a position, said so that each database reads it as one range of the index. */
function afterSql({ column, descending }: ListOrder, { key, imageId }: Position, dialect: Dialect): Sql {
  const past = descending ? '<' : '>';
  if (column === null || key === null) return { text: `w.imageId ${past} ?`, values: [imageId] };
  if (dialect === 'sqlite')
    return { text: `(w.${column}, w.imageId) ${past} (?, ?)`, values: [key, imageId] };
  return {
    text: `(w.${column} ${past} ? OR (w.${column} = ? AND w.imageId ${past} ?))`,
    values: [key, key, imageId],
  };
}

function sortSql(
  from: string,
  { column, descending }: { column: string | null; descending: boolean },
): string {
  const direction = descending ? 'DESC' : 'ASC';
  const columns = column === null ? ['imageId'] : [column, 'imageId'];
  return `ORDER BY ${columns.map((name) => `${from}${name} ${direction}`).join(', ')}`;
}
