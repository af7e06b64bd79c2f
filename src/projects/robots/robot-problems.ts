import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThanOrEqual, Not, type Repository } from 'typeorm';
import { Clock } from '../../common/clock';
import type { ProjectProblem } from '../project-problems';
import type { Project } from '../project.entity';
import { ANNOUNCED_DAYS, endAfterDays } from './robot-lifetime';
import { Robot } from './robot.entity';

/** Many robots that end soon are told in part: the list of robots has them all. */
const MAX_ANNOUNCED = 20;

/** What a project's robots need somebody to do. */
@Injectable()
export class RobotProblems {
  constructor(
    @InjectRepository(Robot) private readonly robots: Repository<Robot>,
    private readonly clock: Clock,
  ) {}

  /** Those of Berth that end within two weeks and were not rotated, the first to end first. */
  async list(project: Project): Promise<ProjectProblem[]> {
    const soon = endAfterDays(this.clock.now(), ANNOUNCED_DAYS);
    const ending = await this.robots.find({
      where: { projectId: project.id, currentName: Not(IsNull()), expiresAt: LessThanOrEqual(soon) },
      order: { expiresAt: 'ASC' },
      take: MAX_ANNOUNCED,
    });
    return ending.map(({ id, name, expiresAt }) => ({
      code: 'project.problem.robot-expiring',
      params: { name, expiresAt: expiresAt.toISOString(), project: project.name, id },
    }));
  }
}
