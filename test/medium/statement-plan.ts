import type { DataSource } from 'typeorm';
import type { Statement } from './listening';

/** One table of a statement, as the database would read it. */
export interface PlanStep {
  /** Its own name, not what the statement calls it. */
  table: string;
  /** `PRIMARY` or the index that is used; null without one. */
  index: string | null;
  /** Every row, every entry of an index, or those that were looked up. */
  reads: 'rows' | 'index' | 'some';
  /** What no index has in order; of the statement as a whole on SQLite. */
  sorts: boolean;
  /** About how many, as the database thinks; null on SQLite. */
  rows: number | null;
  /** As the database says it. */
  text: string;
}

/** Without running it. Subqueries that the database makes a table of are left out: what they read is a step as well. */
export async function planOf(dataSource: DataSource, { sql, parameters }: Statement): Promise<PlanStep[]> {
  const names = tablesOf(sql);
  return dataSource.options.type === 'better-sqlite3'
    ? planOnSqlite(dataSource, { sql, parameters }, names)
    : planOnMariadb(dataSource, { sql, parameters }, names);
}

async function planOnSqlite(
  dataSource: DataSource,
  { sql, parameters }: Statement,
  names: ReadonlyMap<string, string>,
): Promise<PlanStep[]> {
  const steps = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
  const sorts = steps.some(({ detail }) => detail.includes('TEMP B-TREE FOR ORDER BY'));
  return steps.flatMap(({ detail: text }) => {
    const [, how, name = ''] = /^(SCAN|SEARCH) (\w+)/.exec(text) ?? [];
    const table = names.get(name);
    if (table === undefined) return [];
    const used = /USING (?:COVERING )?INDEX (\S+)/.exec(text)?.[1] ?? null;
    const isPrimary = used?.startsWith('sqlite_autoindex') ?? text.includes('PRIMARY KEY');
    const index = isPrimary ? 'PRIMARY' : used;
    const reads = how === 'SEARCH' ? 'some' : index === null ? 'rows' : 'index';
    return [{ table, index, reads, sorts, rows: null, text }];
  });
}

async function planOnMariadb(
  dataSource: DataSource,
  { sql, parameters }: Statement,
  names: ReadonlyMap<string, string>,
): Promise<PlanStep[]> {
  interface Row {
    table: string | null;
    type: string | null;
    key: string | null;
    Extra: string | null;
    rows: string | number | null;
  }
  const steps = await dataSource.query<Row[]>(`EXPLAIN ${sql}`, parameters);
  return steps.flatMap((step) => {
    const table = names.get(step.table ?? '');
    if (table === undefined) return [];
    const reads = step.type === 'ALL' ? 'rows' : step.type === 'index' ? 'index' : 'some';
    const sorts = step.Extra?.includes('filesort') ?? false;
    return [{ table, index: step.key, reads, sorts, rows: Number(step.rows), text: JSON.stringify(step) }];
  });
}

/** The tables of a statement, by what it calls them. */
function tablesOf(sql: string): Map<string, string> {
  const names = new Map<string, string>();
  const named = /\b(?:FROM|JOIN|UPDATE|INTO)\s+[`"]?(\w+)[`"]?(?:\s+(?:AS\s+)?[`"]?(\w+)[`"]?)?/gi;
  for (const [, table = '', alias = ''] of sql.matchAll(named)) {
    names.set(table, table);
    names.set(alias, table);
  }
  return names;
}
