import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock';
import { isUniqueViolation } from '../database/database-errors';
import { SweepAlarm } from './sweep-alarm.entity';

/** Told together; more are counted alone. */
const MAX_TOLD = 100;

/** The alarms of sweeps: one open for a project, until an admin has it recorded or a later sweep finds it over. */
@Injectable()
export class SweepAlarms {
  private readonly logger = new Logger(SweepAlarms.name);

  constructor(
    @InjectRepository(SweepAlarm) private readonly alarms: Repository<SweepAlarm>,
    private readonly clock: Clock,
  ) {}

  /** The newest first. */
  async listOpen(): Promise<SweepAlarm[]> {
    return this.alarms.find({
      where: { settledAt: IsNull() },
      order: { raisedAt: 'DESC', id: 'DESC' },
      take: MAX_TOLD,
    });
  }

  async countOpen(): Promise<number> {
    return this.alarms.countBy({ settledAt: IsNull() });
  }

  /** Raises it, or brings an open one up to date. */
  async raise(
    project: string,
    found: Pick<SweepAlarm, 'reach' | 'vanished' | 'moved' | 'tags'>,
  ): Promise<void> {
    const known = await this.alarms.update({ openFor: project }, found);
    if (known.affected === 1) return;
    this.logger.error({
      msg: 'a sweep found so much changed that nothing of it was recorded: see GET /api/v1/admin/sweeps',
      project,
      ...found,
    });
    const raisedAt = this.clock.now();
    const open = { id: uuidv7(), project, openFor: project, raisedAt, settledAt: null, settledBy: null };
    try {
      await this.alarms.insert({ ...open, ...found });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }

  /** @param project all of them when it is left out */
  async settle(manager: EntityManager, settledBy: string, project?: string): Promise<void> {
    const which = project === undefined ? { settledAt: IsNull() } : { openFor: project };
    await manager.update(SweepAlarm, which, { openFor: null, settledAt: this.clock.now(), settledBy });
  }

  /** A sweep of the project found nothing that would be an alarm. */
  async over(project: string): Promise<void> {
    if (await this.alarms.existsBy({ openFor: project }))
      await this.settle(this.alarms.manager, 'berth', project);
  }
}
