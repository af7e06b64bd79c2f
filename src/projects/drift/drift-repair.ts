import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { HarborClient } from '../../harbor/harbor.client';
import type { Repair } from './drift';
import { TAG_RULE, tagRuleNeed } from '../immutable-rules/immutable-rule';
import { Memberships } from '../members/memberships';
import type { ProjectLease } from '../project-lease';
import type { Project } from '../project.entity';
import { ProjectWebhooks } from '../webhooks/project-webhooks.service';
import { QuotaService } from '../quota/quota.service';

/** Puts one drift right in Harbor: looks, changes only what differs, and looks again. Nothing is recorded. */
@Injectable()
export class DriftRepair {
  constructor(
    private readonly harbor: HarborClient,
    private readonly memberships: Memberships,
    private readonly quotas: QuotaService,
    private readonly webhooks: ProjectWebhooks,
  ) {}

  /** @throws DomainError conflict `harbor.changed` when others keep changing it; outages of Harbor */
  async apply(project: Project, repair: Repair, lease: ProjectLease): Promise<void> {
    switch (repair.kind) {
      case 'rule':
        return this.settleRule(project.name, lease);
      case 'webhook':
        return this.settleWebhook(project, lease);
      case 'member':
        await this.memberships.settle(project.name, repair.harborUserId, repair.role, lease);
        return;
      case 'visibility':
        return this.settleVisibility(project.name, repair.isPublic, lease);
      case 'quota':
        await this.quotas.settle(project, repair.quotaBytes, lease);
    }
  }

  private async settleRule(projectName: string, lease: ProjectLease): Promise<void> {
    const before = tagRuleNeed(await this.harbor.listImmutableRules(projectName));
    if (before.need === 'nothing') return;
    await lease.renew();
    if (before.need === 'create') await this.harbor.createImmutableRule(projectName, TAG_RULE);
    else await this.harbor.enableImmutableRule(projectName, before.ruleId);
    const after = tagRuleNeed(await this.harbor.listImmutableRules(projectName));
    if (after.need !== 'nothing') throw new DomainError('conflict', 'harbor.changed');
  }

  private async settleWebhook({ name, harborProjectId }: Project, lease: ProjectLease): Promise<void> {
    if (harborProjectId === null) throw new DomainError('conflict', 'project.unfinished', { project: name });
    await this.webhooks.ensure({ name, harborProjectId }, async () => lease.renew());
  }

  private async settleVisibility(projectName: string, isPublic: boolean, lease: ProjectLease): Promise<void> {
    const found = await this.harbor.findProject(projectName);
    if (found === null) throw new DomainError('conflict', 'project.gone', { project: projectName });
    if (found.isPublic === isPublic) return;
    await lease.renew();
    await this.harbor.setProjectPublic(projectName, isPublic);
  }
}
