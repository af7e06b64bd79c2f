import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AuditService } from '../../audit/audit.service';
import type { PersonCaller } from '../../auth/caller';
import { PersonsService } from '../../auth/persons.service';
import { Clock } from '../../common/clock';
import { DomainError, isDomainError } from '../../common/errors';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import type { HarborRobot } from '../../harbor/harbor.types';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import { ProjectRoles } from '../project-roles';
import type { Project } from '../project.entity';
import { newRobotSuffix } from './robot-intent';
import { endAfterDays, endOfReplacement, isPossibleEnd, MAX_ROBOT_DAYS } from './robot-lifetime';
import { justMade, robotList, type ListedRobot } from './robot-list';
import { nameInProject, suffixedName } from './robot-name';
import { Robot, type RobotAccess } from './robot.entity';
import { type MadeRobot, RobotsInHarbor } from './robots-in-harbor';

export interface NewRobot {
  name: string;
  access: RobotAccess;
  /** After the configured days, when left out. */
  expiresAt?: Date;
}

export interface RobotView extends ListedRobot {
  createdBy: string | null;
}

/** A robot that was just made; its secret is shown this once. */
export interface IssuedRobot {
  robot: RobotView;
  secret: string;
  /** When the robot that it replaces stops; null when it replaces none. */
  previousEndsAt: Date | null;
}

/** Robots for CI: made, rotated and deleted by a project's admins. Robots of others are only listed. */
@Injectable()
export class RobotsService {
  private readonly logger = new Logger(RobotsService.name);

