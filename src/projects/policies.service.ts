import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { aboutProject } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { DomainError } from '../common/errors';
import { requireFresh } from '../common/etag';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { ProjectRoles } from './project-roles';
import { Project } from './project.entity';
import { tagPolicyOf, type TagPolicy } from './tag-policy';

export interface ProjectPolicies {
  tagRule: TagPolicy;
  /** False: the project says nothing, and this is the site's. */
  isOwn: boolean;
  version: number;
}

/** What a project's admins decide about it. */
@Injectable()
export class PoliciesService {
  constructor(
    private readonly roles: ProjectRoles,
    private readonly changes: Changes,
    private readonly audit: AuditService,
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws DomainError as ProjectRoles.see */
  async get(caller: PersonCaller, projectName: string): Promise<ProjectPolicies> {
    const { project } = await this.roles.see(caller, projectName);
    return this.policiesOf(project);
  }

  /**
   * @param tagRule null: as the site
   * @param ifMatch the ETag that the caller read
   * @throws DomainError as ProjectRoles.require (admin); stale `request.stale`
   */
  async set(
    caller: PersonCaller,
    projectName: string,
    tagRule: TagPolicy | null,
    ifMatch: string | undefined,
  ): Promise<ProjectPolicies> {
    const project = await this.roles.require(caller, projectName, 'admin');
    requireFresh(ifMatch, project.version);
    if (project.tagPolicy === tagRule) return this.policiesOf(project);
    const { id, version } = project;
    await this.dataSource.transaction(async (manager) => {
      const change = { tagPolicy: tagRule, version: version + 1 };
      const written = await manager.update(Project, { id, version }, change);
      if (written.affected !== 1) throw new DomainError('stale', 'request.stale');
      await this.changes.record(manager, aboutProject(projectName));
      await this.audit.record(manager, caller, 'project.policy-set', `${projectName} ${tagRule ?? 'site'}`);
    });
    return this.policiesOf({ tagPolicy: tagRule, version: version + 1 });
  }

  private policiesOf({ tagPolicy, version }: Pick<Project, 'tagPolicy' | 'version'>): ProjectPolicies {
    const tagRule = tagPolicyOf({ tagPolicy }, this.config.tagRule.policy);
    return { tagRule, isOwn: tagPolicy !== null, version };
  }
}
