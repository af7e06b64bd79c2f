import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LessThan, type DataSource } from 'typeorm';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import { Change } from './change.entity';

const EVERY_MS = 60_000;
/** Longer than a replica reads on after it was cut off (change-feed.ts). */
const KEPT_MS = 15 * 60_000;

/** Removes old changes, but never the last one: the others are counted from it. */
@Injectable()
export class ChangePruning implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'change-pruning', everyMs: EVERY_MS, run: async () => this.prune() });
  }

  async prune(): Promise<void> {
    const newest = await this.dataSource.manager.maximum(Change, 'seq');
    if (newest === null) return;
    const before = new Date(this.clock.now().getTime() - KEPT_MS);
    await this.dataSource.manager.delete(Change, { seq: LessThan(newest), at: LessThan(before) });
  }
}
