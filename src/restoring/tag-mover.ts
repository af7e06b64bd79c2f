import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError, isOutage } from '../common/errors';
import type { MessageParams } from '../common/messages.en';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborManifest } from '../harbor/harbor.types';
import type { ProjectLease } from '../projects/project-lease';
import type { Project } from '../projects/project.entity';
import { RuleExemption, ruleInTheWay } from '../projects/immutable-rules/rule-exemption';
import { TagRecordsService, type Check, type TagName } from '../tag-rule/tag-records.service';
import { HoldsService } from './holds.service';

/**
 * Puts a tag on a digest that its repository still has, as HARBOR.md has it seen: the manifest's own bytes under the
 * tag, in one step. Neither artifact is deleted.
 */
@Injectable()
export class TagMover {
  constructor(
    private readonly harbor: HarborClient,
    private readonly exemption: RuleExemption,
    private readonly tagRecords: TagRecordsService,
    private readonly holds: HoldsService,
  ) {}

  /**
   * @param isWanted asked when the turn has come: others may have decided otherwise while it waited
   * @param record written once a look proved that the tag is there
   * @throws DomainError conflict `violation.changed` (not wanted any more), `tag.restore-gone` (garbage-collected),
   *   `tag.restore-refused` (by a policy of the project), `harbor.changed` (moved again at once), `tag.leased`, as RuleExemption.run; outages of Harbor
   */
  async put(
    project: Project,
    name: TagName,
    digest: string,
    isWanted: () => Promise<boolean>,
    record: (manager: EntityManager) => Promise<void>,
  ): Promise<Check> {
    const { repository, tag } = name;
    const manifest = await this.harbor.getManifest(project.name, repository, digest);
    if (manifest === null) throw gone(name, digest);
    if (manifest === 'refused') throw refused(name, digest);
    return this.exemption.run(project.id, { repository, tag }, async (lease, held) => {
      if (!(await isWanted())) throw new DomainError('conflict', 'violation.changed');
      const look = await this.harbor.look(held.name, repository, tag);
      if (look.found && look.artifact.digest !== digest) {
        await lease.renew();
        await this.holds.keepForJobs(held, repository, look.artifact);
      }
      const check = await this.write(name, manifest, lease);
      if (!check.look.found || check.look.artifact.digest !== digest)
        throw new DomainError('conflict', 'harbor.changed');
      await lease.transaction(record);
      return check;
    });
  }

  /** A write without an answer is not repeated: a look tells what became of it. */
  private async write(name: TagName, manifest: HarborManifest, lease: ProjectLease): Promise<Check> {
    const { project, repository, tag } = name;
    await lease.renew();
    try {
      const done = await this.harbor.putManifest(project, repository, tag, manifest);
      if (done === 'protected') throw ruleInTheWay(project);
      if (done === 'incomplete') throw gone(name, manifest.digest);
    } catch (error) {
      if (!isOutage(error)) throw error;
      const check = await this.tagRecords.check(name, 'restore');
      if (check.look.found && check.look.artifact.digest === manifest.digest) return check;
      throw error;
    }
    return this.tagRecords.check(name, 'restore');
  }
}

function gone(name: TagName, digest: string): DomainError {
  return new DomainError('conflict', 'tag.restore-gone', paramsOf(name, digest));
}

function refused(name: TagName, digest: string): DomainError {
  const params = { ...paramsOf(name, digest), project: name.project };
  return new DomainError('conflict', 'tag.restore-refused', params);
}

function paramsOf({ project, repository, tag }: TagName, digest: string): MessageParams {
  return { tag, repository: `${project}/${repository}`, digest };
}
