import autocannon from 'autocannon';

export interface Load {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const CONNECTIONS = 32;
let asked = 0;

/**
 * Asks one URL over and over for some seconds.
 * @param vary makes the query of each request from the URL's own and the number of the request
 * @throws when any answer was not 2xx
 */
export async function load(
  url: string,
  headers: Record<string, string>,
  seconds: number,
  vary?: (search: string, number: number) => string,
): Promise<Load> {
  const { pathname, search } = new URL(url);
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    asked += 1;
    return { ...request, path: `${pathname}${vary?.(search, asked) ?? search}` };
  };
  const requests = vary === undefined ? undefined : [{ setupRequest }];
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: seconds, requests });
  const failed = result.non2xx + result.errors + result.timeouts;
  if (failed > 0) throw new Error(`${url}: ${failed} of ${result.requests.total} requests failed`);
  return { perSecond: result.requests.average, p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The median of each figure over several rounds. */
export function medianLoad(loads: readonly Load[]): Load {
  return {
    perSecond: median(loads.map(({ perSecond }) => perSecond)),
    p50Ms: median(loads.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(loads.map(({ p99Ms }) => p99Ms)),
  };
}
