import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LessThanOrEqual, type DataSource } from 'typeorm';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import { isDomainError, isOutage } from '../common/errors';
import { PullRobots } from './pull-robots';
import { PullSecret } from './pull-secret.entity';

const EVERY_MS = 2_000;
const BATCH = 50;
/** More is left to the next run, so that none lasts long. */
const BATCHES = 8;
/** A deletion is two calls: after an outage all that ended meanwhile is due, and Harbor has other work then. */
const AT_ONCE = 4;
const TURN_MS = 100;
/** What was begun and has no robot yet. */
const LOOK_AGAIN_MS = 60_000;
/** A robot whose time is over and that Harbor did not delete. */
const TRY_AGAIN_MS = 5_000;

/** Deletes the robots of pull secrets whose time is over, and what makings that were cut off left in Harbor. */
@Injectable()
export class PullSecretJanitor implements OnModuleInit {
  private readonly logger = new Logger(PullSecretJanitor.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly tasks: BackgroundTasks,
    private readonly robots: PullRobots,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'pull-secrets', everyMs: EVERY_MS, run: async (signal) => this.run(signal) });
  }

  /** Those that are due, the oldest first; stops when Harbor is away. */
  private async run(signal: AbortSignal): Promise<void> {
    for (let batches = 0; batches < BATCHES && !signal.aborted; batches += 1) {
      const due = await this.dataSource.manager.find(PullSecret, {
        where: { dueAt: LessThanOrEqual(this.clock.now()) },
        order: { dueAt: 'ASC' },
        take: BATCH,
      });
      if (!(await this.settleAll(due, signal)) || due.length < BATCH) return;
    }
  }

  /** False when Harbor is away. */
  private async settleAll(due: readonly PullSecret[], signal: AbortSignal): Promise<boolean> {
    for (let from = 0; from < due.length; from += AT_ONCE) {
      if (signal.aborted) return false;
      if (from > 0) await sleep(TURN_MS);
      const turn = due.slice(from, from + AT_ONCE);
      const settled = await Promise.all(turn.map(async (secret) => this.settle(secret)));
      if (settled.includes(false)) return false;
    }
    return true;
  }

  /** False when Harbor is away. */
  private async settle({ id }: PullSecret): Promise<boolean> {
    try {
      await this.robots.retire(this.dataSource.manager, { id });
      if (!(await this.robots.remove(id, 'berth'))) await this.lookAgain(id, LOOK_AGAIN_MS);
      return true;
    } catch (error) {
      if (!isDomainError(error)) throw error;
      this.logger.warn({ msg: 'a pull secret is ended later', pullSecret: id, code: error.code });
      await this.lookAgain(id, TRY_AGAIN_MS);
      return !isOutage(error);
    }
  }

  private async lookAgain(id: string, inMs: number): Promise<void> {
    const dueAt = new Date(this.clock.now().getTime() + inMs);
    await this.dataSource.manager.update(PullSecret, { id }, { dueAt });
  }
}
