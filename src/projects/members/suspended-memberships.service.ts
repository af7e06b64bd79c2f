import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService, type Actor, type Subject } from '../../audit/audit.service';
import { aboutProject } from '../../changes/change-key';
import { Changes } from '../../changes/changes';
import { Clock } from '../../common/clock';
import { isDomainError } from '../../common/errors';
import { Memberships } from './memberships';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import { ProjectMember, type MemberRole } from './project-member.entity';
import type { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';
import { SuspendedMembership } from './suspended-membership.entity';

/** Takes away the memberships that a person has in projects of others, and gives them back. */
@Injectable()
export class SuspendedMemberships {
  constructor(
    @InjectRepository(ProjectMember) private readonly members: Repository<ProjectMember>,
    @InjectRepository(SuspendedMembership) private readonly suspended: Repository<SuspendedMembership>,
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly memberships: Memberships,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** The persons, at most `limit`, who have something to be given back, offboarded or not. */
  async listPersonIds(limit: number): Promise<string[]> {
    const rows = await this.suspended
      .createQueryBuilder('suspended')
      .select('suspended.personId', 'personId')
      .innerJoin('persons', 'person', 'person.id = suspended.personId AND person.offboardedAt IS NULL')
      .groupBy('suspended.personId')
      .limit(limit)
      .getRawMany<{ personId: string }>();
    return rows.map(({ personId }) => personId);
  }

  /** Had the person, who is offboarded, a membership in this project that was taken away for that? */
  async has(personId: string, projectName: string): Promise<boolean> {
    const project = await this.projects.findByName(projectName);
    return project !== null && this.suspended.existsBy({ personId, projectId: project.id });
  }

  /**
   * Idempotent; what was cut off goes on with the same call.
   * @param harborUserId null while the person has no user in Harbor, and so no membership there
   * @throws DomainError conflict `project.busy`, `harbor.changed`; outages of Harbor
   */
  async suspend(person: Subject, harborUserId: number | null, actor: Actor): Promise<void> {
    for (const { projectId } of await this.members.findBy({ personId: person.id })) {
      await this.inProject(projectId, person, (lease, project) =>
        this.suspendIn(project, person, harborUserId, actor, lease),
      );
    }
  }

  /** Idempotent. @throws as suspend */
  async restore(person: Subject, harborUserId: number, actor: Actor): Promise<void> {
    for (const { projectId, role } of await this.suspended.findBy({ personId: person.id })) {
      await this.inProject(projectId, person, (lease, project) =>
        this.restoreIn(project, person, harborUserId, role, actor, lease),
      );
    }
  }

  /** A project that is gone from Berth meanwhile leaves nothing to do. */
  private async inProject(
    projectId: string,
    { id: personId }: Subject,
    work: (lease: ProjectLease, project: Project) => Promise<void>,
  ): Promise<void> {
    try {
      await this.leases.hold(projectId, work);
    } catch (error) {
      if (!isDomainError(error, 'not-found')) throw error;
      await this.members.delete({ projectId, personId });
      await this.suspended.delete({ projectId, personId });
    }
  }

  private async suspendIn(
    project: Project,
    person: Subject,
    harborUserId: number | null,
    actor: Actor,
    lease: ProjectLease,
  ): Promise<void> {
    const row = { projectId: project.id, personId: person.id };
    const member = await this.members.findOneBy(row);
    if (member === null) return;
    await lease.transaction(async (manager) => {
      const now = this.clock.now();
      if (member.wantedRole !== 'none' && !(await manager.existsBy(SuspendedMembership, row))) {
        const role = member.wantedRole;
        await manager.insert(SuspendedMembership, { id: uuidv7(), ...row, role, createdAt: now });
      }
      await manager.update(ProjectMember, row, { wantedRole: 'none', updatedAt: now });
    });
    if (harborUserId !== null && (await this.isThere(project)))
      await this.memberships.settle(project.name, harborUserId, 'none', lease);
    await lease.transaction(async (manager) => {
      await manager.delete(ProjectMember, row);
      const target = `${project.name} ${person.username} none`;
      await this.audit.record(manager, actor, 'project.member-removed', target, person);
      await this.changes.record(manager, aboutProject(project.name));
    });
  }

  private async restoreIn(
    project: Project,
    person: Subject,
    harborUserId: number,
    role: MemberRole,
    actor: Actor,
    lease: ProjectLease,
  ): Promise<void> {
    const row = { projectId: project.id, personId: person.id };
    await lease.transaction(async (manager) => {
      const change = { wantedRole: role, updatedAt: this.clock.now() };
      const { affected } = await manager.update(ProjectMember, row, change);
      if (affected === 0)
        await manager.insert(ProjectMember, { id: uuidv7(), ...row, ...change, seenRole: null });
    });
    if (await this.isThere(project)) await this.memberships.settle(project.name, harborUserId, role, lease);
    await lease.transaction(async (manager) => {
      await manager.update(ProjectMember, row, { seenRole: role, updatedAt: this.clock.now() });
      await manager.delete(SuspendedMembership, row);
      const target = `${project.name} ${person.username} ${role}`;
      await this.audit.record(manager, actor, 'project.member-set', target, person);
      await this.changes.record(manager, aboutProject(project.name));
    });
  }

  private async isThere(project: Project): Promise<boolean> {
    return isThere(this.projects, project);
  }
}

/** Does Harbor have the project that Berth made? Throws on an outage of Harbor. */
export async function isThere(projects: ProjectsService, project: Project): Promise<boolean> {
  try {
    await projects.observe(project);
    return true;
  } catch (error) {
    if (isDomainError(error, 'conflict')) return false;
    throw error;
  }
}
