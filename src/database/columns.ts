import { Column, PrimaryColumn } from 'typeorm';

/**
 * The only column kinds that entities use, so that MariaDB, MySQL and SQLite store the same and one set of
 * migrations fits them all. Text is always compared by its bytes: `V1` and `v1` are two tags.
 */

interface ColumnChoice {
  nullable?: boolean;
}

const BINARY = { charset: 'utf8mb4', collation: 'utf8mb4_bin' } as const;

/** A UUIDv7 made by the application. */
export function IdColumn(): PropertyDecorator {
  return PrimaryColumn('varchar', { length: 36, ...BINARY });
}

/** Text of at most `length` characters, case-sensitive. */
export function TextColumn(length: number, choice: ColumnChoice = {}): PropertyDecorator {
  return Column('varchar', { length, ...BINARY, ...choice });
}

/** UTC with milliseconds, set by the application. */
export function TimeColumn(choice: ColumnChoice = {}): PropertyDecorator {
  return Column('datetime', { precision: 3, ...choice });
}

/** A size in bytes (or another whole number up to 2^53), read and written as a number. */
export function BytesColumn(choice: ColumnChoice = {}): PropertyDecorator {
  return Column('bigint', {
    ...choice,
    transformer: {
      to: (value: number | null) => value,
      from: (value: string | number | null) => (value === null ? null : Number(value)),
    },
  });
}

/** A whole number up to 2^31, for versions and Harbor's ids. */
export function CountColumn(choice: ColumnChoice = {}): PropertyDecorator {
  return Column('int', choice);
}

export function FlagColumn(choice: ColumnChoice = {}): PropertyDecorator {
  return Column('boolean', choice);
}

/** Any JSON value; never searched by its content. */
export function JsonColumn(choice: ColumnChoice = {}): PropertyDecorator {
  return Column('simple-json', choice);
}
