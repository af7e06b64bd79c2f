import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Job, Queue, Worker } from 'bullmq';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { loadBullMq } from './bullmq-library';
import { installationName } from './installation-name';

/** A command that Redis does not answer in this time has failed. */
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_MS = 5_000;
/** A worker that was killed is missed after this time, and its work given to another. */
export const LOCK_MS = 15_000;
const CLOSE_WITHIN_MS = 2_000;
/** So that what is asked for first is handed out too; without Redis a start takes no longer. */
const READY_WITHIN_MS = 500;
const READY_POLL_MS = 10;
/** Whoever takes up work of a worker that died may die too. */
const MAX_STALLED = 1_000;

export const LOCK_TIME = Symbol('lock time');

/** The queues in Redis of all replicas on one database. Without a Redis there are none. */
@Injectable()
export class RedisQueues implements OnModuleDestroy {
  private readonly logger = new Logger(RedisQueues.name);
  private readonly queues: Queue[] = [];
  private readonly workers: Worker[] = [];
  private lostAt: number | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Pick<Config, 'redis'>,
    @Inject(LOCK_TIME) private readonly lockMs: number,
  ) {}

  get areThere(): boolean {
    return this.config.redis.url !== null;
  }

  /** Adding to it fails at once while Redis is away. */
  async open(name: string): Promise<Queue> {
    const { Queue: BullQueue } = loadBullMq();
    const queue = new BullQueue(name, {
      prefix: await this.prefix(),
      connection: {
        ...this.connection(),
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        commandTimeout: COMMAND_TIMEOUT_MS,
      },
      // Either would fail for good when Redis is away at the start.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', (error) => this.tellOnce(error));
    this.queues.push(queue);
    await untilReady(queue);
    return queue;
  }

  /** Runs what comes into the queue here too, at most so many together. What `run` throws is tried again. */
  async work(name: string, concurrency: number, run: (job: Job) => Promise<void>): Promise<void> {
    const { Worker: BullWorker } = loadBullMq();
    const worker = new BullWorker(name, run, {
      prefix: await this.prefix(),
      connection: { ...this.connection(), maxRetriesPerRequest: null },
      concurrency,
      lockDuration: this.lockMs,
      stalledInterval: this.lockMs,
      maxStalledCount: MAX_STALLED,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    worker.on('error', (error) => this.tellOnce(error));
    worker.on('ready', () => this.tellThatItIsBack());
    this.workers.push(worker);
  }

  /** Nothing is taken up any more; what runs must have ended, or it is given to another replica later. */
  async close(): Promise<void> {
    const closing = [
      ...this.workers.map(async (worker) => worker.close(true)),
      ...this.queues.map(async (queue) => queue.close()),
    ];
    this.workers.length = 0;
    this.queues.length = 0;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    await Promise.race([Promise.allSettled(closing), tooLate]);
    clearTimeout(timer);
  }

  async onModuleDestroy(): Promise<void> {
    await this.close();
  }

  private connection(): {
    url: string;
    connectTimeout: number;
    retryStrategy: (times: number) => number;
  } {
    const { url } = this.config.redis;
    if (url === null) throw new Error('there is no Redis');
    return {
      url,
      connectTimeout: CONNECT_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_MS),
    };
  }

  private async prefix(): Promise<string> {
    return `berth:${await installationName(this.dataSource)}`;
  }

  /** One line when Redis goes, however many ask meanwhile. */
  private tellOnce(error: unknown): void {
    if (this.lostAt !== null) return;
    this.lostAt = Date.now();
    this.logger.warn({ msg: 'Redis cannot be reached: background work waits', err: error });
  }

  private tellThatItIsBack(): void {
    if (this.lostAt === null) return;
    this.lostAt = null;
    this.logger.log('Redis is back: background work goes on');
  }
}

async function untilReady(queue: Queue): Promise<void> {
  const endsAtMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < endsAtMs) {
    try {
      await queue.getWaitingCount();
      return;
    } catch {
      await sleep(READY_POLL_MS);
    }
  }
}
