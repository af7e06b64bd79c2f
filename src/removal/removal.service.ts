import { Injectable } from '@nestjs/common';
import { AuditService, type AuditAction } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { DomainError, isDomainError, isOutage } from '../common/errors';
import { isRepositoryName, isSignatureTag } from '../common/image-link';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborArtifact } from '../harbor/harbor.types';
import { ImageImporters } from '../images/image-importers';
import { LeasesService } from '../jobs/leases.service';
import type { ProjectLease } from '../projects/project-lease';
import { ProjectRoles } from '../projects/project-roles';
import type { Project } from '../projects/project.entity';
import { ProjectsService } from '../projects/projects.service';
import { RuleExemption, ruleInTheWay } from '../projects/immutable-rules/rule-exemption';
import { HoldsService } from '../restoring/holds.service';
import type { RemovalIntent } from './removal-intent.entity';
import { RemovalRecords, type RemovedPlace } from './removal-records';

const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** What a deletion did, or (dry run) would do. */
export interface Removal {
  /** False when there was nothing to delete. */
  deleted: boolean;
  /** The digest went too, because no other tag of the repository holds it. */
  artifactDeleted: boolean;
  /** How many other people have it in their catalog; their images say gone from now on. */
  importedByOthers: number;
}

const NOTHING: Removal = { deleted: false, artifactDeleted: false, importedByOthers: 0 };

/** Deletes in Harbor what the tag rule protects from its own owner: a tag, or a whole repository. */
@Injectable()
export class RemovalService {
  constructor(
    private readonly roles: ProjectRoles,
    private readonly projects: ProjectsService,
    private readonly exemption: RuleExemption,
    private readonly leases: LeasesService,
    private readonly importers: ImageImporters,
    private readonly holds: HoldsService,
    private readonly records: RemovalRecords,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
  ) {}

  /**
   * Nothing happens when there is no such tag, or the caller may not see the project. With its last tag the artifact
   * goes, and what belongs to it (signatures, SBOMs).
   * @throws DomainError forbidden `project.role-too-low` (maintainer); conflict `tag.leased`, `tag.signature`,
   *   `tag.hold`, `project.rule-in-the-way`, `harbor.changed`, as RuleExemption.run; outages of Harbor
   */
  async removeTag(
    caller: PersonCaller,
    projectName: string,
    repository: string,
    tag: string,
    dryRun: boolean,
  ): Promise<Removal> {
    const project = await this.requireOrNull(caller, projectName);
    if (project === null || !isRepositoryName(repository) || !TAG.test(tag)) return NOTHING;
    if (isSignatureTag(tag)) throw new DomainError('conflict', 'tag.signature', { tag });
    const artifact = await this.find(project, repository, tag);
    if (artifact === null) return NOTHING;
    const { digest } = artifact;
    if (await this.holds.isHeldBy(tag, projectName, repository, digest))
      throw new DomainError('conflict', 'tag.hold', { tag });
    const place = { repository, tag, digest };
    const importedByOthers = await this.importers.countOthers(caller.personId, {
      project: projectName,
      ...place,
    });
    // Of an index a job may run one platform alone, or what is attached to an image: they go with it.
    const attached = await this.attachedTo(projectName, repository, digest);
    const digests = [digest, ...artifact.platforms.map((part) => part.digest), ...attached];
    if (dryRun) {
      await this.leases.requireUnleased(projectName, repository, digests);
      const tags = await this.harbor.listTags(projectName, repository, digest);
      return { deleted: false, artifactDeleted: tags.length === 1, importedByOthers };
    }
    const artifactDeleted = await this.attempt(caller, 'tag.deleted', project, place, () =>
      this.leases.unlessLeased(projectName, repository, digests, () =>
        this.exemption.run(project.id, place, async (lease, held) =>
          this.recorded(caller, held, place, () => this.deleteTag(held, repository, digest, tag, lease)),
        ),
      ),
    );
    return { deleted: true, artifactDeleted, importedByOthers };
  }

