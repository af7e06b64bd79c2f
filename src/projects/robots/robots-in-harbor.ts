import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../common/clock';
import { DomainError } from '../../common/errors';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborRobot } from '../../harbor/harbor.types';
import type { ProjectLease } from '../project-lease';
import type { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';
import { permissionFor } from './robot-access';
import { isOfPendingIntent, newRobotMark } from './robot-intent';
import { wholeDaysUntil } from './robot-lifetime';
import { Robot } from './robot.entity';

/** Where nobody comes back to a making, the sweep looks after this time. */
const MAKING_MS = 60_000;

export interface WantedRobot extends Pick<Robot, 'name' | 'harborName' | 'access' | 'expiresAt'> {
  createdByPersonId: string;
  /** The robot that it replaces. */
  rotatedFromId: string | null;
}

export interface MadeRobot {
  robot: Robot;
  username: string;
  secret: string;
}

/** A project's robots in Harbor: made with what Berth remembers of them, and ended. */
@Injectable()
export class RobotsInHarbor {
  constructor(
    @InjectRepository(Robot) private readonly robots: Repository<Robot>,
    private readonly projects: ProjectsService,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
  ) {}

  /** All of the project, those of others too. @throws DomainError as ProjectsService.observe; outages of Harbor */
  async observe(project: Project): Promise<HarborRobot[]> {
    const { id } = await this.projects.observe(project);
    return this.harbor.listProjectRobots(id);
  }

  /**
   * Deletes what makings that were cut off left in Harbor; nobody has their secrets.
   * @param inHarbor as observed a moment ago
   * @returns the robots that are left
   */
  async tidy(
    project: Project,
    inHarbor: readonly HarborRobot[],
    lease: ProjectLease,
  ): Promise<HarborRobot[]> {
    const recorded = await this.robots.findBy({ projectId: project.id });
    const left = [...inHarbor];
    for (const robot of recorded) {
      const found = left.find((each) => isOfPendingIntent(robot, each));
      if (found === undefined) continue;
      await lease.renew();
      await this.harbor.deleteRobot(found.id);
      await this.forget(robot, lease);
      left.splice(left.indexOf(found), 1);
    }
    return left;
  }

  /**
   * Makes a robot, and records it with `record` in one transaction. When that fails anywhere, its secret is shown to
   * nobody, and what may be in Harbor is deleted: by the next change of the project's robots, or by the sweep.
   * @throws DomainError conflict `harbor.changed` when a robot of that name appeared meanwhile, `project.busy`;
   *   outages of Harbor
   */
  async make(
    project: Project,
    wanted: WantedRobot,
    lease: ProjectLease,
    record: (manager: EntityManager) => Promise<void>,
  ): Promise<MadeRobot> {
    const robot = await this.intend(project, wanted, lease);
    try {
      await lease.renew();
      const made = await this.harbor.createRobot({
        name: robot.harborName,
        description: robot.intentMark,
        level: 'project',
        durationDays: wholeDaysUntil(this.clock.now(), robot.expiresAt),
        permissions: [permissionFor(project.name, robot.access)],
      });
      if (made.outcome === 'exists') throw new DomainError('conflict', 'harbor.changed');
      const known = { harborRobotId: made.id, currentName: robot.name, dueAt: robot.expiresAt };
      await lease.transaction(async (manager) => {
        await record(manager);
        await manager.update(Robot, { id: robot.id }, known);
      });
      return { robot: this.robots.merge(robot, known), username: made.name, secret: made.secret };
    } catch (error) {
      await this.hasten(robot);
      throw error;
    }
  }

  /**
   * Ends a robot that Berth made: at once, or as soon as Harbor answers again, which the sweep sees to.
   * @param record called in the transaction that forgets the robot
   * @throws DomainError conflict `project.busy`; outages of Harbor
   */
  async end(
    robot: Robot,
    lease: ProjectLease,
    record: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    if (robot.harborRobotId === null) throw new Error(`robot ${robot.id} was not made`);
    const now = this.clock.now();
    const expiresAt = robot.expiresAt < now ? robot.expiresAt : now;
    await lease.transaction(async (manager) => {
      await manager.update(Robot, { id: robot.id }, { currentName: null, expiresAt, dueAt: now });
    });
    await lease.renew();
    await this.harbor.deleteRobot(robot.harborRobotId);
    await lease.transaction(async (manager) => {
      await manager.delete(Robot, { id: robot.id });
      await record(manager);
    });
  }

  /** Of what is not in Harbor, or not any more. */
  async forget({ id }: Robot, lease: ProjectLease): Promise<void> {
    await lease.transaction(async (manager) => {
      await manager.delete(Robot, { id });
    });
  }

  private async intend(project: Project, wanted: WantedRobot, lease: ProjectLease): Promise<Robot> {
    const now = this.clock.now();
    const robot = this.robots.create({
      id: uuidv7(),
      projectId: project.id,
      ...wanted,
      currentName: null,
      intentMark: newRobotMark(),
      harborRobotId: null,
      dueAt: new Date(now.getTime() + MAKING_MS),
      createdAt: now,
    });
    await lease.transaction(async (manager) => {
      await manager.insert(Robot, robot);
    });
    return robot;
  }

  /** A row that cannot be hastened is looked at a minute later. */
  private async hasten({ id }: Robot): Promise<void> {
    await this.robots.update({ id }, { dueAt: this.clock.now() }).catch(() => undefined);
  }
}
