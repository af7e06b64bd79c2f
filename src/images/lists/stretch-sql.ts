import type { ListOrder, Position, SortColumn } from './list-order';

export type SqlValue = string | number;

/** A piece of SQL with the values of its question marks. */
export interface Sql {
  text: string;
  values: SqlValue[];
}

/** MariaDB and SQLite differ in how a range of two columns and the order of a join are said. */
export type Dialect = 'server' | 'sqlite';

/** Entries of one index in its order: `fixed` are its first columns, then come the sort column and the id. */
export interface Stretch {
  table: 'image_audiences' | 'images' | 'image_terms';
  fixed: readonly (readonly [column: string, value: string])[];
}

/** Entries of a stretch as one audience sees them; `audience` null: all images. */
export interface Source {
  stretch: Stretch;
  audience: string | null;
  /** On `a`, the row of image_audiences or images. */
  conditions: readonly Sql[];
  /** The audience sees every entry, and the conditions are on `w`, the entry: no row has to be looked up. */
  onEntries?: boolean;
}

/** Which images are few enough to be looked at all: a select of `imageId`. */
export type FewIds = Sql;

export interface SourceRow {
  source: number;
  imageId: string;
  sortKey: string | number | null;
  /** 1: no find, but the last entry that was looked at. */
  isEnd: number;
}

/** At most `wanted` of the next `window` entries of a source that fit, and the last entry of the window. */
export function windowSql(
  number: number,
  source: Source,
  order: ListOrder,
  after: Position | null,
  window: number,
  wanted: number,
  dialect: Dialect,
): Sql {
  const entries = entriesSql(source.stretch, order, after, isWhole(source) ? wanted : window, dialect);
  const columns = `${number} AS source, w.imageId AS imageId, w.sortKey AS sortKey`;
  if (isWhole(source))
    return { text: `SELECT ${columns}, 0 AS isEnd FROM (${entries.text}) w`, values: entries.values };
  const join = joinSql('w', source, dialect);
  const finds = {
    text:
      `SELECT ${columns}, 0 AS isEnd FROM (${entries.text}) w ${join.text}${whereSql(source.conditions)} ` +
      `${sortSql('w.sortKey', 'w.imageId', order)} LIMIT ${wanted}`,
    values: [...entries.values, ...join.values, ...valuesOf(source.conditions)],
  };
  const last = entriesSql(source.stretch, order, after, 1, dialect, window - 1);
  return {
    text:
      `SELECT * FROM (${finds.text}) f${number} UNION ALL ` +
      `SELECT ${columns}, 1 AS isEnd FROM (${last.text}) w`,
    values: [...finds.values, ...last.values],
  };
}

/** All that fit of few images, as any of the audiences sees them, in order; `audiences` null: all images. */
export function fewSql(
  ids: FewIds,
  audiences: readonly string[] | null,
  conditions: readonly Sql[],
  order: ListOrder,
  after: Position | null,
  wanted: number,
  dialect: Dialect,
): Sql {
  const sortKey = order.column === null ? 'NULL' : `a.${order.column}`;
  const id = audiences === null ? 'a.id' : 'a.imageId';
  const table = audiences === null ? 'images' : 'image_audiences';
  const seen: Sql[] =
    audiences === null ? [] : [{ text: `a.audience IN (${marks(audiences)})`, values: [...audiences] }];
  const from =
    after === null ? [] : [afterSql(order, after, order.column === null ? null : sortKey, id, dialect)];
  const all = [...seen, ...conditions, ...from];
  return {
    text:
      `SELECT DISTINCT 0 AS source, ${id} AS imageId, ${sortKey} AS sortKey, 0 AS isEnd ` +
      `FROM (${ids.text}) w ${straight(dialect)} ${table} a ON ${id} = w.imageId${whereSql(all)} ` +
      `${sortSql('sortKey', 'imageId', order)} LIMIT ${wanted}`,
    values: [...ids.values, ...valuesOf(all)],
  };
}

/** The ids of those that fit among the first `window` entries of a source. */
export function countedSql(source: Source, order: ListOrder, window: number, dialect: Dialect): Sql {
  const entries = isWhole(source)
    ? narrowSql(source.stretch, order, window, dialect)
    : entriesSql(source.stretch, order, null, window, dialect);
  if (isWhole(source)) {
    return { text: `SELECT w.imageId AS imageId FROM (${entries.text}) w`, values: entries.values };
  }
  const join = joinSql('w', source, dialect);
  return {
    text: `SELECT w.imageId AS imageId FROM (${entries.text}) w ${join.text}${whereSql(source.conditions)}`,
    values: [...entries.values, ...join.values, ...valuesOf(source.conditions)],
  };
}

