import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, type Repository } from 'typeorm';
import { AuditService } from '../../audit/audit.service';
import { BackgroundTasks } from '../../background/background-tasks';
import { Clock } from '../../common/clock';
import { isDomainError, isOutage } from '../../common/errors';
import type { HarborRobot } from '../../harbor/harbor.types';
import { HarborClient } from '../../harbor/harbor.client';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import type { Project } from '../project.entity';
import { isOfPendingIntent, ROBOT_INTENT_LIFETIME_MS } from './robot-intent';
import { Robot } from './robot.entity';
import { RobotsInHarbor } from './robots-in-harbor';

const EVERY_MS = 5_000;
const BATCH = 50;
const LOOK_AGAIN_MS = 60_000;

/** Ends robots whose time is over, and deletes what makings that were cut off left in Harbor. */
@Injectable()
export class RobotSweep implements OnModuleInit {
  private readonly logger = new Logger(RobotSweep.name);

  constructor(
    @InjectRepository(Robot) private readonly robots: Repository<Robot>,
    private readonly tasks: BackgroundTasks,
    private readonly leases: ProjectLeases,
    private readonly inHarbor: RobotsInHarbor,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'robots', everyMs: EVERY_MS, run: async (signal) => this.run(signal) });
  }

  /** Those that are due, the oldest first; stops at the first that finds Harbor away. */
  private async run(signal: AbortSignal): Promise<void> {
    const due = await this.robots.find({
      where: { dueAt: LessThanOrEqual(this.clock.now()) },
      order: { dueAt: 'ASC' },
      take: BATCH,
    });
    for (const robot of due) {
      if (signal.aborted || !(await this.settle(robot))) return;
    }
  }

  /** False when Harbor is away. */
  private async settle({ id, projectId }: Robot): Promise<boolean> {
    try {
      await this.leases.hold(projectId, async (lease, project) => {
        const robot = await this.robots.findOneBy({ id });
        if (robot === null || robot.dueAt > this.clock.now()) return;
        if (robot.harborRobotId === null) await this.settleMaking(project, robot, lease);
        else await this.end(project, robot, lease);
      });
      return true;
    } catch (error) {
      if (isDomainError(error, 'not-found')) {
        // The project was deleted, and its robots with it.
        await this.robots.delete({ id });
        return true;
      }
      if (!isDomainError(error)) throw error;
      this.logger.warn({ msg: 'a robot is ended later', robot: id, code: error.code });
      await this.lookAgain(id);
      return !isOutage(error);
    }
  }

  private async end(project: Project, robot: Robot, lease: ProjectLease): Promise<void> {
    const target = `${project.name} ${robot.name}`;
    await this.inHarbor.end(robot, lease, async (manager) =>
      this.audit.record(manager, 'berth', 'project.robot-ended', target),
    );
  }

  /** A call that was sent may be applied late: what is not there yet is looked for again. */
  private async settleMaking(project: Project, robot: Robot, lease: ProjectLease): Promise<void> {
    const found = (await this.observe(project)).find((each) => isOfPendingIntent(robot, each));
    const ageMs = this.clock.now().getTime() - robot.createdAt.getTime();
    if (found !== undefined) {
      await lease.renew();
      await this.harbor.deleteRobot(found.id);
    } else if (ageMs < ROBOT_INTENT_LIFETIME_MS) {
      await this.lookAgain(robot.id);
      return;
    }
    await this.inHarbor.forget(robot, lease);
  }

  /** Empty when the project is gone or another one: Harbor deletes a project's robots with it. */
  private async observe(project: Project): Promise<HarborRobot[]> {
    try {
      return await this.inHarbor.observe(project);
    } catch (error) {
      if (isDomainError(error, 'conflict')) return [];
      throw error;
    }
  }

  private async lookAgain(id: string): Promise<void> {
    await this.robots.update({ id }, { dueAt: new Date(this.clock.now().getTime() + LOOK_AGAIN_MS) });
  }
}
