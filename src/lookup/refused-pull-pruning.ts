import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { earliestIdOf } from '../common/earliest-id';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import { RefusedPull } from './refused-pull.entity';

const EVERY_MS = 60 * 60_000;
/** What is asked for still is written down again a moment later. */
const KEPT_MS = 30 * 24 * 60 * 60_000;
const BATCH = 1_000;

/** Forgets which digests Harbor refused long ago: most were deleted, or nobody asks for them any more. */
@Injectable()
export class RefusedPullPruning implements OnModuleInit {
  constructor(
    @InjectRepository(RefusedPull) private readonly refusedPulls: Repository<RefusedPull>,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'refused-pulls', everyMs: EVERY_MS, run: async () => this.prune() });
  }

  async prune(): Promise<void> {
    const before = earliestIdOf(new Date(this.clock.now().getTime() - KEPT_MS));
    const old = await this.refusedPulls.find({
      select: { id: true },
      where: { id: LessThan(before) },
      order: { id: 'ASC' },
      take: BATCH,
    });
    if (old.length > 0) await this.refusedPulls.delete({ id: In(old.map(({ id }) => id)) });
  }
}
