import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  /** ASCII. */
  body?: string;
}

export interface SteadyLoad {
  url: string;
  headers: Record<string, string>;
  perSecond: number;
  seconds: number;
  /** One after the other, and from the beginning again after the last. */
  requests: readonly Request[];
}

/** Of each request, in the order in which they were due: the first at once, the last after all of the seconds. */
export interface SteadyAnswers {
  /** From when it was due to the end of its answer: what waits because something before it took long is slow as well. */
  latenciesMs: Float64Array;
  statuses: Uint16Array;
}

/**
 * Asks so many times a second, however fast it is answered, as many clients do together. (autocannon's `overallRate`
 * sends each second's requests at its beginning, as fast as they are answered.) On a thread of its own, which collects
 * little garbage: its pauses would count as slow answers.
 * @throws when a connection breaks, or an answer does not come in half a minute
 */
export async function askSteadily(load: SteadyLoad): Promise<SteadyAnswers> {
  const worker = new Worker(join(__dirname, 'steady-worker.js'), { workerData: load });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** @param part such as 0.99 */
export function latencyAt(latenciesMs: Float64Array, part: number): number {
  const sorted = latenciesMs.slice().sort();
  return sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;
}
