import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DomainError } from './errors';

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;
const LIMIT_RULE = { message: 'field.whole-number', context: { min: 1, max: MAX_LIMIT } };

/** The query of every list. A list with filters of its own extends it. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @Transform(({ value }: { value: unknown }) => wholeNumber(value))
  @IsInt(LIMIT_RULE)
  @Min(1, LIMIT_RULE)
  @Max(MAX_LIMIT, LIMIT_RULE)
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ type: String, description: 'The nextCursor of the page before.' })
  @IsOptional()
  @IsString({ message: 'field.text', context: { min: 1, max: 2048 } })
  @MaxLength(2048, { message: 'field.text', context: { min: 1, max: 2048 } })
  cursor?: string;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Adds "total", the size of the whole list.',
  })
  @Transform(({ value }: { value: unknown }) => flag(value))
  @IsBoolean({ message: 'field.flag' })
  count: boolean = false;
}

/** One page of a list. */
export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor: string | null;
  /** Only when it was asked for by `?count=true`. */
  total?: number;
}

type CursorShape = Readonly<Record<string, 'string' | 'number'>>;
type CursorValues<S extends CursorShape> = { [K in keyof S]: S[K] extends 'number' ? number : string };

/**
 * The cursors of one list: the sort key of a page's last item, so that no page is counted off from the start.
 * A cursor says whose it is, so that one of another list (or another sort order) is refused, not misread.
 */
export class Cursor<const S extends CursorShape> {
  constructor(
    private readonly list: string,
    private readonly shape: S,
  ) {}

  encode(values: CursorValues<S>): string {
    const ordered = Object.keys(this.shape).map((name) => values[name]);
    return Buffer.from(JSON.stringify([this.list, ...ordered])).toString('base64url');
  }

  /** Null for the first page. Throws `request.malformed` for what is no cursor of this list. */
  decode(cursor: string | undefined): CursorValues<S> | null {
    if (cursor === undefined) return null;
    const [list, ...values] = parsedArray(cursor);
    const names = Object.keys(this.shape);
    const read = Object.fromEntries(names.map((name, index) => [name, values[index]]));
    if (list !== this.list || values.length !== names.length || !this.isComplete(read)) throw foreignCursor();
    return read;
  }

  private isComplete(read: Record<string, unknown>): read is CursorValues<S> {
    return Object.entries(this.shape).every(([name, type]) => typeof read[name] === type);
  }
}

/**
 * Makes a page of the `limit + 1` rows that were read: the one too many only tells that there is a next page.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  cursorAfter: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? cursorAfter(last) : null,
  };
}

/** The page of a list that is read whole, because it is short and its source cannot page it by this key. */
export async function toPageOfAll<Row extends { key: string }, Item>(
  readAll: () => Promise<readonly Row[]>,
  { limit, cursor: from, count }: PageQuery,
  cursor: Cursor<{ key: 'string' }>,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const afterKey = cursor.decode(from)?.key;
  const all = await readAll();
  const rest = afterKey === undefined ? all : all.filter(({ key }) => key > afterKey);
  const page = toPage(rest.slice(0, limit + 1), limit, toItem, ({ key }) => cursor.encode({ key }));
  return count ? { ...page, total: all.length } : page;
}

/** Documents a 200 with one page of `item`; `more` are properties that only this list has. */
export function ApiPage(
  item: Type,
  more: Readonly<Record<string, { type: string; description: string }>> = {},
): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      schema: {
        type: 'object',
        required: ['items', 'nextCursor'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) } },
          nextCursor: { type: 'string', nullable: true },
          total: { type: 'integer', description: 'Only with count=true.' },
          ...more,
        },
      },
    }),
  );
}

function parsedArray(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function foreignCursor(): DomainError {
  return new DomainError('malformed', 'request.malformed', {
    reason:
      'The "cursor" is not one of this list: use the nextCursor of the page before, with the same filters.',
  });
}

/** Only plain digits: Number() would also take "", "0x10" and lists. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}

function flag(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}
