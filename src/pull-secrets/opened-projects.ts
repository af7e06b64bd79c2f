import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors';
import { formatImageLink } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborProject } from '../harbor/harbor.types';
import { ImageAccess } from '../images/image-access';
import type { JobLink } from '../jobs/job-question';
import { ProjectsService } from '../projects/projects.service';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import type { OpenedProject } from './pull-secret.entity';

/** Which projects a pull secret opens, and why it may. */
@Injectable()
export class OpenedProjects {
  constructor(
    private readonly access: ImageAccess,
    private readonly projects: ProjectsService,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The projects of links that the person may run, as lookups said. A robot names projects, so that a project which is
   * another one of the same name by now is never opened.
   * @param person null is somebody whom Berth does not know
   * @throws DomainError conflict `project.gone`, `project.replaced`, `pull-secret.shared-refused`; outages of Harbor
   */
  async of(
    person: { id: string } | null,
    forUsername: string,
    links: readonly JobLink[],
  ): Promise<OpenedProject[]> {
    const opened = new Map<string, OpenedProject>();
    for (const each of links) {
      const { project } = each.link;
      const before = opened.get(project);
      if (before !== undefined && before.because !== 'shared') continue;
      const found = await this.observe(project);
      const because = await this.reason(person?.id ?? null, found);
      if (because === 'shared') await this.requireSameProject(each, found);
      if (because === 'shared' && this.config.jobs.pullSecretsOfShared === 'refuse') {
        const params = { for: forUsername, link: formatImageLink(each.link), project };
        throw new DomainError('conflict', 'pull-secret.shared-refused', params);
      }
      opened.set(project, { project, because });
    }
    return [...opened.values()];
  }

  private async observe(name: string): Promise<HarborProject> {
    const kept = await this.projects.findByName(name);
    if (kept !== null && kept.harborProjectId !== null) return this.projects.observe(kept);
    const found = await this.harbor.findProject(name);
    if (found === null) throw new DomainError('conflict', 'project.gone', { project: name });
    return found;
  }

  private async reason(personId: string | null, found: HarborProject): Promise<OpenedProject['because']> {
    if (found.isPublic) return 'public';
    const pullable = await this.access.pullableProjectId(personId, found.name);
    return pullable === found.id ? 'theirs' : 'shared';
  }

  /** Of a project that Berth keeps `observe` made sure; of others only the record tells which project it was. */
  private async requireSameProject({ link }: JobLink, found: HarborProject): Promise<void> {
    const kept = await this.projects.findByName(found.name);
    if (kept?.harborProjectId === found.id) return;
    const { project, repository, tag, digest } = link;
    const record =
      tag === null || digest !== null ? null : await this.tagRecords.find({ project, repository, tag });
    if (record?.harborProjectId === found.id) return;
    throw new DomainError('conflict', 'project.replaced', { project });
  }
}
