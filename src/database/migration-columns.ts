import type { QueryRunner, TableColumnOptions } from 'typeorm';

/**
 * The column kinds of `columns.ts` as migrations write them, for the database that is being migrated.
 * Migrations that were released rely on them: a kind is never changed, only added.
 */
export interface MigrationColumns {
  id(name: string): TableColumnOptions;
  key(name: string, length: number): TableColumnOptions;
  sequence(name: string): TableColumnOptions;
  text(name: string, length: number, nullable?: 'nullable'): TableColumnOptions;
  time(name: string, nullable?: 'nullable'): TableColumnOptions;
  bytes(name: string, nullable?: 'nullable'): TableColumnOptions;
  count(name: string, nullable?: 'nullable'): TableColumnOptions;
  flag(name: string, nullable?: 'nullable'): TableColumnOptions;
  json(name: string, nullable?: 'nullable'): TableColumnOptions;
}

export function migrationColumns(queryRunner: QueryRunner): MigrationColumns {
  const isSqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
  // SQLite compares by bytes already, and takes an unknown collation for an error.
  const binary = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  const column = (
    name: string,
    nullable: 'nullable' | undefined,
    options: Partial<TableColumnOptions>,
  ): TableColumnOptions => ({
    name,
    type: 'varchar',
    isNullable: nullable !== undefined,
    ...options,
  });
  return {
    id: (name) => column(name, undefined, { length: '36', isPrimary: true, ...binary }),
    sequence: (name) =>
      column(name, undefined, {
        type: isSqlite ? 'integer' : 'int',
        isPrimary: true,
        isGenerated: true,
        generationStrategy: 'increment',
      }),
    key: (name, length) => column(name, undefined, { length: String(length), isPrimary: true, ...binary }),
    text: (name, length, nullable) => column(name, nullable, { length: String(length), ...binary }),
    time: (name, nullable) => column(name, nullable, { type: 'datetime', precision: 3 }),
    bytes: (name, nullable) => column(name, nullable, { type: 'bigint' }),
    count: (name, nullable) => column(name, nullable, { type: isSqlite ? 'integer' : 'int' }),
    flag: (name, nullable) => column(name, nullable, { type: 'boolean' }),
    json: (name, nullable) => column(name, nullable, { type: 'text', ...binary }),
  };
}
