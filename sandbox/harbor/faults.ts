import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What the sandbox can do wrong. `…-after` applies the request first; every other but `latency` does not apply it.
 * `drop` cuts the connection, `hang` never answers, `huge` sends 50 MB; `html`, `truncated` and `wrong-types` say 200.
 */
export type FaultKind =
  | 'latency'
  | 'status'
  | 'status-after'
  | 'drop'
  | 'drop-after'
  | 'hang'
  | 'html'
  | 'truncated'
  | 'huge'
  | 'redirect'
  | 'wrong-types';

export interface Fault {
  kind: FaultKind;
  method?: string;
  /** Tested against the path with its query, as sent. */
  path?: RegExp;
  /** How many requests that fit are let through first. */
  after?: number;
  /** How often it strikes; without it, until `clear`. */
  times?: number;
  /** Of `latency`: how much later, 1,000 when absent. */
  ms?: number;
  /** Of `latency`, instead: when that comes. */
  until?: Promise<void>;
  /** Of `status` and `status-after`: 500 when absent. */
  status?: number;
  /** Of `status` and `redirect`, such as `retry-after`. */
  headers?: Record<string, string>;
}

/** The faults that were asked for. The first that fits a request strikes; latency adds to what follows it. */
export class Faults {
  private asked: (Fault & { left: number; toPass: number })[] = [];

  constructor(private readonly listening: { stop: () => Promise<void>; listen: () => Promise<void> }) {}

  add(fault: Fault): void {
    this.asked.push({ ...fault, left: fault.times ?? Infinity, toPass: fault.after ?? 0 });
  }

  clear(): void {
    this.asked = [];
  }

  /** Refuses connections until `up`, which listens on the same port again. */
  down(): Promise<void> {
    return this.listening.stop();
  }

  up(): Promise<void> {
    return this.listening.listen();
  }

  /** What strikes this request: any latencies, to be waited for, and at most one other. */
  strike(method: string, path: string): { latency: Promise<unknown>; fault: Fault | null } {
    const fitting = this.asked
      .filter(
        (fault) =>
          fault.left > 0 &&
          (!fault.method || fault.method === method) &&
          (!fault.path || isHit(fault.path, path)),
      )
      .filter((fault) => {
        fault.toPass -= 1;
        return fault.toPass < 0;
      });
    const other = fitting.find((fault) => fault.kind !== 'latency') ?? null;
    const late = fitting.filter(({ kind }) => kind === 'latency');
    for (const fault of other === null ? late : [...late, other]) fault.left -= 1;
    const timed = late.filter(({ until }) => until === undefined);
    const latencyMs = timed.reduce((sum, { ms }) => sum + (ms ?? 1_000), 0);
    const latency = Promise.all([latencyMs > 0 && sleep(latencyMs), ...late.map(({ until }) => until)]);
    return { latency, fault: other };
  }
}

/** A global or sticky expression must not remember where it stopped. */
const isHit = (path: RegExp, text: string): boolean =>
  new RegExp(path.source, path.flags.replace(/[gy]/g, '')).test(text);
