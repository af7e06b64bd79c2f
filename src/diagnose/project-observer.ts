import { Inject, Injectable } from '@nestjs/common';
import type { PersonCaller } from '../auth/caller';
import { closestNames } from '../common/closest-names';
import type { ImageLink } from '../common/image-link';
import { isSignatureTag } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborProject, ProjectRole } from '../harbor/harbor.types';
import { personalNames } from '../projects/project-name';
import { includesRole, ProjectRoles } from '../projects/project-roles';
import type { Project } from '../projects/project.entity';
import { ProjectsService } from '../projects/projects.service';
import { isMovable } from '../tag-rule/tag-rule';
import { formatBytes } from './byte-size';
import { hint, problem, warning, type Finding } from './finding';

/** Harbor itself warns from here on (HARBOR.md, "QUOTA_WARNING"). */
const NEARLY_FULL = 0.85;
/** Names are looked for in this many pages of a hundred. */
const MAX_PAGES = 10;
const PAGE_SIZE = 100;

interface Seen {
  found: HarborProject;
  /** Null where Berth does not keep it. */
  kept: Project | null;
  role: ProjectRole | null;
}

/** What in a project stands in the way of a push or a pull; an outage of Harbor ends it with an error. */
@Injectable()
export class ProjectObserver {
  constructor(
    private readonly harbor: HarborClient,
    private readonly projects: ProjectsService,
    private readonly roles: ProjectRoles,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param link null where only the project is known */
  async *ofPush(
    caller: PersonCaller,
    name: string,
    link: ImageLink | null,
  ): AsyncGenerator<Finding, void, void> {
    const seen = await this.see(caller, name);
    if (seen === null) return yield await this.absent(caller, name, 'diagnose.project-absent');
    const ours = seen.kept?.harborProjectId ?? null;
    if (ours !== null && ours !== seen.found.id) yield warning('project.replaced', { project: name });
    if (!includesRole(seen.role, 'developer')) {
      const role = seen.role ?? 'none';
      return yield problem('project.role-too-low', { project: name, role, needed: 'developer' });
    }
    yield* this.ofQuota(seen.found);
    if (link !== null) yield* this.ofTag(link, seen.kept !== null);
  }

  /** @param asksPlatforms the client said that the image is of another platform */
  async *ofPull(
    caller: PersonCaller,
    link: ImageLink,
    asksPlatforms: boolean,
  ): AsyncGenerator<Finding, void, void> {
    const { project, repository } = link;
    const seen = await this.see(caller, project);
    if (seen === null) return yield await this.absent(caller, project, 'diagnose.pull-project-absent');
    if (seen.found.isPublic) yield hint('diagnose.public-project', { project });
    const tag = link.tag ?? 'latest';
    const look = await this.harbor.look(project, repository, link.digest ?? tag);
    if (look.found) {
      const platforms = look.artifact.platforms.map(({ os, architecture }) => `${os}/${architecture}`);
      if (asksPlatforms && platforms.length > 0)
        yield hint('diagnose.platforms', { platforms: platforms.join(', ') });
    } else if (look.absent === 'project') {
      yield await this.absent(caller, project, 'diagnose.pull-project-absent');
    } else if (look.absent === 'repository') {
      yield problem('diagnose.repository-absent', { repository, project });
      yield* likeIt('diagnose.repositories-like-it', repository, await this.repositoryNames(project));
    } else {
      if (link.digest !== null) yield problem('diagnose.digest-absent', { repository });
      else yield problem('diagnose.tag-absent', { tag, repository });
      yield* likeIt('diagnose.tags-like-it', tag, await this.tagNames(project, repository));
    }
  }

  private async *ofQuota(project: HarborProject): AsyncGenerator<Finding, void, void> {
    const quota = await this.harbor.findQuota(project.id);
    if (quota === null || quota.limitBytes === null) return;
    const { usedBytes, limitBytes } = quota;
    const figures = {
      project: project.name,
      used: formatBytes(usedBytes),
      limit: formatBytes(limitBytes),
    };
    if (usedBytes >= limitBytes) yield problem('diagnose.quota-full', figures);
    else if (usedBytes >= limitBytes * NEARLY_FULL)
      yield warning('diagnose.quota-nearly-full', { ...figures, left: formatBytes(limitBytes - usedBytes) });
  }

  /** Where the rule is off, Harbor lets the tag move, and Berth does not follow. */
  private async *ofTag(link: ImageLink, isKept: boolean): AsyncGenerator<Finding, void, void> {
    const tag = link.tag ?? 'latest';
    if (link.digest !== null || isMovable(tag) || isSignatureTag(tag)) return;
    const look = await this.harbor.look(link.project, link.repository, tag);
    if (!look.found) return;
    const tags = await this.harbor.listTags(link.project, link.repository, tag);
    const isProtected = tags.find(({ name }) => name === tag)?.immutable ?? false;
    if (isProtected) yield problem('diagnose.tag-exists', { tag });
    else if (isKept) yield warning('diagnose.tag-would-move', { tag });
  }

  /** Null when it is absent, or not his to see. */
  private async see(caller: PersonCaller, name: string): Promise<Seen | null> {
    const found = await this.harbor.findProject(name);
    if (found === null) return null;
    const kept = await this.projects.findByName(name);
    const role = await this.roles.find(caller.personId, name);
    const isVisible = role !== null || found.isPublic || kept?.ownerPersonId === caller.personId;
    return isVisible ? { found, kept, role } : null;
  }

  private async absent(
    caller: PersonCaller,
    project: string,
    code: 'diagnose.project-absent' | 'diagnose.pull-project-absent',
  ): Promise<Finding> {
    const kept = await this.projects.findPersonal(caller.personId);
    if (kept?.name === project && kept.harborProjectId !== null) return problem('project.gone', { project });
    const own = personalNames(caller.username, this.config.accounts.projectPrefix).project;
    return problem(code, { project, own });
  }

  private async repositoryNames(project: string): Promise<string[]> {
    const names: string[] = [];
    for (let page = 1; page <= MAX_PAGES; page++) {
      const { items, hasMore } = await this.harbor.listRepositories(project, page);
      names.push(...items.map(({ name }) => name));
      if (!hasMore) break;
    }
    return names;
  }

  /** The newest first. */
  private async tagNames(project: string, repository: string): Promise<string[]> {
    const names: string[] = [];
    let afterArtifactId = 0;
    for (let page = 1; page <= MAX_PAGES; page++) {
      const after = { project, repository, afterArtifactId, limit: PAGE_SIZE };
      const { items, hasMore } = await this.harbor.listArtifacts(after);
      names.push(...items.flatMap(({ tags }) => tags.map(({ name }) => name)));
      afterArtifactId = items.at(-1)?.id ?? afterArtifactId;
      if (!hasMore) break;
    }
    return names.reverse();
  }
}

function* likeIt(
  code: 'diagnose.tags-like-it' | 'diagnose.repositories-like-it',
  typed: string,
  names: readonly string[],
): Generator<Finding, void, void> {
  if (names.length > 0) yield hint(code, { names: closestNames(typed, names).join(', ') });
}
