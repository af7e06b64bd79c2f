import { Injectable } from '@nestjs/common';
import { Semaphore } from 'async-mutex';
import type { PersonCaller } from '../../auth/caller';
import { DomainError } from '../../common/errors';
import { isRepositoryName, readSignatureTag } from '../../common/image-link';
import { HarborClient } from '../../harbor/harbor.client';
import type {
  HarborAccessory,
  HarborArtifact,
  HarborProject,
  HarborRepository,
  HarborTag,
  ShownArtifact,
} from '../../harbor/harbor.types';
import { ProjectRoles } from '../../projects/project-roles';
import { ProjectsService } from '../../projects/projects.service';
import type { TagRecord } from '../../tag-rule/tag-record.entity';
import { TagRecordsService } from '../../tag-rule/tag-records.service';
import { accessoryKind, isPlainReferrer, type AccessoryKind } from './accessory-kind';
import { ImagesService } from '../images.service';

/** Harbor's largest page. */
const PAGE_SIZE = 100;

/** So many referrers of a page are read, to say what they are; of more it is left open. */
const MAX_REFERRERS = 32;
const READ_AT_ONCE = 4;

/** After which tag a page of tags goes on. */
export interface TagPlace {
  artifactId: number;
  tagId: number;
}

/** A tag in Harbor, with what Berth knows of it. */
export interface BrowsedTag {
  artifact: ShownArtifact;
  tag: HarborTag;
  accessories: BrowsedAccessory[];
  /** What cosign keeps under such a tag, and of which image; null for every other tag. */
  attached: ReturnType<typeof readSignatureTag>;
  /** Null where Berth never saw the tag. */
  record: TagRecord | null;
  /** The person's own image of it. */
  imageId: string | null;
}

export interface BrowsedAccessory extends HarborAccessory {
  kind: AccessoryKind;
}

/** What is in the projects that a person may see, imported or not. */
@Injectable()
export class BrowsingService {
  constructor(
    private readonly roles: ProjectRoles,
    private readonly projects: ProjectsService,
    private readonly images: ImagesService,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
  ) {}

  /**
   * Repositories in the order they were made, after the one with this id.
   * @throws DomainError not-found `project.not-found`; conflict `project.unfinished`, `project.gone`,
   *   `project.replaced`; outages of Harbor
   */
  async listRepositories(
    caller: PersonCaller,
    project: string,
    afterRepositoryId: number,
    limit: number,
  ): Promise<{ repositories: HarborRepository[]; total: number }> {
    const { id: projectId, repositoryCount } = await this.see(caller, project);
    const repositories: HarborRepository[] = [];
    let after = afterRepositoryId;
    for (let hasMore = true; hasMore && repositories.length < limit;) {
      const size = Math.min(PAGE_SIZE, limit - repositories.length);
      const page = await this.harbor.listRepositoriesById({ project, afterRepositoryId: after, limit: size });
      // Of another project, that has the name since a moment ago, nobody here was asked whether he may see it.
      if (page.items.some((repository) => repository.projectId !== projectId)) {
        throw new DomainError('conflict', 'project.replaced', { project });
      }
      repositories.push(...page.items);
      after = page.items.at(-1)?.id ?? after;
      hasMore = page.hasMore;
    }
    return { repositories, total: repositoryCount };
  }

  /**
   * Tags, those of the newest artifact first, after `place`.
   * @throws DomainError as listRepositories, and not-found `repository.not-found`
   */
  async listTags(
    caller: PersonCaller,
    project: string,
    repository: string,
    place: TagPlace | null,
    limit: number,
  ): Promise<BrowsedTag[]> {
    const seen = await this.see(caller, project);
    const found = isRepositoryName(repository) ? await this.readTags(seen, repository, place, limit) : null;
    if (found === null) throw new DomainError('not-found', 'repository.not-found', { project, repository });
    const names = found.map(({ tag }) => tag.name);
    const records = await this.tagRecords.findInRepository(project, repository, names);
    const imageName = (tag: string): string => `${project}/${repository}:${tag}`;
    const imageIds = await this.images.findIds(caller.personId, names.map(imageName));
    const referrers = await this.readReferrers(project, repository, found);
    return found.map(({ artifact, tag }) => ({
      artifact,
      tag,
      accessories: artifact.accessories.map((accessory) => ({
        ...accessory,
        kind: accessoryKind(accessory, referrers.get(accessory.digest) ?? null),
      })),
      attached: readSignatureTag(tag.name),
      record: ofThisProject(records.get(tag.name), artifact),
      imageId: imageIds.get(imageName(tag.name)) ?? null,
    }));
  }

  private async readReferrers(
    project: string,
    repository: string,
    found: readonly { artifact: ShownArtifact }[],
  ): Promise<ReadonlyMap<string, HarborArtifact>> {
    const accessories = found.flatMap(({ artifact }) => artifact.accessories.filter(isPlainReferrer));
    const digests = [...new Set(accessories.map(({ digest }) => digest))].slice(0, MAX_REFERRERS);
    const turns = new Semaphore(READ_AT_ONCE);
    const looks = await Promise.all(
      digests.map((digest) => turns.runExclusive(() => this.harbor.look(project, repository, digest))),
    );
    return new Map(
      looks.flatMap((look) => (look.found ? [[look.artifact.digest, look.artifact] as const] : [])),
    );
  }

  /** Null where there is no such repository in this very project. */
  private async readTags(
    { id: projectId, name: project }: HarborProject,
    repository: string,
    place: TagPlace | null,
    limit: number,
  ): Promise<{ artifact: ShownArtifact; tag: HarborTag }[] | null> {
    const tags: { artifact: ShownArtifact; tag: HarborTag }[] = [];
    let upToArtifactId = place?.artifactId ?? null;
    for (let hasMore = true; hasMore && tags.length < limit;) {
      const size = Math.min(PAGE_SIZE, limit - tags.length + 1);
      const page = await this.harbor.listShownArtifacts({ project, repository, upToArtifactId, limit: size });
      if (page === null || page.items.some((artifact) => artifact.projectId !== projectId)) return null;
      for (const artifact of page.items) tags.push(...tagsAfter(place, artifact));
      upToArtifactId = (page.items.at(-1)?.id ?? 1) - 1;
      hasMore = page.hasMore;
    }
    return tags.slice(0, limit);
  }

  /** What Berth knows of a project's visibility can be old: Harbor is asked, so that nobody sees what it hides. */
  private async see(caller: PersonCaller, projectName: string): Promise<HarborProject> {
    const { project, role } = await this.roles.see(caller, projectName);
    const found = await this.projects.observe(project);
    if (role === null && !caller.isAdmin && !found.isPublic)
      throw new DomainError('not-found', 'project.not-found');
    return found;
  }
}

/** The tags of an artifact in the order they were made; of the one that a page ended in, those after it. */
function tagsAfter(
  place: TagPlace | null,
  artifact: ShownArtifact,
): { artifact: ShownArtifact; tag: HarborTag }[] {
  const after = place?.artifactId === artifact.id ? place.tagId : 0;
  return artifact.tags
    .filter(({ id }) => id > after)
    .sort((one, other) => one.id - other.id)
    .map((tag) => ({ artifact, tag }));
}

/** What was recorded in an earlier project of the same name says nothing of this one. */
function ofThisProject(record: TagRecord | undefined, { projectId }: ShownArtifact): TagRecord | null {
  return record?.harborProjectId === projectId ? record : null;
}
