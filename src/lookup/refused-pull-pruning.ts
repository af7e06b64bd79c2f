import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { earliestIdOf } from '../common/earliest-id';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import { RefusedPull } from './refused-pull.entity';

const EVERY_MS = 60 * 60_000;
const KEPT_MS = 30 * 24 * 60 * 60_000;
/** What Harbor refuses still begins anew by then. */
const YOUNG_MS = KEPT_MS / 2;
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

  /** Of what was refused just now again. @param name `project/repository@digest` */
  async keepOn(name: string): Promise<void> {
    const id = LessThan(this.earliestIdAgo(YOUNG_MS));
    await this.refusedPulls.update({ name, id }, { id: uuidv7({ msecs: this.clock.now().getTime() }) });
  }

  async prune(): Promise<void> {
    const before = this.earliestIdAgo(KEPT_MS);
    const old = await this.refusedPulls.find({
      select: { id: true },
      where: { id: LessThan(before) },
      order: { id: 'ASC' },
      take: BATCH,
    });
    if (old.length > 0) await this.refusedPulls.delete({ id: In(old.map(({ id }) => id)) });
  }

  private earliestIdAgo(ms: number): string {
    return earliestIdOf(new Date(this.clock.now().getTime() - ms));
  }
}
