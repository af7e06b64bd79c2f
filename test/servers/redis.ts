import { getServerVariable } from './environment';

/** The real Redis, with a database number of this jest worker. It is not emptied: give your keys a prefix. */
export function redis(): string {
  const url = new URL(getServerVariable('BERTH_TEST_REDIS_URL'));
  url.pathname = `/${Number(process.env.JEST_WORKER_ID ?? '0') % 16}`;
  return url.toString();
}
