import type { DataSource, EntityMetadata } from 'typeorm';
import { insertRows } from '../../src/database/insert-rows';

const AT_ONCE = 500;
const DAY_MS = 86_400_000;

/** Of what is over, a few rows are not; of all else that may be null, most are. */
const ENDS = /^(?:ended|settled)At$/;
/** Most of it is to come; all other times are past. */
const TO_COME = /(?:until|due|expires)(?:At)?$/i;

/** As many rows in every table, each unlike all others. */
export async function fillTables(dataSource: DataSource, rows: number): Promise<void> {
  const isSqlite = dataSource.options.type === 'better-sqlite3';
  await dataSource.transaction(async (manager) => {
    await manager.query(isSqlite ? 'PRAGMA defer_foreign_keys = ON' : 'SET FOREIGN_KEY_CHECKS = 0');
    for (const entity of dataSource.entityMetadatas) {
      for (let from = 0; from < rows; from += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, rows - from) }, (_, n) =>
          rowOf(entity, from + n),
        );
        await insertRows(manager, entity.target, some);
      }
    }
    if (!isSqlite) await manager.query('SET FOREIGN_KEY_CHECKS = 1');
  });
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName).join(', ');
  await dataSource.query(isSqlite ? 'ANALYZE' : `ANALYZE TABLE ${tables}`);
}

function rowOf({ columns }: EntityMetadata, number: number): Record<string, unknown> {
  return Object.fromEntries(
    columns.map(({ propertyName, type, isNullable, isGenerated, length }) => {
      const isNull = ENDS.test(propertyName) ? number % 50 === 0 : number % 50 !== 0;
      if (isNullable && isNull) return [propertyName, null];
      // Ids of rows that refer to each other are the same text.
      const text = `filler-${number}`.slice(0, length === '' ? undefined : Number(length));
      const values: Record<string, unknown> = {
        datetime: new Date(Date.now() + (number + 1) * (TO_COME.test(propertyName) ? DAY_MS : -DAY_MS)),
        boolean: number % 2 === 0,
        'simple-json': [],
        int: 1_000_000 + number,
        bigint: 1_000_000 + number,
      };
      if (isGenerated) return [propertyName, values.int];
      return [propertyName, typeof type === 'string' && type in values ? values[type] : text];
    }),
  );
}
