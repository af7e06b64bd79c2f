import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { DomainError, isDomainError } from '../common/errors';
import { ProjectRoles } from '../projects/project-roles';
import { ProjectsService } from '../projects/projects.service';
import { TagRecord } from '../tag-rule/tag-record.entity';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { Violation } from '../tag-rule/violations/violation.entity';
import type { ViolationState } from '../tag-rule/violations/violation-life';
import type { Restoration } from './restoration.entity';
import { RestoreService } from './restore.service';

export interface ViolationView {
  violation: Violation;
  /** Null: nobody tried to put it back. */
  restoration: Restoration | null;
}

export interface ViolationFilter {
  state?: ViolationState;
  project?: string;
}

/** Tags that moved although they may not, for those who decide about them. */
@Injectable()
export class ViolationsService {
  constructor(
    @InjectRepository(Violation) private readonly violations: Repository<Violation>,
    private readonly roles: ProjectRoles,
    private readonly projects: ProjectsService,
    private readonly tagRecords: TagRecordsService,
    private readonly restoring: RestoreService,
    private readonly audit: AuditService,
  ) {}

  /** The newest first: of the projects in which the caller has a role; an admin of Berth sees all. */
  async list(
    caller: PersonCaller,
    filter: ViolationFilter,
    beforeId: string | null,
    limit: number,
  ): Promise<ViolationView[]> {
    const query = await this.visible(caller, filter);
    if (query === null) return [];
    if (beforeId !== null) query.andWhere('violation.id < :beforeId', { beforeId });
    const found = await query.orderBy('violation.id', 'DESC').take(limit).getMany();
    const restorations = await this.restoring.findByViolations(found.map(({ id }) => id));
    return found.map((violation) => ({
      violation,
      restoration: restorations.get(violation.id) ?? null,
    }));
  }

  async count(caller: PersonCaller, filter: ViolationFilter): Promise<number> {
    return (await (await this.visible(caller, filter))?.getCount()) ?? 0;
  }

  /** @throws DomainError not-found `violation.not-found` (absent, or not his to see) */
  async get(caller: PersonCaller, id: string): Promise<ViolationView> {
    const query = this.violations.createQueryBuilder('violation').where('violation.id = :id', { id });
    const found = await query.getOne();
    if (found === null) throw notFound();
    const seen = await this.seenBy(caller, query, [found.project]);
    const violation = (await seen?.getOne()) ?? null;
    if (violation === null) throw notFound();
    return { violation, restoration: await this.restoring.find(id) };
  }

  /**
   * Puts the tag back, whatever the policy is.
   * @throws DomainError not-found `violation.not-found`; forbidden `project.role-too-low` (maintainer); conflict
   *   `violation.settled`, as RestoreService.restore; outages of Harbor
   */
  async restore(caller: PersonCaller, id: string): Promise<ViolationView> {
    const { violation } = await this.get(caller, id);
    await this.requireMaintainer(caller, violation);
    if (violation.state !== 'open') throw settled(violation);
    const { project, repository, tag } = violation;
    const target = `${project}/${repository}:${tag}`;
    await this.audit.attempt({ actor: caller, action: 'tag.restored', target }, async () =>
      this.restoring.restore(violation, caller),
    );
    return this.get(caller, id);
  }

  /**
   * An admin decides about it: jobs keep the recorded digest, or get the new one from now on.
   * @throws DomainError not-found `violation.not-found`; conflict `violation.settled`, `violation.changed`; outages of
   *   Harbor
   */
  async acknowledge(
    caller: PersonCaller,
    id: string,
    { reason, acceptNewDigest }: { reason: string; acceptNewDigest: boolean },
  ): Promise<ViolationView> {
    const { violation } = await this.get(caller, id);
    if (violation.state !== 'open') throw settled(violation);
    const { project, repository, tag, toDigest } = violation;
    const target = `${project}/${repository}:${tag} ${acceptNewDigest ? 'accepted' : 'kept'} ${toDigest}`;
    await this.audit.attempt({ actor: caller, action: 'tag.move-acknowledged', target }, async () =>
      this.tagRecords.acknowledge({
        violation,
        username: caller.username,
        reason,
        acceptNewDigest,
        alongside: async (manager) => this.audit.record(manager, caller, 'tag.move-acknowledged', target),
      }),
    );
    return this.get(caller, id);
  }

  private async requireMaintainer(caller: PersonCaller, { project }: Violation): Promise<void> {
    if ((await this.projects.findByName(project)) === null)
      throw new DomainError('conflict', 'violation.project-not-kept', { project });
    try {
      await this.roles.require(caller, project, 'maintainer');
    } catch (error) {
      if (isDomainError(error, 'not-found')) throw notFound();
      throw error;
    }
  }

  /** Null: nothing can be seen. */
  private async visible(
    caller: PersonCaller,
    { state, project }: ViolationFilter,
  ): Promise<SelectQueryBuilder<Violation> | null> {
    const query = this.violations.createQueryBuilder('violation').where('1 = 1');
    if (state !== undefined) query.andWhere('violation.state = :state', { state });
    if (project !== undefined) query.andWhere('violation.project = :project', { project });
    const known = caller.isAdmin ? [] : await this.roles.listNames(caller.personId);
    // A role that Harbor alone knows of counts where the project is named.
    return this.seenBy(caller, query, project === undefined ? known : [project]);
  }

  /**
   * Of the projects in which the caller has a role now, as they are now: what was in another project of the same name
   * is no more theirs to see than that project was.
   */
  private async seenBy(
    caller: PersonCaller,
    query: SelectQueryBuilder<Violation>,
    names: readonly string[],
  ): Promise<SelectQueryBuilder<Violation> | null> {
    if (caller.isAdmin) return query;
    const concerned = names.length === 0 ? [] : await this.projectsOf(query, names);
    const projects = await this.roles.listWithRole(caller.personId, concerned);
    if (projects.length === 0) return null;
    return query
      .innerJoin(TagRecord, 'record', 'record.id = violation.tagRecordId')
      .andWhere('violation.project IN (:...seen)', { seen: projects.map(({ name }) => name) })
      .andWhere('record.harborProjectId IN (:...ids)', {
        ids: projects.map(({ harborProjectId }) => harborProjectId ?? 0),
      });
  }

  /** Those of the projects that the query finds any violation of: Harbor is asked about no others. */
  private async projectsOf(
    query: SelectQueryBuilder<Violation>,
    names: readonly string[],
  ): Promise<string[]> {
    const rows = await query
      .clone()
      .select('violation.project', 'project')
      .distinct()
      .andWhere('violation.project IN (:...names)', { names })
      .getRawMany<{ project: string }>();
    return rows.map(({ project }) => project);
  }
}

function notFound(): DomainError {
  return new DomainError('not-found', 'violation.not-found');
}

function settled({ state }: Violation): DomainError {
  return new DomainError('conflict', 'violation.settled', { state });
}