  /** As removeTag, of everything in a repository. */
  async removeRepository(
    caller: PersonCaller,
    projectName: string,
    repository: string,
    dryRun: boolean,
  ): Promise<Removal> {
    const project = await this.requireOrNull(caller, projectName);
    if (project === null || !isRepositoryName(repository)) return NOTHING;
    await this.projects.observe(project);
    if ((await this.harbor.findRepository(projectName, repository)) === null) return NOTHING;
    const place = { repository, tag: null, digest: null };
    const importedByOthers = await this.importers.countOthers(caller.personId, {
      project: projectName,
      ...place,
    });
    if (dryRun) {
      await this.leases.requireRepositoryUnleased(projectName, repository);
      return { deleted: false, artifactDeleted: true, importedByOthers };
    }
    await this.attempt(caller, 'repository.deleted', project, place, () =>
      this.leases.unlessRepositoryLeased(projectName, repository, () =>
        this.exemption.run(project.id, place, async (lease, held) =>
          this.recorded(caller, held, place, async () => {
            await lease.renew();
            const done = await this.harbor.deleteRepository(held.name, repository);
            if (done === 'protected') throw ruleInTheWay(held.name);
          }),
        ),
      ),
    );
    return { deleted: true, artifactDeleted: true, importedByOthers };
  }

  private async attempt<T>(
    caller: PersonCaller,
    action: AuditAction,
    { name }: Project,
    { repository, tag }: RemovedPlace,
    work: () => Promise<T>,
  ): Promise<T> {
    const target = tag === null ? `${name}/${repository}` : `${name}/${repository}:${tag}`;
    return this.audit.attempt({ actor: caller, action, target }, work);
  }

  /** What was begun is finished by the sweep when no answer came. */
  private async recorded<T>(
    caller: PersonCaller,
    project: Project,
    place: RemovedPlace,
    work: () => Promise<T>,
  ): Promise<T> {
    const intent = await this.records.begin(caller, project, place);
    const result = await this.orLeave(intent, work);
    await this.records.finish(intent, caller);
    return result;
  }

  private async orLeave<T>(intent: RemovalIntent, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isOutage(error)) await this.records.hasten(intent);
      else await this.records.drop(intent);
      throw error;
    }
  }

  /** @returns whether the artifact went too */
  private async deleteTag(
    { name: project }: Project,
    repository: string,
    digest: string,
    tag: string,
    lease: ProjectLease,
  ): Promise<boolean> {
    await lease.renew();
    const done = await this.harbor.deleteTag(project, repository, digest, tag);
    if (done === 'protected') throw ruleInTheWay(project);
    // Not on this digest any more: somebody moved it since it was looked at.
    if (done === 'absent') throw new DomainError('conflict', 'harbor.changed');
    if (await this.records.isCountedOn(project, repository, digest, tag)) return false;
    return this.deleteUntagged(project, repository, digest, lease);
  }

  /** The tag is deleted whatever happens here: what is left without a tag, Harbor's garbage collection takes. */
  private async deleteUntagged(
    project: string,
    repository: string,
    digest: string,
    lease: ProjectLease,
  ): Promise<boolean> {
    try {
      if ((await this.harbor.listTags(project, repository, digest)).length > 0) return false;
      await lease.renew();
      return (await this.harbor.deleteArtifact(project, repository, digest)) === 'deleted';
    } catch (error) {
      if (isDomainError(error)) return false;
      throw error;
    }
  }

  /** Also what is attached to something attached, such as the signature of an SBOM. */
  private async attachedTo(project: string, repository: string, digest: string): Promise<string[]> {
    const found = new Set([digest]);
    // What is added while it goes on is visited too.
    for (const one of found)
      for (const accessory of await this.harbor.listAccessories(project, repository, one))
        found.add(accessory.digest);
    return [...found].slice(1);
  }

  /** Null where there is no such tag in the project that Berth keeps. */
  private async find(project: Project, repository: string, tag: string): Promise<HarborArtifact | null> {
    await this.projects.observe(project);
    const look = await this.harbor.look(project.name, repository, tag);
    if (!look.found || look.artifact.projectId !== project.harborProjectId) return null;
    return look.artifact;
  }

  private async requireOrNull(caller: PersonCaller, projectName: string): Promise<Project | null> {
    try {
      return await this.roles.require(caller, projectName, 'maintainer');
    } catch (error) {
      if (isDomainError(error, 'not-found')) return null;
      throw error;
    }
  }
}
