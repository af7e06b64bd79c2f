import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../../audit/audit.service';
import { BackgroundTasks } from '../../background/background-tasks';
import { isDomainError, isOutage } from '../../common/errors';
import { ProjectLeases } from '../project-lease';
import { ProjectsService } from '../projects.service';
import { RuleExemption } from './rule-exemption';
import type { RuleExemptionIntent } from './rule-exemption.entity';

const EVERY_MS = 5_000;
const BATCH = 50;

/** Puts the tag rule back where an exemption was cut off in its middle. */
@Injectable()
export class RuleExemptionSweep implements OnModuleInit {
  private readonly logger = new Logger(RuleExemptionSweep.name);

  constructor(
    private readonly exemptions: RuleExemption,
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly tasks: BackgroundTasks,
    private readonly audit: AuditService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.tasks.register({
      name: 'rule-exemptions',
      everyMs: EVERY_MS,
      run: async (signal) => this.run(signal),
    });
  }

  /** Stops at the first that finds Harbor away. */
  private async run(signal: AbortSignal): Promise<void> {
    for (const due of await this.exemptions.listDue(BATCH)) {
      if (signal.aborted || !(await this.settle(due))) return;
    }
  }

  /** False when Harbor is away. */
  private async settle(intent: RuleExemptionIntent): Promise<boolean> {
    try {
      await this.leases.hold(intent.projectId, async (lease, project) => {
        await this.projects.observe(project);
        if (!(await this.exemptions.closeAll(project, lease))) return;
        await this.audit.record(
          this.dataSource.manager,
          'berth',
          'project.rule-put-back',
          `${project.name} ${placeOf(intent)}`,
        );
      });
      return true;
    } catch (error) {
      if (!isDomainError(error)) throw error;
      const isNoLongerOurs = error.code === 'project.not-found' || error.code === 'project.gone';
      if (isNoLongerOurs || error.code === 'project.replaced') {
        await this.exemptions.forget(intent.projectId);
        return true;
      }
      this.logger.warn({ msg: 'the tag rule is put back later', exemption: intent.id, code: error.code });
      await this.exemptions.lookAgainLater(intent);
      return !isOutage(error);
    }
  }
}

function placeOf({ repository, tag }: RuleExemptionIntent): string {
  return tag === null ? repository : `${repository}:${tag}`;
}
