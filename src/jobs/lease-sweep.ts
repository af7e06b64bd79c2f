import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, LessThan, type DataSource } from 'typeorm';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { databaseTimeSql } from '../database/database-time';
import { DigestRemoval } from './digest-removal.entity';
import { JobImage } from './job-image.entity';
import { Job } from './job.entity';
import { endExpired } from './jobs.service';

const EVERY_MS = 30_000;
const BATCH = 200;
/** More is left to the next run, so that none lasts long. */
const BATCHES = 25;

/** Ends jobs whose leases ran out, and forgets those that ended long ago. */
@Injectable()
export class LeaseSweep implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'leases', everyMs: EVERY_MS, run: async (signal) => this.run(signal) });
  }

  private async run(signal: AbortSignal): Promise<void> {
    await this.inBatches(signal, async () => this.endExpiredJobs());
    await this.inBatches(signal, async () => this.forgetOldJobs());
    await this.dataSource
      .createQueryBuilder()
      .delete()
      .from(DigestRemoval)
      .where(`until < ${databaseTimeSql(this.dataSource)}`)
      .execute();
  }

  private async inBatches(signal: AbortSignal, batch: () => Promise<number>): Promise<void> {
    for (let batches = 0; batches < BATCHES && !signal.aborted; batches += 1) {
      if ((await batch()) < BATCH) return;
    }
  }

  private async endExpiredJobs(): Promise<number> {
    const expired = await this.dataSource
      .createQueryBuilder(Job, 'job')
      .where(`job.until < ${databaseTimeSql(this.dataSource)}`)
      .orderBy('job.until')
      .limit(BATCH)
      .getMany();
    for (const job of expired) {
      await this.dataSource.transaction(async (manager) => endExpired(this.dataSource, manager, job));
    }
    return expired.length;
  }

  private async forgetOldJobs(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - this.config.jobs.historyMs);
    const old = await this.dataSource.manager.find(Job, {
      select: { id: true },
      where: { endedAt: LessThan(before) },
      order: { endedAt: 'ASC' },
      take: BATCH,
    });
    const ids = old.map(({ id }) => id);
    if (ids.length === 0) return 0;
    await this.dataSource.transaction(async (manager) => {
      await manager.delete(JobImage, { runId: In(ids) });
      await manager.delete(Job, { id: In(ids) });
    });
    return ids.length;
  }
}
