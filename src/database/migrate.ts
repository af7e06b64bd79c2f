import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';

const LOCK_TIMEOUT_SECONDS = 120;

/**
 * Runs the migrations that this database has not had yet, and answers their names. Of several processes that start
 * at once one migrates, and the others wait for it. Throws when another does not finish within 120 seconds.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const queryRunner = dataSource.createQueryRunner();
  try {
    return dataSource.options.type === 'better-sqlite3'
      ? await migrateSqlite(dataSource, queryRunner)
      : await migrateMysql(dataSource, queryRunner);
  } finally {
    await queryRunner.release();
  }
}

/** All in one transaction, which holds the file's write lock. */
async function migrateSqlite(dataSource: DataSource, queryRunner: QueryRunner): Promise<string[]> {
  const [{ timeout }] = (await queryRunner.query('PRAGMA busy_timeout')) as [{ timeout: number }];
  await queryRunner.query(`PRAGMA busy_timeout = ${LOCK_TIMEOUT_SECONDS * 1000}`);
  // Changing a table means making it anew; with foreign keys on, its rows would count as deleted meanwhile.
  await queryRunner.query('PRAGMA foreign_keys = OFF');
  try {
    await queryRunner.startTransaction();
    const names = await runPending(dataSource, queryRunner);
    const broken = (await queryRunner.query('PRAGMA foreign_key_check')) as unknown[];
    if (broken.length > 0) throw new Error(`${broken.length} rows point to rows that the migrations removed`);
    await queryRunner.commitTransaction();
    return names;
  } catch (error) {
    if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
    throw error;
  } finally {
    await queryRunner.query('PRAGMA foreign_keys = ON');
    await queryRunner.query(`PRAGMA busy_timeout = ${timeout}`);
  }
}

/** Under a lock of the server, named after the database: these servers commit each change of a table by itself. */
async function migrateMysql(dataSource: DataSource, queryRunner: QueryRunner): Promise<string[]> {
  const name = `CONCAT('berth-migrations-', MD5(DATABASE()))`;
  const [answer] = (await queryRunner.query(`SELECT GET_LOCK(${name}, ${LOCK_TIMEOUT_SECONDS}) AS got`)) as [
    { got: number | string | null },
  ];
  if (Number(answer.got) !== 1)
    throw new Error('another process is migrating the database, and does not finish');
  try {
    return await runPending(dataSource, queryRunner);
  } finally {
    await queryRunner.query(`SELECT RELEASE_LOCK(${name})`);
  }
}

async function runPending(dataSource: DataSource, queryRunner: QueryRunner): Promise<string[]> {
  const executor = new MigrationExecutor(dataSource, queryRunner);
  executor.transaction = 'each';
  const executed = await executor.executePendingMigrations();
  return executed.map(({ name }) => name);
}
