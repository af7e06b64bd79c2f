import { mariadb, type TestDatabase } from '../test/servers/mariadb';

/** The database of DATABASE_BENCH_URL, which is left as it is, or an empty one on the MariaDB that `npm run bench` started. */
export async function serverDatabase(): Promise<TestDatabase> {
  const given = process.env.DATABASE_BENCH_URL;
  return given === undefined ? mariadb() : { url: given, drop: () => Promise.resolve() };
}
