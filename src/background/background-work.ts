import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { RedisQueues } from './redis-queues';
import { type Enqueued, WorkQueue } from './work-queue';

/** After each failure but the last. */
const RETRY_AFTER_MS = [1_000, 10_000, 60_000];
const MAX_WAITING = 100_000;

export interface WorkKind {
  /** Stable, of lower-case letters and `-`: replicas agree on it. */
  kind: string;
  /** How much of it one replica does together. */
  parallel: number;
  /**
   * A bounded piece of work that can be done twice and be cut off anywhere. Stops soon after the signal. What it
   * throws is logged, and it runs again three times, 1, 10 and 60 s later; then it is forgotten.
   */
  run: (key: string, signal: AbortSignal) => Promise<void>;
}

interface Registered {
  kind: WorkKind;
  own: WorkQueue;
  shared: Queue | null;
}

/**
 * Small work that is asked for by a key, such as the name of a tag, and done soon: by this replica, or by any where
 * there is a Redis. It may be lost when a replica without Redis stops or is killed: whoever needs it to happen finds
 * it again by a background task.
 */
@Injectable()
export class BackgroundWork implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BackgroundWork.name);
  private readonly stopping = new AbortController();
  private readonly kinds = new Map<string, Registered>();
  private readonly runs = new Set<Promise<void>>();

  constructor(private readonly queues: RedisQueues) {}

  /** To be called before Berth has started, as in `onModuleInit`. */
  register(kind: WorkKind): void {
    if (this.kinds.has(kind.kind)) throw new Error(`two kinds of work are named ${kind.kind}`);
    const { parallel } = kind;
    const run = async (key: string): Promise<void> => this.runInsistently(kind, key);
    this.kinds.set(kind.kind, {
      kind,
      own: new WorkQueue({ parallel, maxWaiting: MAX_WAITING, run }),
      shared: null,
    });
  }

  /**
   * What waits already under this key is not added again; what runs under it runs once more afterwards. While Redis
   * is away this replica does it. `full`: 100,000 wait, and it was not added.
   */
  async enqueue(kind: string, key: string): Promise<Enqueued> {
    const { own, shared } = this.registered(kind);
    if (shared === null) return own.add(key);
    try {
      await this.hand(shared, kind, key, 0);
      return 'waiting';
    } catch {
      return own.add(key);
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.queues.areThere) return;
    for (const registered of this.kinds.values()) {
      const { kind } = registered;
      const name = `work-${kind.kind}`;
      registered.shared = await this.queues.open(name);
      await this.queues.work(name, kind.parallel, async ({ data }) => {
        const asked = askedBy(data);
        if (asked !== null && !this.stopping.signal.aborted) {
          await this.tracked(this.runHanded(registered, asked));
        }
      });
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    const own = [...this.kinds.values()].map(async (registered) => registered.own.stop());
    await Promise.allSettled([...own, ...this.runs]);
  }

  private async hand(shared: Queue, kind: string, key: string, tries: number): Promise<void> {
    await shared.add(kind, { key, tries }, { deduplication: { id: shortened(key), keepLastIfActive: true } });
  }

  /** What failed is handed out again by this replica's own timer: BullMQ's go by clocks, and one may be wrong. */
  private async runHanded({ kind, shared }: Registered, { key, tries }: Asked): Promise<void> {
    try {
      await kind.run(key, this.stopping.signal);
    } catch (error) {
      const afterMs = RETRY_AFTER_MS[tries];
      this.logger.warn({
        msg: 'background work failed',
        kind: kind.kind,
        willRetry: afterMs !== undefined,
        err: error,
      });
      if (afterMs === undefined || shared === null || this.stopping.signal.aborted) return;
      const again = async (): Promise<void> => {
        if (!this.stopping.signal.aborted) await this.hand(shared, kind.kind, key, tries + 1);
      };
      setTimeout(() => void again().catch(() => undefined), afterMs).unref();
    }
  }

  private async tracked(run: Promise<void>): Promise<void> {
    this.runs.add(run);
    try {
      await run;
    } finally {
      this.runs.delete(run);
    }
  }

  private async runInsistently({ kind, run }: WorkKind, key: string): Promise<void> {
    const { signal } = this.stopping;
    for (const afterMs of [...RETRY_AFTER_MS, null]) {
      if (signal.aborted) return;
      try {
        await run(key, signal);
        return;
      } catch (error) {
        this.logger.warn({ msg: 'background work failed', kind, willRetry: afterMs !== null, err: error });
      }
      if (afterMs === null) return;
      await sleep(afterMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private registered(kind: string): Registered {
    const registered = this.kinds.get(kind);
    if (registered === undefined) throw new Error(`no work is named ${kind}`);
    return registered;
  }
}

/** Keys may be long, and Redis keeps them as part of its own. */
function shortened(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

interface Asked {
  key: string;
  /** How often it failed. */
  tries: number;
}

function askedBy(told: unknown): Asked | null {
  if (typeof told !== 'object' || told === null || !('key' in told) || !('tries' in told)) return null;
  const { key, tries } = told;
  return typeof key === 'string' && typeof tries === 'number' ? { key, tries } : null;
}
