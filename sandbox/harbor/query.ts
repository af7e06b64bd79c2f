import type { Exchange, Reply } from './exchange';
import { badRequest, unprocessable } from './errors';

type Value = string | number | boolean | undefined;

/** What a list may be filtered and sorted by. A key that is not here is ignored, as Harbor ignores it. */
export type Columns<Row> = Record<string, (row: Row) => Value>;

export type Condition =
  | { key: string; kind: 'exact' | 'fuzzy'; value: string }
  | { key: string; kind: 'range'; from: string; to: string }
  | { key: string; kind: 'any' | 'all'; values: string[] };

/** `project_id`, `ProjectID` and `projectid` are one key. */
const plain = (key: string): string => key.replaceAll('_', '').toLowerCase();

/** Harbor unescapes each value once more, after the query string was (src/lib/q/builder.go). */
function unescape(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    throw badRequest(`invalid query string value: ${value}`);
  }
}

export function conditionsOf(q: string | null): Condition[] {
  if (!q) return [];
  return q.split(',').map((part) => {
    const mark = part.indexOf('=');
    if (mark < 1) throw badRequest(`the query string must contain "=": ${part}`);
    const key = plain(part.slice(0, mark));
    const value = unescape(part.slice(mark + 1));
    if (value.startsWith('\\')) return { key, kind: 'exact', value: value.slice(1) };
    if (value.startsWith('~')) return { key, kind: 'fuzzy', value: value.slice(1) };
    if (/^\[.*\]$/s.test(value)) {
      const [from = '', to] = value.slice(1, -1).split('~');
      if (to === undefined) throw badRequest(`invalid range value: ${value}`);
      return { key, kind: 'range', from: from.trim(), to: to.trim() };
    }
    const list = /^\{(.*)\}$/s.exec(value) ?? /^\((.*)\)$/s.exec(value);
    if (list) {
      return {
        key,
        kind: value.startsWith('{') ? 'any' : 'all',
        values: (list[1] ?? '').split(' ').filter(Boolean),
      };
    }
    return { key, kind: 'exact', value };
  });
}

/** Times are compared as times: Harbor takes them as `2006-01-02T15:04:05`, with a blank for the T too, in UTC. */
function compare(left: Value, right: string): number {
  if (typeof left === 'number') return left - Number(right);
  const text = String(left ?? '');
  if (/^\d{4}-\d\d-\d\dT/.test(text))
    return Date.parse(text) - Date.parse(`${right.replace(' ', 'T').replace(/Z$/, '')}Z`);
  return text < right ? -1 : text > right ? 1 : 0;
}

const unquoted = (value: string): string => value.replace(/^"(.*)"$/s, '$1');

export function meets(value: Value, condition: Condition): boolean {
  switch (condition.kind) {
    case 'exact':
      return String(value ?? '') === condition.value;
    case 'fuzzy':
      return String(value ?? '')
        .toLowerCase()
        .includes(condition.value.toLowerCase());
    case 'range':
      return (
        (condition.from === '' || compare(value, condition.from) >= 0) &&
        (condition.to === '' || compare(value, condition.to) <= 0)
      );
    case 'any':
      return condition.values.some((one) => String(value ?? '') === unquoted(one));
    case 'all':
      return condition.values.every((one) => String(value ?? '') === unquoted(one));
  }
}

export function filtered<Row>(rows: Row[], conditions: Condition[], columns: Columns<Row>): Row[] {
  const known = new Map(Object.entries(columns).map(([key, read]) => [plain(key), read]));
  return rows.filter((row) =>
    conditions.every((condition) => {
      const read = known.get(condition.key);
      return read === undefined || meets(read(row), condition);
    }),
  );
}

/** By `a,-b`; `whenAbsent` is the resource's own order, and ties keep the order the rows came in. */
export function sorted<Row>(
  rows: Row[],
  sort: string | null,
  columns: Columns<Row>,
  whenAbsent: string,
): Row[] {
  const known = new Map(Object.entries(columns).map(([key, read]) => [plain(key), read]));
  const keys = (sort ?? whenAbsent)
    .split(',')
    .map((part) => ({ read: known.get(plain(part.replace(/^-/, ''))), sign: part.startsWith('-') ? -1 : 1 }));
  return [...rows].sort((left, right) => {
    for (const { read, sign } of keys) {
      if (!read) continue;
      const [a, b] = [read(left) ?? '', read(right) ?? ''];
      if (a !== b) return (a < b ? -1 : 1) * sign;
    }
    return 0;
  });
}

function whole(exchange: Exchange, name: string, whenAbsent: number): number {
  const text = exchange.query.get(name);
  if (text === null || text === '') return whenAbsent;
  if (!/^-?\d+$/.test(text)) {
    throw unprocessable(`${name} in query must be of type int64: "${text}"`);
  }
  return Number(text);
}

/** Harbor checks the page before any handler, so before permissions too. 0 or less means no limit (seen). */
export function pageOf(exchange: Exchange): { page: number; size: number } {
  const page = whole(exchange, 'page', 1);
  const size = whole(exchange, 'page_size', 10);
  if (size > 100) throw unprocessable('page_size in query should be less than or equal to 100');
  return { page, size };
}

/** One page of a list with `X-Total-Count` and `Link`; the link is relative and unescaped, as Harbor's. */
export function pageReply<Row>(
  exchange: Exchange,
  rows: Row[],
  show: (row: Row) => unknown,
  totalCount: number = rows.length,
): Reply {
  const { page, size } = pageOf(exchange);
  const shown = size <= 0 ? rows : rows.slice((page - 1) * size, page * size);
  const headers: Record<string, string> = { 'x-total-count': String(totalCount) };
  const links: string[] = [];
  if (size > 0 && page > 1 && (page - 1) * size < totalCount)
    links.push(linkTo(exchange, page - 1, size, 'prev'));
  if (size > 0 && page * size < totalCount) links.push(linkTo(exchange, page + 1, size, 'next'));
  if (links.length > 0) headers.link = links.join(' , ');
  return { status: 200, headers, json: shown.map(show) };
}

function linkTo(exchange: Exchange, page: number, size: number, rel: string): string {
  const query = exchange.query;
  query.set('page', String(page));
  query.set('page_size', String(size));
  query.sort();
  const text = [...query].map(([key, value]) => `${key}=${value}`).join('&');
  return `<${exchange.path}?${text}>; rel="${rel}"`;
}

/** A whole list: filter by `q`, order by `sort`, cut the page. */
export function listReply<Row>(
  exchange: Exchange,
  rows: Row[],
  columns: Columns<Row>,
  order: string,
  show: (row: Row) => unknown,
): Reply {
  const found = filtered(rows, conditionsOf(exchange.query.get('q')), columns);
  return pageReply(exchange, sorted(found, exchange.query.get('sort'), columns, order), show);
}
