import { Column, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/**
 * The only column kinds that entities use, so that MariaDB, MySQL and SQLite store the same and one set of
 * migrations fits them all (`migration-columns.ts` makes the same kinds). Text is always compared by its bytes:
 * `V1` and `v1` are two tags. SQLite does so by itself and knows no other collation of these.
 */

interface ColumnChoice {
  nullable?: boolean;
}

/** A UUIDv7 made by the application. */
export function IdColumn(): PropertyDecorator {
  return PrimaryColumn('varchar', { length: 36 });
}

/** The number of a row among all of its table, handed out by the database at the insert; up to 2^31. */
export function SequenceColumn(): PropertyDecorator {
  return PrimaryGeneratedColumn('increment');
}

/** A text of at most `length` characters as part of the primary key, case-sensitive. */
export function KeyColumn(length: number): PropertyDecorator {
  return PrimaryColumn('varchar', { length });
}

/** Text of at most `length` characters, case-sensitive. */
export function TextColumn(length: number, choice: ColumnChoice = {}): PropertyDecorator {
  return Column('varchar', { length, ...choice });
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

/** Any JSON value of at most 64 KiB; never searched by its content. */
export function JsonColumn(choice: ColumnChoice = {}): PropertyDecorator {
  return Column('simple-json', choice);
}
