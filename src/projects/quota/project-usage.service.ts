import { Injectable } from '@nestjs/common';
import type { PersonCaller } from '../../auth/caller';
import { Clock } from '../../common/clock';
import { HarborClient } from '../../harbor/harbor.client';
import type { ArtifactSize, HarborQuota, Page } from '../../harbor/harbor.types';
import { TagProblems } from '../../restoring/tag-problems';
import { ProjectRoles } from '../project-roles';
import { ProjectsService } from '../projects.service';
import { UsageSum, type RepositoryUsage } from './usage-sum';

export interface ProjectUsage {
  /** Null where Harbor keeps no quotas. */
  quota: HarborQuota | null;
  /** The largest first. */
  repositories: RepositoryUsage[];
  /** What Berth's own tags keep of it. */
  held: { artifacts: number; sizeBytes: number };
  /** Nothing was left out, and no repository is missing. */
  complete: boolean;
  readAt: Date;
}

const PAGE_SIZE = 100;
/** Bounds one question to Harbor: 6,000 artifacts, 15 s, and so many repositories in the answer. */
const MAX_PAGES = 60;
const MAX_MS = 15_000;
const MAX_REPOSITORIES = 200;

/** What fills a project. */
@Injectable()
export class ProjectUsages {
  constructor(
    private readonly projects: ProjectsService,
    private readonly roles: ProjectRoles,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
    private readonly tagProblems: TagProblems,
  ) {}

  /**
   * The sum of each repository's artifacts, those without a tag apart. Layers that artifacts share are in each of
   * their sums, and once in the quota.
   * @throws DomainError as ProjectRoles.require and ProjectsService.observe; outages of Harbor
   */
  async get(caller: PersonCaller, projectName: string): Promise<ProjectUsage> {
    const project = await this.roles.require(caller, projectName, 'guest');
    await this.projects.observe(project);
    const readAt = this.clock.now();
    const quota = await this.projects.findQuota(project);
    const sum = new UsageSum();
    const budget = new PageBudget();
    for (const tagged of [true, false]) await this.addProject(project.name, tagged, sum, budget);
    const repositories = sum.repositories();
    return {
      quota,
      repositories: repositories.slice(0, MAX_REPOSITORIES),
      held: await this.tagProblems.held(project.name),
      complete: !budget.wasShort && repositories.length <= MAX_REPOSITORIES,
      readAt,
    };
  }

  private async addProject(
    project: string,
    tagged: boolean,
    sum: UsageSum,
    budget: PageBudget,
  ): Promise<void> {
    const after = { project, tagged, limit: PAGE_SIZE };
    const first = await budget.ask(() => this.harbor.listProjectSizes({ ...after, afterArtifactId: 0 }));
    if (first === undefined) return;
    if (first === null) return this.addByRepository(project, tagged, sum, budget);
    const read = async (afterArtifactId: number): Promise<Page<ArtifactSize> | null> =>
      this.harbor.listProjectSizes({ ...after, afterArtifactId });
    for await (const artifact of budget.from(first, read)) {
      sum.add(artifact.repository ?? '', artifact.sizeBytes, tagged);
    }
  }

  /** Before Harbor 2.12, which has no list of a whole project. */
  private async addByRepository(
    project: string,
    tagged: boolean,
    sum: UsageSum,
    budget: PageBudget,
  ): Promise<void> {
    for (let page = 1; ; page += 1) {
      const listed = await budget.ask(() => this.harbor.listRepositories(project, page));
      for (const { name: repository } of listed?.items ?? []) {
        const after = { project, repository, tagged, limit: PAGE_SIZE };
        const read = async (afterArtifactId: number): Promise<Page<ArtifactSize>> =>
          this.harbor.listRepositorySizes({ ...after, afterArtifactId });
        const first = await budget.ask(() => read(0));
        if (first === undefined) return;
        for await (const { sizeBytes } of budget.from(first, read)) sum.add(repository, sizeBytes, tagged);
      }
      if (listed?.hasMore !== true) return;
    }
  }
}

/** How much more may be asked of Harbor for one answer. */
class PageBudget {
  wasShort = false;
  private pagesLeft = MAX_PAGES;
  private readonly endsAt = performance.now() + MAX_MS;

  /** Undefined when nothing more may be asked. */
  async ask<T>(read: () => Promise<T>): Promise<T | undefined> {
    if (this.pagesLeft === 0 || performance.now() >= this.endsAt) {
      this.wasShort = true;
      return undefined;
    }
    this.pagesLeft -= 1;
    return read();
  }

  /** What the first page and those after it hold, as far as may be asked. */
  async *from(
    first: Page<ArtifactSize>,
    read: (afterArtifactId: number) => Promise<Page<ArtifactSize> | null>,
  ): AsyncGenerator<ArtifactSize> {
    let page: Page<ArtifactSize> | null | undefined = first;
    while (page) {
      yield* page.items;
      const last: ArtifactSize | undefined = page.items.at(-1);
      page = page.hasMore && last !== undefined ? await this.ask(() => read(last.id)) : null;
    }
  }
}