  constructor(
    @InjectRepository(Robot) private readonly robots: Repository<Robot>,
    private readonly roles: ProjectRoles,
    private readonly leases: ProjectLeases,
    private readonly inHarbor: RobotsInHarbor,
    private readonly persons: PersonsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * For maintainers too; by name.
   * @throws DomainError as ProjectRoles.require and ProjectsService.observe
   */
  async list(caller: PersonCaller, projectName: string): Promise<RobotView[]> {
    const project = await this.roles.require(caller, projectName, 'maintainer');
    const found = await this.inHarbor.observe(project);
    return this.views(project, found);
  }

  /** One that Berth made. @throws DomainError as list; not-found `robot.not-found` */
  async get(caller: PersonCaller, projectName: string, id: string): Promise<RobotView> {
    const view = (await this.list(caller, projectName)).find((robot) => robot.id === id);
    if (view === undefined) throw notFound(projectName);
    return view;
  }

  /**
   * @throws DomainError as ProjectRoles.require and RobotsInHarbor.make; invalid `robot.end`; conflict
   *   `robot.exists`, `robot.name-taken`
   */
  async create(caller: PersonCaller, projectName: string, wanted: NewRobot): Promise<IssuedRobot> {
    const project = await this.roles.require(caller, projectName, 'admin');
    const expiresAt = this.endOf(wanted);
    const target = `${projectName} ${wanted.name} ${wanted.access}`;
    return this.audit.attempt({ actor: caller, action: 'project.robot-created', target }, () =>
      this.leases.hold(project.id, async (lease, held) => {
        const found = await this.inHarbor.tidy(held, await this.inHarbor.observe(held), lease);
        await this.refuseExisting(held, wanted.name);
        const harborName = await this.freeName(held, wanted.name, found);
        const made = await this.inHarbor.make(
          held,
          { ...wanted, expiresAt, harborName, createdByPersonId: caller.personId, rotatedFromId: null },
          lease,
          async (manager) => this.audit.record(manager, caller, 'project.robot-created', target),
        );
        return this.issued(caller, made, null);
      }),
    );
  }

  /**
   * Makes a robot of the same name, access and length of life; the one before it works on for the overlap.
   * @throws DomainError as ProjectRoles.require and RobotsInHarbor.make; not-found `robot.not-found`; conflict
   *   `robot.ending`
   */
  async rotate(
    caller: PersonCaller,
    projectName: string,
    id: string,
    overlapSeconds: number,
  ): Promise<IssuedRobot> {
    const project = await this.roles.require(caller, projectName, 'admin');
    const { name } = await this.find(project, id);
    const target = `${projectName} ${name}`;
    return this.audit.attempt({ actor: caller, action: 'project.robot-rotated', target }, () =>
      this.leases.hold(project.id, async (lease, held) => {
        await this.inHarbor.tidy(held, await this.inHarbor.observe(held), lease);
        const old = await this.findCurrent(held, id);
        const now = this.clock.now();
        const overlapEnd = new Date(now.getTime() + overlapSeconds * 1000);
        const previousEndsAt = overlapEnd < old.expiresAt ? overlapEnd : old.expiresAt;
        const made = await this.inHarbor.make(
          held,
          {
            name,
            access: old.access,
            expiresAt: endOfReplacement(now, old),
            harborName: suffixedName(name, newRobotSuffix()),
            createdByPersonId: caller.personId,
            rotatedFromId: old.id,
          },
          lease,
          async (manager) => {
            const ending = { currentName: null, expiresAt: previousEndsAt, dueAt: previousEndsAt };
            await manager.update(Robot, { id: old.id }, ending);
            await this.audit.record(manager, caller, 'project.robot-rotated', target);
          },
        );
        if (overlapSeconds === 0) await this.endReplaced(held, old, lease);
        return this.issued(caller, made, previousEndsAt);
      }),
    );
  }

  /**
   * Nothing happens when there is no such robot, or the caller may not see the project. When Harbor fails in the
   * middle, the robot is ending, and the sweep deletes it.
   * @throws DomainError forbidden `project.role-too-low`; conflict `project.busy`; outages of Harbor
   */
  async remove(caller: PersonCaller, projectName: string, id: string): Promise<void> {
    const project = await this.requireOrNull(caller, projectName);
    const robot = project === null ? null : await this.findMade(project, id);
    if (project === null || robot === null) return;
    const target = `${projectName} ${robot.name}`;
    await this.audit.attempt({ actor: caller, action: 'project.robot-deleted', target }, () =>
      this.leases.hold(project.id, async (lease, held) => {
        const still = await this.findMade(held, id);
        if (still === null) return;
        await this.inHarbor.end(still, lease, async (manager) =>
          this.audit.record(manager, caller, 'project.robot-deleted', target),
        );
      }),
    );
  }

  private endOf({ expiresAt }: NewRobot): Date {
    const now = this.clock.now();
    if (expiresAt === undefined) return endAfterDays(now, this.config.projects.robotDays);
    if (isPossibleEnd(now, expiresAt)) return expiresAt;
    const params = { maxDays: MAX_ROBOT_DAYS };
    const errors = [{ pointer: '/expiresAt', code: 'robot.end' as const, params }];
    throw new DomainError('invalid', 'robot.end', params, { errors });
  }

  private async refuseExisting({ id, name: project }: Project, name: string): Promise<void> {
    if (!(await this.robots.existsBy({ projectId: id, currentName: name }))) return;
    throw new DomainError('conflict', 'robot.exists', { project, name });
  }

  /** The name itself, unless a robot of ours that is ending still has it in Harbor. */
  private async freeName(project: Project, name: string, inHarbor: readonly HarborRobot[]): Promise<string> {
    const holder = inHarbor.find((found) => nameInProject(found.name) === name);
    if (holder === undefined) return name;
    const isOurs = await this.robots.existsBy({ projectId: project.id, harborRobotId: holder.id });
    if (isOurs) return suffixedName(name, newRobotSuffix());
    throw new DomainError('conflict', 'robot.name-taken', { project: project.name, name });
  }

  /** The new secret must be shown whatever happens here: what fails is done by the sweep. */
  private async endReplaced(project: Project, old: Robot, lease: ProjectLease): Promise<void> {
    const target = `${project.name} ${old.name}`;
    try {
      await this.inHarbor.end(old, lease, async (manager) =>
        this.audit.record(manager, 'berth', 'project.robot-ended', target),
      );
    } catch (error) {
      this.logger.warn({ msg: 'a replaced robot is ended later', robot: old.id, err: error });
    }
  }

  private async find(project: Project, id: string): Promise<Robot> {
    const robot = await this.findMade(project, id);
    if (robot === null) throw notFound(project.name);
    return robot;
  }

  private async findCurrent(project: Project, id: string): Promise<Robot> {
    const robot = await this.find(project, id);
    if (robot.currentName !== null) return robot;
    throw new DomainError('conflict', 'robot.ending', { name: robot.name });
  }

  private async findMade(project: Project, id: string): Promise<Robot | null> {
    const robot = await this.robots.findOneBy({ id, projectId: project.id });
    return robot === null || robot.harborRobotId === null ? null : robot;
  }

  private async requireOrNull(caller: PersonCaller, projectName: string): Promise<Project | null> {
    try {
      return await this.roles.require(caller, projectName, 'admin');
    } catch (error) {
      if (isDomainError(error, 'not-found')) return null;
      throw error;
    }
  }

  private async views(project: Project, found: readonly HarborRobot[]): Promise<RobotView[]> {
    const recorded = await this.robots.findBy({ projectId: project.id });
    const makers = await this.persons.findByIds(recorded.map(({ createdByPersonId }) => createdByPersonId));
    return robotList(recorded, found, this.clock.now()).map((robot) => ({
      ...robot,
      createdBy: makers.get(robot.createdByPersonId ?? '')?.username ?? null,
    }));
  }

  private issued(caller: PersonCaller, made: MadeRobot, previousEndsAt: Date | null): IssuedRobot {
    const robot = { ...justMade(made.robot, made.username), createdBy: caller.username };
    return { robot, secret: made.secret, previousEndsAt };
  }
}

function notFound(project: string): DomainError {
  return new DomainError('not-found', 'robot.not-found', { project });
}
