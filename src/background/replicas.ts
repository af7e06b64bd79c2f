import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { databaseTimeSql } from '../database/database-time';
import { Replica } from './replica.entity';

const SAY_EVERY_MS = 5_000;
/** A replica that said nothing for so long is not running any more. */
const SILENT_SECONDS = 20;
const LOOK_AGAIN_MS = 500;
/** Rows of replicas that were killed are cleared away after this time. */
const FORGET_SECONDS = 3_600;
/** More than one Berth in one process is for tests. */
const runningHere = new Set<string>();

/** Another replica runs on the same database, and there is no Redis that both are told to use. */
export class SecondReplicaError extends Error {
  constructor(other: { host: string; processId: number }) {
    super(
      `Another Berth (process ${other.processId} on ${other.host}) runs on this database, and not both have a ` +
        'REDIS_URL. Several replicas share their background work and their limits through Redis: set REDIS_URL for ' +
        'all of them, or stop the other one first.',
    );
    this.name = 'SecondReplicaError';
    // Whoever starts Berth reads the reason, and needs no more.
    delete this.stack;
  }
}

/** Where this process runs, and which processes of this machine are alive. */
export interface Whereabouts {
  host: string;
  processId: number;
  isAlive(processId: number): boolean;
}

export const WHEREABOUTS = Symbol('whereabouts');

export const HERE: Whereabouts = {
  host: hostname().slice(0, 255),
  processId: process.pid,
  isAlive: (processId) => {
    try {
      process.kill(processId, 0);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};

/**
 * The replicas that run on this database. One may do without Redis; a second is refused at its start. One that was
 * killed is waited for at most 20 s, and not at all where its process is seen to be gone.
 */
@Injectable()
export class Replicas implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Replicas.name);
  private readonly id = uuidv7();
  private timer: NodeJS.Timeout | null = null;
  private saying: Promise<void> = Promise.resolve();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Pick<Config, 'redis' | 'background'>,
    @Inject(WHEREABOUTS) private readonly here: Whereabouts,
  ) {}

  /** Rejects with SecondReplicaError when another one runs that this one may not run beside. */
  async onModuleInit(): Promise<void> {
    await this.add();
    runningHere.add(this.id);
    try {
      await this.waitForOthers();
    } catch (error) {
      await this.remove();
      throw error;
    }
    this.timer = setInterval(() => void (this.saying = this.say()), SAY_EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    await this.saying;
    try {
      await this.remove();
    } catch (error) {
      this.logger.warn({ msg: 'the others were not told that this replica stops', err: error });
    }
  }

  /** How many run now, this one included. */
  async countRunning(): Promise<number> {
    const running = await this.dataSource.manager
      .createQueryBuilder(Replica, 'replica')
      .where(`replica.seenAt > ${this.silentSince()}`)
      .getCount();
    return Math.max(1, running);
  }

  /** Others that began before and still say that they run are in the way; of the rest the row is all there is. */
  private async waitForOthers(): Promise<void> {
    if (this.config.background.replicasWithoutRedis) return;
    const seen = new Map<string, string>();
    let hasTold = false;
    for (;;) {
      const others = await this.findEarlier();
      const gone = others.filter((other) => this.isSeenGone(other));
      if (gone.length > 0)
        await this.dataSource.manager.delete(
          Replica,
          gone.map(({ id }) => id),
        );
      const inTheWay = others.filter((other) => !gone.includes(other));
      if (inTheWay.length === 0) return;
      for (const other of inTheWay) {
        const saidAt = other.seenAt.toISOString();
        const isRunning = runningHere.has(other.id) || (seen.get(other.id) ?? saidAt) !== saidAt;
        if (isRunning) throw new SecondReplicaError(other);
        seen.set(other.id, saidAt);
      }
      if (!hasTold) {
        hasTold = true;
        this.logger.log({
          msg: 'waiting for another Berth to go on or to be silent',
          silentSeconds: SILENT_SECONDS,
        });
      }
      await this.say();
      await sleep(LOOK_AGAIN_MS);
    }
  }

  /** A restarted container often has the name and the process number of its life before. */
  private isSeenGone({ id, host, processId }: Replica): boolean {
    if (host !== this.here.host || runningHere.has(id)) return false;
    return processId === this.here.processId || !this.here.isAlive(processId);
  }

  private async findEarlier(): Promise<Replica[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(Replica, 'replica')
      .innerJoin(Replica, 'own', 'own.id = :id', { id: this.id })
      .where(`replica.id <> :id AND replica.seenAt > ${this.silentSince()}`)
      .andWhere(
        '(replica.startedAt < own.startedAt OR (replica.startedAt = own.startedAt AND replica.id < own.id))',
      );
    // Those that all have Redis are no trouble to each other.
    if (this.config.redis.url !== null) query.andWhere('replica.hasRedis = :without', { without: false });
    return query.getMany();
  }

  private async add(): Promise<void> {
    const now = (): string => databaseTimeSql(this.dataSource);
    const forgotten = databaseTimeSql(this.dataSource, -FORGET_SECONDS);
    await this.dataSource
      .createQueryBuilder()
      .delete()
      .from(Replica)
      .where(`seenAt < ${forgotten}`)
      .execute();
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(Replica)
      .values({
        id: this.id,
        host: this.here.host,
        processId: this.here.processId,
        hasRedis: this.config.redis.url !== null,
        startedAt: now,
        seenAt: now,
      })
      .execute();
  }

  private async say(): Promise<void> {
    try {
      const said = await this.dataSource
        .createQueryBuilder()
        .update(Replica)
        .set({ seenAt: () => databaseTimeSql(this.dataSource) })
        .where('id = :id', { id: this.id })
        .execute();
      if (said.affected === 1) return;
      this.logger.warn('this replica was taken for gone, and says again that it runs');
      await this.add();
    } catch (error) {
      this.logger.warn({ msg: 'the others were not told that this replica runs', err: error });
    }
  }

  private async remove(): Promise<void> {
    runningHere.delete(this.id);
    await this.dataSource.manager.delete(Replica, this.id);
  }

  private silentSince(): string {
    return databaseTimeSql(this.dataSource, -SILENT_SECONDS);
  }
}
