import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors';
import { formatImageLink, type ImageLink } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborProject } from '../harbor/harbor.types';
import { ImageGrants } from '../images/sharing/image-grants';
import { imageNotFound } from '../images/image-name';
import type { JobLink } from '../jobs/job-question';
import { ProjectsService } from '../projects/projects.service';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import type { OpenedProject } from './pull-secret.entity';

/** Which projects a pull secret opens, and why it may. */
@Injectable()
export class OpenedProjects {
  constructor(
    private readonly grants: ImageGrants,
    private readonly projects: ProjectsService,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The projects of links that the person may run, as lookups said. A robot names projects, so that a project which is
   * another one of the same name by now is never opened.
   * @param person null is somebody whom Berth does not know
   * @throws DomainError not-found `image.not-found`; conflict `project.gone`, `project.replaced`,
   *   `pull-secret.shared-refused`; outages of Harbor
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
      const because = await this.reason(person?.id ?? null, each, found);
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

  private async reason(
    personId: string | null,
    { link, name }: JobLink,
    found: HarborProject,
  ): Promise<OpenedProject['because']> {
    const grant = await this.grants.find(personId, link.project, name);
    if (grant === null) throw imageNotFound();
    if (grant.harborProjectId !== found.id) {
      throw new DomainError('conflict', 'project.replaced', { project: found.name });
    }
    if (found.isPublic) return 'public';
    if (grant.through === personId) return 'theirs';
    await this.requireSameProject(link, found);
    return 'shared';
  }

  /** Of a project that Berth keeps `observe` made sure; of others only the record tells what the share was about. */
  private async requireSameProject(
    { project, repository, tag, digest }: ImageLink,
    found: HarborProject,
  ): Promise<void> {
    const kept = await this.projects.findByName(found.name);
    if (kept?.harborProjectId === found.id) return;
    const isOfTag = tag !== null && digest === null;
    const record = isOfTag ? await this.tagRecords.find({ project, repository, tag }) : null;
    if (record?.harborProjectId === found.id) return;
    throw new DomainError('conflict', 'project.replaced', { project });
  }
}
