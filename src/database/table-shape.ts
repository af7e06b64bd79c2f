import type { DataSource, EntityMetadata, Table } from 'typeorm';

/** A table as migrations write it: every part is the code that makes it, so that two tables can be compared. */
export interface TableShape {
  name: string;
  /** By the column's name: `column.text('name', 255)`. */
  columns: Map<string, string>;
  /** By the index's name: `{ name: …, columnNames: […], isUnique: true }`. */
  indices: Map<string, string>;
  foreignKeys: Map<string, string>;
  /** The tables that foreign keys point to. */
  pointsTo: Set<string>;
}

/** As the entities want the tables. Throws for what `columns.ts` cannot say, or what has no explicit name. */
export function wantedShapes(dataSource: DataSource): TableShape[] {
  return dataSource.entityMetadatas.map((metadata) => ({
    name: metadata.tableName,
    columns: new Map(
      metadata.columns.map((column) => [
        column.databaseName,
        columnCode({
          name: column.databaseName,
          type: dataSource.driver.normalizeType(column),
          length: column.length,
          isPrimary: column.isPrimary,
          isNullable: column.isNullable,
        }),
      ]),
    ),
    indices: new Map(
      [...metadata.indices, ...refuseUniques(metadata)].map((index) => [
        index.name,
        indexCode(
          index.name,
          index.columns.map(({ databaseName }) => databaseName),
          index.isUnique,
        ),
      ]),
    ),
    foreignKeys: new Map(
      metadata.foreignKeys.map((key) => [
        key.name,
        foreignKeyCode(
          key.name,
          key.columnNames,
          key.referencedEntityMetadata.tableName,
          key.referencedColumnNames,
        ),
      ]),
    ),
    pointsTo: new Set(metadata.foreignKeys.map((key) => key.referencedEntityMetadata.tableName)),
  }));
}

/** As an SQLite database has the tables now. */
export async function presentShapes(dataSource: DataSource): Promise<TableShape[]> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    const tables = await queryRunner.getTables();
    return tables
      .filter(({ name }) => name !== 'migrations' && !name.startsWith('sqlite_'))
      .map(presentShape);
  } finally {
    await queryRunner.release();
  }
}

function presentShape(table: Table): TableShape {
  return {
    name: table.name,
    columns: new Map(table.columns.map((column) => [column.name, columnCode(column)])),
    indices: new Map(
      table.indices.map((index) => [
        index.name ?? '',
        indexCode(index.name ?? '', index.columnNames, index.isUnique),
      ]),
    ),
    foreignKeys: new Map(
      table.foreignKeys.map((key) => [
        key.name ?? '',
        foreignKeyCode(key.name ?? '', key.columnNames, key.referencedTableName, key.referencedColumnNames),
      ]),
    ),
    pointsTo: new Set(table.foreignKeys.map(({ referencedTableName }) => referencedTableName)),
  };
}

interface Column {
  name: string;
  /** As SQLite has it. */
  type: string;
  length: string;
  isPrimary: boolean;
  isNullable: boolean;
}

function columnCode({ name, type, length, isPrimary, isNullable }: Column): string {
  const kind = { datetime: 'time', bigint: 'bytes', integer: 'count', boolean: 'flag', text: 'json' }[type];
  const nullable = isNullable ? `, 'nullable'` : '';
  if (type === 'varchar' && length !== '' && !isPrimary)
    return `column.text('${name}', ${length}${nullable})`;
  if (type === 'varchar' && length === '36' && !isNullable) return `column.id('${name}')`;
  if (type === 'varchar' && length !== '' && !isNullable) return `column.key('${name}', ${length})`;
  if (kind === 'count' && isPrimary && !isNullable) return `column.sequence('${name}')`;
  if (kind !== undefined && !isPrimary) return `column.${kind}('${name}'${nullable})`;
  throw new Error(`column ${name} (${type}) is of no kind that columns.ts has`);
}

function indexCode(name: string, columns: readonly string[], isUnique: boolean): string {
  return `{ name: '${name}', columnNames: ${list(columns)}${isUnique ? ', isUnique: true' : ''} }`;
}

function foreignKeyCode(
  name: string,
  columns: readonly string[],
  table: string,
  referencedColumns: readonly string[],
): string {
  return `{ name: '${name}', columnNames: ${list(columns)}, referencedTableName: '${table}', referencedColumnNames: ${list(referencedColumns)}, onDelete: 'NO ACTION', onUpdate: 'NO ACTION' }`;
}

/** A unique constraint is an index on MariaDB and none on SQLite: only an index is the same on both. */
function refuseUniques({ uniques, tableName }: EntityMetadata): [] {
  if (uniques.length === 0) return [];
  throw new Error(`table ${tableName} has @Unique; write @Index(name, columns, { unique: true })`);
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}
