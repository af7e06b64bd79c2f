import { AsyncLocalStorage } from 'node:async_hooks';

/** What is learned of a request on its way, for its one line in the log. */
export interface RequestNotes {
  readonly id: string;
  /** Of `performance.now()`. */
  startedAtMs: number;
  /** Such as `person ada`, `platform portal for ada`; absent for what needs no login. */
  caller?: string;
  /** The problem's code. */
  code?: string;
  /** The error behind a problem that is no fault of the caller. */
  error?: unknown;
}

declare module 'fastify' {
  interface FastifyRequest {
    notes: RequestNotes;
  }
}

/** The request that the running code belongs to; background work has none. */
export const currentRequest = new AsyncLocalStorage<RequestNotes>();

/** The path of a request's target; a query may hold what nobody else should read. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
