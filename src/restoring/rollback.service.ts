import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { DomainError } from '../common/errors';
import { ImagesService } from '../images/images.service';
import { ProjectRoles } from '../projects/project-roles';
import { ProjectsService } from '../projects/projects.service';
import { TagDigest } from '../tag-rule/tag-digest.entity';
import { isMovable } from '../tag-rule/tag-rule';
import { TagMover } from './tag-mover';

export interface Rollback {
  tag: string;
  from: string | null;
  to: string;
  checkedAt: Date;
}

/** Moves `latest` back to a digest that it had. */
@Injectable()
export class RollbackService {
  constructor(
    @InjectRepository(TagDigest) private readonly history: Repository<TagDigest>,
    private readonly images: ImagesService,
    private readonly roles: ProjectRoles,
    private readonly projects: ProjectsService,
    private readonly mover: TagMover,
    private readonly audit: AuditService,
  ) {}

  /**
   * @throws DomainError not-found `image.not-found`; forbidden `project.role-too-low` (maintainer); invalid
   *   `image.digest-not-in-history`; conflict `image.not-movable`, `violation.project-not-kept`, as TagMover.put; outages
   *   of Harbor
   */
  async rollBack(caller: PersonCaller, imageId: string, digest: string): Promise<Rollback> {
    const { image, record } = await this.images.get(caller, imageId);
    const { project: projectName, repository, tag, name } = image;
    if (tag === null || image.digest !== null || record === null || !isMovable(tag)) {
      throw new DomainError('conflict', 'image.not-movable', { link: name });
    }
    if ((await this.projects.findByName(projectName)) === null)
      throw new DomainError('conflict', 'violation.project-not-kept', { project: projectName });
    const project = await this.roles.require(caller, projectName, 'maintainer');
    if (!(await this.history.existsBy({ tagRecordId: record.id, digest }))) {
      const params = { digest, link: name };
      const errors = [{ pointer: '/digest', code: 'image.digest-not-in-history' as const, params }];
      throw new DomainError('invalid', 'image.digest-not-in-history', params, { errors });
    }
    const target = `${name} ${digest}`;
    return this.audit.attempt({ actor: caller, action: 'image.rolled-back', target }, async () => {
      const check = await this.mover.put(
        project,
        { project: projectName, repository, tag },
        digest,
        // What a person asks for is wanted, whatever others did meanwhile.
        async () => Promise.resolve(true),
        async (manager) => this.audit.record(manager, caller, 'image.rolled-back', target),
      );
      return {
        tag,
        from: record.currentDigest,
        to: digest,
        checkedAt: check.record?.checkedAt ?? record.checkedAt,
      };
    });
  }
}
