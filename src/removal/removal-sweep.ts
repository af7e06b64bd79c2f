import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { BackgroundTasks } from '../background/background-tasks';
import { isDomainError, isOutage } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import { ProjectLeases } from '../projects/project-lease';
import type { Project } from '../projects/project.entity';
import { ProjectsService } from '../projects/projects.service';
import type { RemovalIntent } from './removal-intent.entity';
import { RemovalRecords } from './removal-records';

const EVERY_MS = 5_000;
const BATCH = 50;

/** Finds out what became of deletions that were cut off, and records those that were done. */
@Injectable()
export class RemovalSweep implements OnModuleInit {
  private readonly logger = new Logger(RemovalSweep.name);

  constructor(
    private readonly records: RemovalRecords,
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly harbor: HarborClient,
    private readonly tasks: BackgroundTasks,
  ) {}

  onModuleInit(): void {
    this.tasks.register({ name: 'removals', everyMs: EVERY_MS, run: async (signal) => this.run(signal) });
  }

  /** Stops at the first that finds Harbor away. */
  private async run(signal: AbortSignal): Promise<void> {
    for (const due of await this.records.listDue(BATCH)) {
      if (signal.aborted || !(await this.settle(due))) return;
    }
  }

  /** False when Harbor is away. */
  private async settle({ id, projectId }: RemovalIntent): Promise<boolean> {
    try {
      await this.leases.hold(projectId, async (_lease, project) => {
        const intent = await this.records.find(id);
        if (intent === null) return;
        if (await this.wasDone(project, intent)) await this.records.finish(intent, 'berth');
        else await this.records.drop(intent);
      });
      return true;
    } catch (error) {
      if (!isDomainError(error)) throw error;
      const intent = await this.records.find(id);
      if (intent !== null && isGone(error.code)) await this.records.drop(intent);
      else if (intent !== null) {
        this.logger.warn({ msg: 'a deletion is settled later', removal: id, code: error.code });
        await this.records.lookAgainLater(intent);
      }
      return !isOutage(error);
    }
  }

  /** The tag rule stands again, so a call that is applied late is refused: what is there now stays. */
  private async wasDone(project: Project, { repository, tag }: RemovalIntent): Promise<boolean> {
    await this.projects.observe(project);
    if (tag === null) return (await this.harbor.findRepository(project.name, repository)) === null;
    const look = await this.harbor.look(project.name, repository, tag);
    return !look.found && look.absent !== 'project';
  }
}

function isGone(code: string): boolean {
  return code === 'project.not-found' || code === 'project.gone' || code === 'project.replaced';
}
