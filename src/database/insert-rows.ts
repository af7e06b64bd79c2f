import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/**
 * As `manager.insert`, which takes four times the memory and the time for a hundred rows. No row may leave out a column.
 * @throws QueryFailedError as `manager.insert` does; then none was inserted
 */
export async function insertRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const { driver } = manager.connection;
  const { columns, tablePath } = manager.connection.getMetadata(entity);
  const names = columns.map(({ databaseName }) => driver.escape(databaseName)).join(', ');
  const places = `(${columns.map(() => '?').join(', ')})`;
  const values = rows.flatMap((row) =>
    columns.map((column): unknown => driver.preparePersistentValue(column.getEntityValue(row), column)),
  );
  const all = rows.map(() => places).join(', ');
  await manager.query(`INSERT INTO ${driver.escape(tablePath)} (${names}) VALUES ${all}`, values);
}
