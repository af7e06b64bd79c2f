import type { Fault } from '../../sandbox/harbor/faults';
import type { Call } from '../../sandbox/harbor/sandbox-harbor';

/** Everything that can happen to one write to Harbor. */
export const FAULTS = [
  { fault: 'refused by a 403', kind: 'status', status: 403 },
  { fault: 'answered with a 500', kind: 'status', status: 500 },
  { fault: 'applied, then answered with a 502', kind: 'status-after', status: 502 },
  { fault: 'cut before it was applied', kind: 'drop' },
  { fault: 'cut after it was applied', kind: 'drop-after' },
  { fault: 'without an answer', kind: 'hang' },
  { fault: 'answered with HTML', kind: 'html' },
  { fault: 'refused by a 401', kind: 'status', status: 401 },
  { fault: 'refused by a 429', kind: 'status', status: 429 },
] as const;

export interface FaultCase {
  /** Such as `PUT /users/{id}/password`, with `(2)` behind it for the second of one run. */
  write: string;
  fault: string;
  /** For `faults.add`: strikes that write, once. */
  strike: Fault;
}

/** One case for each write and each fault. */
export function faultCases(writes: readonly string[]): FaultCase[] {
  return writes.flatMap((write) =>
    FAULTS.map(({ fault, ...what }) => ({ write, fault, strike: { ...what, ...aimAt(write), times: 1 } })),
  );
}

/** The writes of a recorded run, in order: compare them with the list that the cases are made of. */
export function writesOf(calls: readonly Call[]): string[] {
  const seen = new Map<string, number>();
  return calls
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    .map(({ method, path }) => {
      const [bare = ''] = path.replace('/api/v2.0', '').split('?');
      const write = `${method} ${bare
        .replace(/^\/projects\/[^/]+/, '/projects/{project}')
        .replace(/\/\d+(?=\/|$)/g, '/{id}')
        .replace(/sha256:[0-9a-f]{64}/, '{digest}')}`;
      const count = (seen.get(write) ?? 0) + 1;
      seen.set(write, count);
      return count === 1 ? write : `${write} (${count})`;
    });
}

function aimAt(write: string): Pick<Fault, 'method' | 'path' | 'after'> {
  const found = /^(\S+) (\S+)(?: \((\d+)\))?$/.exec(write);
  if (found === null) throw new Error(`not a write: ${write}`);
  const [, method = '', path = '', count = '1'] = found;
  const pattern = path
    .replace(/\{id\}/g, '\\d+')
    .replace(/\{project\}/g, '[^/?]+')
    .replace(/\{digest\}/g, 'sha256:[0-9a-f]+');
  const base = path.startsWith('/v2/') ? '' : '/api/v2\\.0';
  return { method, path: new RegExp(`^${base}${pattern}(\\?|$)`), after: Number(count) - 1 };
}
