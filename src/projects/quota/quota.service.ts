import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service';
import type { PersonCaller } from '../../auth/caller';
import { DomainError } from '../../common/errors';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborQuota } from '../../harbor/harbor.types';
import { DriftRecords } from '../drift/drift-records.service';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import type { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';

/** How much a project may hold. */
@Injectable()
export class QuotaService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly harbor: HarborClient,
    private readonly drifts: DriftRecords,
    private readonly audit: AuditService,
  ) {}

  /**
   * Less than what is used is accepted: nothing is deleted, and pushes are refused.
   * @returns the quota as Harbor has it now
   * @throws DomainError not-found `project.not-found`; conflict `project.no-quota`, `project.busy`, as
   *   ProjectsService.observe; outages of Harbor
   */
  async set(caller: PersonCaller, projectName: string, quotaBytes: number): Promise<HarborQuota> {
    const attempted = {
      actor: caller,
      action: 'project.quota-set',
      target: `${projectName} ${quotaBytes}`,
    } as const;
    return this.audit.attempt(attempted, () => this.setNow(caller, projectName, quotaBytes));
  }

  /**
   * Makes Harbor's quota of the project this one; nothing is recorded.
   * @throws DomainError conflict `project.no-quota`, as ProjectsService.observe; outages of Harbor
   */
  async settle(
    project: Project,
    quotaBytes: number,
    lease: ProjectLease,
  ): Promise<{ quota: HarborQuota; changed: boolean }> {
    await this.projects.observe(project);
    const quota = await this.get(project);
    if (quota.limitBytes === quotaBytes) return { quota, changed: false };
    await lease.renew();
    await this.harbor.setQuota(quota.id, quotaBytes);
    return { quota: await this.get(project), changed: true };
  }

  /** As settle, but nothing happens where Harbor keeps no quotas. */
  async settleWhereKept(project: Project, quotaBytes: number, lease: ProjectLease): Promise<void> {
    if ((await this.projects.findQuota(project)) !== null) await this.settle(project, quotaBytes, lease);
  }

  private async setNow(caller: PersonCaller, projectName: string, quotaBytes: number): Promise<HarborQuota> {
    const project = await this.projects.findByName(projectName);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    return this.leases.hold(project.id, async (lease, held) => {
      const { quota, changed } = await this.settle(held, quotaBytes, lease);
      if (!changed && held.quotaBytes === quotaBytes) return quota;
      await lease.transaction(async (manager) => {
        await lease.write({ quotaBytes, version: held.version + 1 }, manager);
        await this.drifts.settled(manager, held.id, 'quota');
        await this.audit.record(manager, caller, 'project.quota-set', `${projectName} ${quotaBytes}`);
      });
      return quota;
    });
  }

  private async get(project: Project): Promise<HarborQuota> {
    const quota = await this.projects.findQuota(project);
    if (quota === null) throw new DomainError('conflict', 'project.no-quota', { project: project.name });
    return quota;
  }
}