/** The entry after the first `window` ones: there is one where a count of them is not all. */
export function beyondSql(stretch: Stretch, order: ListOrder, window: number, dialect: Dialect): Sql {
  return narrowSql(stretch, order, 1, dialect, window);
}

/** Whichever entries, where only how many there are counts: the primary key would read whole rows. */
function narrowSql(
  { table, fixed }: Stretch,
  order: ListOrder,
  limit: number,
  dialect: Dialect,
  skip = 0,
): Sql {
  const isWide = table !== 'image_terms' && !fixed.some(([name]) => name === 'taskType');
  const narrow: ListOrder = isWide && order.column === null ? { ...order, column: 'sizeBytes' } : order;
  return entriesSql({ table, fixed }, narrow, null, limit, dialect, skip);
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

function entriesSql(
  { table, fixed }: Stretch,
  order: ListOrder,
  after: Position | null,
  limit: number,
  dialect: Dialect,
  skip = 0,
): Sql {
  const id = table === 'images' ? 'id' : 'imageId';
  const { column } = order;
  const conditions: Sql[] = fixed.map(([name, value]) => ({ text: `${name} = ?`, values: [value] }));
  if (after !== null) conditions.push(afterSql(order, after, column, id, dialect));
  // The window is short and the entry is in the index: skipping reads no more than the window itself did.
  const offset = skip === 0 ? '' : ` OFFSET ${skip}`;
  return {
    text:
      `SELECT ${id} AS imageId, ${column ?? 'NULL'} AS sortKey FROM ${table}${indexSql({ table, fixed }, column, dialect)}` +
      `${whereSql(conditions)} ` +
      `${sortSql(column, id, order)} LIMIT ${limit}${offset}`,
    values: valuesOf(conditions),
  };
}

/** MariaDB prefers a smaller index to one that is in order, and then sorts all that it has. */
function indexSql({ table, fixed }: Stretch, column: SortColumn | null, dialect: Dialect): string {
  if (dialect === 'sqlite') return '';
  const ofTaskType = fixed.some(([name]) => name === 'taskType') ? 'task_type' : null;
  const ending = { title: 'title', usedAtMs: 'used', sizeBytes: 'size' };
  const name = column === null ? ofTaskType : ending[column];
  return ` FORCE INDEX (${name === null ? 'PRIMARY' : `ix_${table}_${name}`})`;
}

/** What comes after a position, said so that each database reads it as one range of the index. */
function afterSql(
  { descending }: ListOrder,
  { key, imageId }: Position,
  column: string | null,
  id: string,
  dialect: Dialect,
): Sql {
  const past = descending ? '<' : '>';
  if (column === null || key === null) return { text: `${id} ${past} ?`, values: [imageId] };
  if (dialect === 'sqlite') return { text: `(${column}, ${id}) ${past} (?, ?)`, values: [key, imageId] };
  return {
    text: `(${column} ${past} ? OR (${column} = ? AND ${id} ${past} ?))`,
    values: [key, key, imageId],
  };
}

function sortSql(column: string | null, id: string, { descending, column: sorted }: ListOrder): string {
  const direction = descending ? 'DESC' : 'ASC';
  const columns = sorted === null || column === null ? [id] : [column, id];
  return `ORDER BY ${columns.map((name) => `${name} ${direction}`).join(', ')}`;
}

function joinSql(from: string, { audience, onEntries }: Source, dialect: Dialect): Sql {
  if (onEntries === true) return { text: '', values: [] };
  if (audience === null)
    return { text: `${straight(dialect)} images a ON a.id = ${from}.imageId`, values: [] };
  return {
    text: `${straight(dialect)} image_audiences a ON a.audience = ? AND a.imageId = ${from}.imageId`,
    values: [audience],
  };
}

/** The window first, then its rows by their keys. */
export function straight(dialect: Dialect): string {
  return dialect === 'sqlite' ? 'CROSS JOIN' : 'STRAIGHT_JOIN';
}

/** Every entry of the stretch fits. */
export function isWhole(source: Source): boolean {
  return source.conditions.length === 0 && !isJoined(source);
}

/** Entries that are not the audience's own have to be looked up there. */
function isJoined({ stretch, audience, onEntries }: Source): boolean {
  if (onEntries === true) return false;
  const [first] = stretch.fixed;
  if (audience === null) return stretch.table !== 'images';
  return stretch.table !== 'image_audiences' || first?.[1] !== audience;
}

function whereSql(conditions: readonly Sql[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.map(({ text }) => text).join(' AND ')}`;
}

function valuesOf(conditions: readonly Sql[]): SqlValue[] {
  return conditions.flatMap(({ values }) => values);
}
