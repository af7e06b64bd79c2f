import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource, InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type DataSource, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborArtifact } from '../harbor/harbor.types';
import { LeasesService } from '../jobs/leases.service';
import type { Project } from '../projects/project.entity';
import { RuleExemption, ruleInTheWay } from '../projects/immutable-rules/rule-exemption';
import { holdTag } from '../tag-rule/hold-tag';
import { Hold, type HoldReason } from './hold.entity';

/** Keeps digests from Harbor's garbage collection by tags of Berth's own, which the tag rule protects like others. */
@Injectable()
export class HoldsService {
  constructor(
    @InjectRepository(Hold) private readonly holds: Repository<Hold>,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly harbor: HarborClient,
    private readonly leases: LeasesService,
    private readonly exemption: RuleExemption,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Called before a tag leaves this digest: what a job runs must stay pullable.
   * @throws DomainError conflict `tag.leased` where holds are off; outages of Harbor
   */
  async keepForJobs(project: Project, repository: string, artifact: HarborArtifact): Promise<void> {
    if (!(await this.leases.isLeased(project.name, repository, artifact.digest))) return;
    if (!this.config.tagRule.holds) {
      const [job] = await this.leases.jobsOf(project.name, repository, artifact.digest, 1);
      const params = { digest: artifact.digest, jobId: job?.jobId ?? '' };
      throw new DomainError('conflict', 'tag.leased', params);
    }
    await this.keep(project, repository, artifact, 'job');
  }

  /** Notes that a digest is in danger, and holds it where the site wants that. Idempotent. */
  async keep(
    project: Project,
    repository: string,
    { digest, sizeBytes }: Pick<HarborArtifact, 'digest' | 'sizeBytes'>,
    reason: HoldReason,
  ): Promise<void> {
    const hold = await this.note(project, repository, digest, sizeBytes, reason);
    if (hold.heldAt !== null || !this.config.tagRule.holds) return;
    const tag = holdTag(digest);
    if ((await this.harbor.addTag(project.name, repository, digest, tag)) === 'exists') {
      const tags = await this.harbor.listTags(project.name, repository, digest);
      if (!tags.some(({ name }) => name === tag)) throw new DomainError('conflict', 'harbor.changed');
    }
    await this.dataSource.transaction(async (manager) => {
      await manager.update(Hold, { id: hold.id }, { heldAt: this.clock.now() });
      await this.audit.record(manager, 'berth', 'tag.held', `${project.name}/${repository}@${digest}`);
    });
  }

  /**
   * Nobody counts on the digest any more: Berth's tag goes, and Harbor may collect it when no other tag is on it.
   * @throws DomainError conflict `tag.leased`, as RuleExemption.run; outages of Harbor
   */
  async release(hold: Hold): Promise<void> {
    const { project, projectId, repository, digest } = hold;
    if (hold.heldAt === null) {
      await this.holds.delete({ id: hold.id });
      return;
    }
    const tag = holdTag(digest);
    await this.leases.unlessLeased(project, repository, [digest], () =>
      this.exemption.run(projectId, { repository, tag }, async (lease) => {
        await lease.renew();
        if ((await this.harbor.deleteTag(project, repository, digest, tag)) === 'protected')
          throw ruleInTheWay(project);
        await lease.transaction(async (manager) => {
          await manager.delete(Hold, { id: hold.id });
          await this.audit.record(manager, 'berth', 'tag.hold-ended', `${project}/${repository}@${digest}`);
        });
      }),
    );
  }

  /** Forgets what is not in Harbor any more, or not in a project of Berth's. */
  async forget({ id }: Hold): Promise<void> {
    await this.holds.delete({ id });
  }

  /** False for a tag that only looks like one of Berth's own: Harbor copies them with an image, and anybody may push one. */
  async isHeldBy(tag: string, project: string, repository: string, digest: string): Promise<boolean> {
    return tag === holdTag(digest) && (await this.find(project, repository, digest)) !== null;
  }

  async find(project: string, repository: string, digest: string): Promise<Hold | null> {
    return this.holds.findOneBy({ project, repository, digest });
  }

  async listAfter(id: string, limit: number): Promise<Hold[]> {
    return this.holds.find({ where: { id: MoreThan(id) }, order: { id: 'ASC' }, take: limit });
  }

  private async note(
    project: Project,
    repository: string,
    digest: string,
    sizeBytes: number,
    reason: HoldReason,
  ): Promise<Hold> {
    const known = await this.find(project.name, repository, digest);
    if (known !== null) return known;
    const hold = this.holds.create({
      id: uuidv7(),
      projectId: project.id,
      project: project.name,
      repository,
      digest,
      reason,
      sizeBytes,
      since: this.clock.now(),
      heldAt: null,
    });
    try {
      await this.holds.insert(hold);
      return hold;
    } catch (error) {
      const other = isUniqueViolation(error) ? await this.find(project.name, repository, digest) : null;
      if (other === null) throw error;
      return other;
    }
  }
}
