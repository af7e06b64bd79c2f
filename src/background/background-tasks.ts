import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Draining } from '../common/draining';
import { Metrics } from '../metrics/metrics';
import { BackgroundLeases, LEASE_SECONDS, type HeldTask } from './background-leases';
import { RedisQueues } from './redis-queues';

/** How often a replica looks whether a rarer task is due. */
const LOOK_EVERY_MS = 60_000;
/** A task that failed is due again after this time, or sooner when it runs more often. */
const AFTER_FAILURE_MS = 5 * 60_000;
/** Two renewals may fail. */
const RENEWALS = 3;
/** While Redis is away. */
const OFFER_AGAIN_MS = 5_000;
const QUEUE = 'tasks';

const ALONE = {
  areThere: false,
  open: nowhere,
  work: nowhere,
};

export interface BackgroundTask {
  /** Stable, at most 64 characters: replicas agree on it. */
  name: string;
  /** From the end of a run to the start of the next; whole seconds. */
  everyMs: number;
  /**
   * Where nobody can wait for a replica that died: another goes on after so many seconds, and every replica looks by
   * itself, for Redis misses a dead one later. 30 when left out.
   */
  leaseSeconds?: number;
  /**
   * A bounded piece of work that can be cut off anywhere and taken up by the next run. Stops soon after the signal,
   * which says that Berth stops or that another replica took over. What it throws is logged, and it runs again later.
   */
  run: (signal: AbortSignal) => Promise<void>;
}

/**
 * Background work: each task by one replica at a time, from the start of Berth until it stops. One replica looks by
 * itself what is due; where there is a Redis, BullMQ says who looks, and while it is away work waits. Either way the
 * lease in the database decides that nothing runs twice at once.
 */
@Injectable()
export class BackgroundTasks implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BackgroundTasks.name);
  private readonly stopping = new AbortController();
  private readonly tasks: BackgroundTask[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly loops: Promise<void>[] = [];
  private readonly runs;
  private readonly lastSuccess;

  constructor(
    private readonly leases: BackgroundLeases,
    private readonly draining: Draining,
    @Inject(Metrics) metrics: Metrics = new Metrics(),
    @Inject(RedisQueues) private readonly queues: Pick<RedisQueues, 'areThere' | 'open' | 'work'> = ALONE,
  ) {
    // Each task waits for it; Node warns of more than ten.
    setMaxListeners(0, this.stopping.signal);
    this.runs = metrics.counter({
      name: 'berth_background_runs_total',
      help: 'Runs of background tasks by this replica; failed: it threw, or was cut off',
      labels: ['task', 'outcome'],
    });
    this.lastSuccess = metrics.gauge({
      name: 'berth_background_last_success_timestamp_seconds',
      help: 'When this replica last ended a run of a background task; of several replicas the latest counts',
      labels: ['task'],
    });
  }

  /** To be called before Berth has started, as in `onModuleInit`. */
  register(task: BackgroundTask): void {
    if (this.tasks.some(({ name }) => name === task.name))
      throw new Error(`two tasks are named ${task.name}`);
    this.tasks.push(task);
  }

  async onApplicationBootstrap(): Promise<void> {
    const handedOut = this.queues.areThere
      ? this.tasks.filter(({ leaseSeconds }) => leaseSeconds === undefined)
      : [];
    await this.takeFromRedis(this.queues, handedOut);
    const own = this.tasks.filter((task) => !handedOut.includes(task));
    this.loops.push(...own.map(async (task) => this.repeat(task)));
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.loops, ...this.underWay]);
  }

  private async takeFromRedis(
    queues: Pick<RedisQueues, 'open' | 'work'>,
    tasks: readonly BackgroundTask[],
  ): Promise<void> {
    if (tasks.length === 0) return;
    const queue = await queues.open(QUEUE);
    await queues.work(QUEUE, tasks.length, async ({ name }) => {
      const task = tasks.find((one) => one.name === name);
      // Another version of Berth may know it.
      if (task === undefined || this.isStopping) return;
      const run = this.runWhenDue(task);
      this.underWay.add(run);
      await run.finally(() => this.underWay.delete(run));
    });
    this.loops.push(...tasks.map(async (task) => this.offer(task, queue)));
  }

  /**
   * Each replica offers each task again and again, and what waits or runs already is not added. BullMQ's own schedules
   * go by the clock of whoever ran last: one that is two hours wrong would stop them for two hours.
   */
  private async offer({ name, everyMs }: BackgroundTask, queue: Queue): Promise<void> {
    const offerEveryMs = Math.min(everyMs, LOOK_EVERY_MS);
    await this.pause(offerEveryMs * Math.random());
    let isTold = false;
    while (!this.isStopping) {
      try {
        await queue.add(name, {}, { deduplication: { id: name } });
        isTold = false;
      } catch (error) {
        if (!isTold)
          this.logger.warn({ msg: 'background work cannot be handed out', task: name, err: error });
        isTold = true;
      }
      await this.pause(isTold ? Math.min(offerEveryMs, OFFER_AGAIN_MS) : offerEveryMs);
    }
  }

  private async repeat(task: BackgroundTask): Promise<void> {
    const lookEveryMs = Math.min(task.everyMs, LOOK_EVERY_MS);
    await this.pause(lookEveryMs * Math.random());
    while (!this.isStopping) {
      await this.runWhenDue(task);
      await this.pause(lookEveryMs * (1 + Math.random() / 10));
    }
  }

  private async runWhenDue(task: BackgroundTask): Promise<void> {
    try {
      const held = await this.leases.take(task.name, task.leaseSeconds);
      if (held === null) return;
      const succeeded = await this.run(task, held);
      this.count(task, succeeded);
      await held.end(succeeded ? task.everyMs : Math.min(task.everyMs, AFTER_FAILURE_MS));
    } catch (error) {
      this.logger.warn({ msg: 'background work could not be begun or ended', task: task.name, err: error });
    }
  }

  private count({ name: task }: BackgroundTask, succeeded: boolean): void {
    this.runs.inc({ task, outcome: succeeded ? 'succeeded' : 'failed' });
    if (succeeded) this.lastSuccess.set({ task }, Date.now() / 1000);
  }

  /** False when it failed, or was cut off. */
  private async run(task: BackgroundTask, held: HeldTask): Promise<boolean> {
    const lost = new AbortController();
    const done = new AbortController();
    const renewEveryMs = ((task.leaseSeconds ?? LEASE_SECONDS) * 1000) / RENEWALS;
    const holding = this.hold(held, renewEveryMs, done.signal, lost);
    const signal = AbortSignal.any([this.stopping.signal, lost.signal]);
    try {
      await task.run(signal);
      return !signal.aborted;
    } catch (error) {
      this.logger.error({ msg: 'background work failed', task: task.name, err: error });
      return false;
    } finally {
      done.abort();
      await holding;
    }
  }

  /** Renews the lease until the work is done; `lost` when that did not succeed. */
  private async hold(
    held: HeldTask,
    renewEveryMs: number,
    done: AbortSignal,
    lost: AbortController,
  ): Promise<void> {
    while (!done.aborted) {
      await pause(renewEveryMs, done);
      if (done.aborted) return;
      if (!(await held.renew().catch(() => false))) {
        lost.abort();
        return;
      }
    }
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted || this.draining.isBegun;
  }

  private async pause(ms: number): Promise<void> {
    await pause(ms, this.stopping.signal);
  }
}

/** That long, or until the signal. Keeps no process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal, ref: false });
  } catch {
    // The signal came.
  }
}

async function nowhere(): Promise<never> {
  return Promise.reject(new Error('there is no Redis'));
}
