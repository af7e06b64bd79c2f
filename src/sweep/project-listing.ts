import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { isDomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborArtifact } from '../harbor/harbor.types';
import type { ListedTag, SweptProject } from '../tag-rule/swept-records';
import { SweptRecords } from '../tag-rule/swept-records';
import { isWatched } from '../tag-rule/watched-tag';
import type { ShownArtifacts } from './shown-artifacts';
import type { Pace } from './sweep-pace';

/** Harbor's largest page. */
const PAGE = 100;
/** How long it is remembered that this Harbor lists no project as a whole. */
const REMEMBER_MS = 3_600_000;

/** Up to where a listing has come. By repository where `repositoryId` is more than 0. */
export interface ListingPlace {
  afterArtifactId: number;
  /** The repository that is under way; null before the first, and where the project is listed as a whole. */
  repository: string | null;
  repositoryId: number;
}

/** One page of tags, and where the next begins; null when it was the last. */
export interface ListedPage {
  tags: ListedTag[];
  beganAt: Date;
  next: ListingPlace | null;
}

/** What is listed, at whose pace, and where it is noted what the pages show. */
interface Listed {
  project: string;
  pace: Pace;
  artifacts: ShownArtifacts;
}

const BEGINNING: ListingPlace = { afterArtifactId: 0, repository: null, repositoryId: 0 };

/** The tags of a project in pages of 100 artifacts by their ids: from any place on, with none skipped or seen twice. */
@Injectable()
export class ProjectListing {
  private listsNoProjectsUntilMs = 0;

  constructor(
    private readonly harbor: HarborClient,
    private readonly records: SweptRecords,
    private readonly clock: Clock,
  ) {}

  /**
   * Every tag of the project: at once where Harbor has such a list (2.12), else repository by repository.
   * @throws DomainError outages; conflict `harbor.changed` when the project is gone or may not be seen
   */
  async *whole(
    project: string,
    from: ListingPlace | null,
    pace: Pace,
    artifacts: ShownArtifacts,
  ): AsyncGenerator<ListedPage> {
    const of: Listed = { project, pace, artifacts };
    let place: ListingPlace | null = from ?? BEGINNING;
    while (place !== null && place.repositoryId === 0 && performance.now() >= this.listsNoProjectsUntilMs) {
      const page: ListedPage | null = await this.pageOfProject(of, place.afterArtifactId);
      if (page === null) break;
      yield page;
      place = page.next;
      if (place === null) return;
    }
    yield* this.byRepository(of, place ?? BEGINNING);
  }

  /**
   * Only the repositories that have records, and of each no more pages than half as many as it has records: the rest
   * is cheaper to ask one by one.
   */
  async *ofRecords(
    swept: SweptProject,
    from: ListingPlace | null,
    pace: Pace,
    artifacts: ShownArtifacts,
  ): AsyncGenerator<ListedPage> {
    const of: Listed = { project: swept.project, pace, artifacts };
    for (const [repository, tags] of await this.records.countByRepository(swept)) {
      const reached = from?.repository ?? '';
      if (repository < reached) continue;
      let afterArtifactId = from?.repository === repository ? from.afterArtifactId : 0;
      for (let pages = 1; pages <= tags / 2; pages += 1) {
        const page = await this.pageOfRepository(of, repository, afterArtifactId);
        if (page === null) break;
        afterArtifactId = page.items.at(-1)?.id ?? afterArtifactId;
        const next = { afterArtifactId, repository, repositoryId: 0 };
        yield { tags: tagsOf(page.items, repository), beganAt: page.beganAt, next };
        if (!page.hasMore) break;
      }
    }
  }

  private async pageOfProject(
    { project, pace, artifacts }: Listed,
    afterArtifactId: number,
  ): Promise<ListedPage | null> {
    const beganAt = this.clock.now();
    const after = { project, afterArtifactId, limit: PAGE, withUntagged: artifacts.wantsUntagged };
    const page = await pace.ask(async () => this.harbor.listProjectArtifacts(after));
    if (page === null) {
      this.listsNoProjectsUntilMs = performance.now() + REMEMBER_MS;
      return null;
    }
    const last = page.items.at(-1);
    const next =
      page.hasMore && last !== undefined
        ? { afterArtifactId: last.id, repository: null, repositoryId: 0 }
        : null;
    for (const artifact of page.items) artifacts.add(artifact.repository ?? '', artifact);
    return { tags: tagsOf(page.items, null), beganAt, next };
  }

  private async *byRepository(of: Listed, from: ListingPlace): AsyncGenerator<ListedPage> {
    const { project, pace } = of;
    let { repositoryId, repository, afterArtifactId } = from;
    for (;;) {
      if (repository !== null) {
        yield* this.ofRepository(of, { repository, repositoryId, afterArtifactId });
      }
      const after = repositoryId;
      const found = await pace.ask(async () =>
        this.harbor.listRepositoriesById({ project, afterRepositoryId: after, limit: PAGE }),
      );
      for (const one of found.items) {
        yield* this.ofRepository(of, { repository: one.name, repositoryId: one.id, afterArtifactId: 0 });
      }
      const last = found.items.at(-1);
      if (!found.hasMore || last === undefined) return;
      [repositoryId, repository, afterArtifactId] = [last.id, null, 0];
    }
  }

  private async *ofRepository(
    of: Listed,
    from: { repository: string; repositoryId: number; afterArtifactId: number },
  ): AsyncGenerator<ListedPage> {
    const { repository, repositoryId } = from;
    let { afterArtifactId } = from;
    for (;;) {
      const page = await this.pageOfRepository(of, repository, afterArtifactId);
      if (page === null) return;
      afterArtifactId = page.items.at(-1)?.id ?? afterArtifactId;
      yield {
        tags: tagsOf(page.items, repository),
        beganAt: page.beganAt,
        next: { afterArtifactId, repository, repositoryId },
      };
      if (!page.hasMore) return;
    }
  }

  /** Null when the repository is gone; its records are looked at one by one then. */
  private async pageOfRepository(
    { project, pace, artifacts }: Listed,
    repository: string,
    afterArtifactId: number,
  ): Promise<{ items: HarborArtifact[]; hasMore: boolean; beganAt: Date } | null> {
    const beganAt = this.clock.now();
    const withUntagged = artifacts.wantsUntagged;
    const after = { project, repository, afterArtifactId, limit: PAGE, withUntagged };
    try {
      const page = await pace.ask(async () => this.harbor.listArtifacts(after));
      for (const artifact of page.items) artifacts.add(repository, artifact);
      return { ...page, beganAt };
    } catch (error) {
      if (!isDomainError(error, 'conflict')) throw error;
      artifacts.cut();
      return null;
    }
  }
}

/** @param repository where the list does not say it */
function tagsOf(artifacts: readonly HarborArtifact[], repository: string | null): ListedTag[] {
  return artifacts.flatMap((artifact) =>
    artifact.tags
      .filter(({ name }) => isWatched(name))
      .map(({ name }) => ({ repository: artifact.repository ?? repository ?? '', tag: name, artifact })),
  );
}
