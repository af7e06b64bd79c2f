import { type QueryRunner, TableColumn, type TableColumnOptions } from 'typeorm';

/**
 * Changes a column of a table and keeps its values; those that do not fit end the migration with an error.
 *
 * TypeORM's own changeColumn drops and adds the column on MariaDB and MySQL when its type or length changes, and
 * every value with it (MysqlQueryRunner.changeColumn, 1.1.1).
 */
export async function changeColumn(
  queryRunner: QueryRunner,
  table: string,
  column: TableColumnOptions,
): Promise<void> {
  if (queryRunner.dataSource.options.type === 'better-sqlite3') {
    await queryRunner.changeColumn(table, column.name, new TableColumn(column));
    return;
  }
  const { name, type, length, precision, charset, collation, isNullable } = column;
  const size = length ?? precision;
  const words = [
    size === undefined ? type : `${type}(${size})`,
    charset === undefined ? '' : `CHARACTER SET ${charset}`,
    collation === undefined ? '' : `COLLATE ${collation}`,
    isNullable === true ? 'NULL' : 'NOT NULL',
  ];
  await queryRunner.query(`ALTER TABLE \`${table}\` MODIFY COLUMN \`${name}\` ${words.join(' ')}`);
}
