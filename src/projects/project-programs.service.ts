import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborRobot, WebhookPolicy } from '../harbor/harbor.types';
import { ProjectLeases } from './project-lease';
import { ProjectWebhooks } from './webhooks/project-webhooks.service';
import { ProjectsService } from './projects.service';
import { isThere } from './members/suspended-memberships.service';

/** Once is enough, unless somebody adds one in Harbor at that moment. */
const MAX_PASSES = 3;

/** What acts in a project without a person: robots, and webhooks that are not Berth's own. */
export interface ProjectProgramsSeen {
  robots: HarborRobot[];
  webhooks: WebhookPolicy[];
}

@Injectable()
export class ProjectPrograms {
  constructor(
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly harbor: HarborClient,
    private readonly webhooks: ProjectWebhooks,
  ) {}

  /** Throws on an outage of Harbor. */
  async observe(name: string, harborProjectId: number): Promise<ProjectProgramsSeen> {
    const robots = await this.harbor.listProjectRobots(harborProjectId);
    const webhooks = await this.harbor.listWebhookPolicies(name);
    const isForeign = (policy: WebhookPolicy): boolean =>
      !this.webhooks.isOwn({ name, harborProjectId }, policy);
    return { robots, webhooks: webhooks.filter(isForeign) };
  }

  /**
   * Removes all of them from the person's personal project, where he has one. Idempotent.
   * @throws DomainError conflict `project.busy`, `harbor.changed`; outages of Harbor
   */
  async removeFromPersonal(personId: string): Promise<void> {
    const personal = await this.projects.findPersonal(personId);
    if (personal === null) return;
    await this.leases.hold(personal.id, async (lease, project) => {
      const { harborProjectId, name } = project;
      if (harborProjectId === null || !(await isThere(this.projects, project))) return;
      for (let pass = 0; pass <= MAX_PASSES; pass += 1) {
        const { robots, webhooks } = await this.observe(name, harborProjectId);
        if (robots.length + webhooks.length === 0) return;
        for (const { id } of robots) {
          await lease.renew();
          await this.harbor.deleteRobot(id);
        }
        for (const { id } of webhooks) {
          await lease.renew();
          await this.harbor.deleteWebhookPolicy(name, id);
        }
      }
      throw new DomainError('conflict', 'harbor.changed');
    });
  }
}
