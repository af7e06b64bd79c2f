import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AccountsService } from '../../accounts/accounts.service';
import { AuditService } from '../../audit/audit.service';
import type { PersonCaller } from '../../auth/caller';
import { PersonsService } from '../../auth/persons.service';
import { aboutProject } from '../../changes/change-key';
import { Changes } from '../../changes/changes';
import { Clock } from '../../common/clock';
import { DomainError, isDomainError } from '../../common/errors';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborMember } from '../../harbor/harbor.types';
import { DriftRecords } from '../drift/drift-records.service';
import { memberList, type ListedMember } from './member-list';
import { memberOf, Memberships } from './memberships';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import { ProjectMember, type MemberRole } from './project-member.entity';
import { ProjectRoles } from '../project-roles';
import type { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';

/** Whom a membership is about. */
interface Someone {
  personId: string;
  username: string;
}

/** Who may do what in a project: given by its admins, and by Berth's. */
@Injectable()
export class MembersService {
  constructor(
    @InjectRepository(ProjectMember) private readonly members: Repository<ProjectMember>,
    private readonly projects: ProjectsService,
    private readonly roles: ProjectRoles,
    private readonly leases: ProjectLeases,
    private readonly memberships: Memberships,
    private readonly drifts: DriftRecords,
    private readonly accounts: AccountsService,
    private readonly persons: PersonsService,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Everybody who is a member in Harbor, and whom Berth made one but is missing there; by name.
   * @throws DomainError as ProjectRoles.require and ProjectsService.observe
   */
  async list(caller: PersonCaller, projectName: string): Promise<ListedMember[]> {
    const project = await this.roles.require(caller, projectName, 'guest');
    const { ownerId } = await this.projects.observe(project);
    return this.assemble(project, ownerId, await this.harbor.listMembers(projectName));
  }

  /** @throws DomainError as list; not-found `project.member-not-found` */
  async get(caller: PersonCaller, projectName: string, username: string): Promise<ListedMember> {
    const members = await this.list(caller, projectName);
    const person = await this.persons.findByUsername(username);
    const found = members.find(({ personId }) => personId !== null && personId === person?.id);
    if (found === undefined) {
      throw new DomainError('not-found', 'project.member-not-found', { username, project: projectName });
    }
    return found;
  }

  /**
   * Gives a person this role, whatever he had. One who never logged in is found in the directory, and one without an
   * account gets a Harbor user; his credentials and his personal project come when he asks for them. When Harbor
   * fails in the middle, what should be is written down already, and the same call again finishes it.
   * @throws DomainError as ProjectRoles.require and AccountsService.ensureUser; not-found `person.not-found`;
   *   conflict `project.owner-fixed`, `project.last-admin`, `project.busy`; outages of Harbor and the directory
   */
  async set(
    caller: PersonCaller,
    projectName: string,
    username: string,
    role: MemberRole,
  ): Promise<ListedMember> {
    const target = `${projectName} ${username} ${role}`;
    return this.audit.attempt({ actor: caller, action: 'project.member-set', target }, () =>
      this.give(caller, projectName, username, role),
    );
  }

  /**
   * Nothing happens when the person is no member, or nobody knows him, or the caller may not see the project.
   * @throws DomainError forbidden `project.role-too-low`; conflict `project.owner-fixed`, `project.last-admin`,
   *   `project.busy`; outages of Harbor
   */
  async remove(caller: PersonCaller, projectName: string, username: string): Promise<void> {
    const target = `${projectName} ${username}`;
    await this.audit.attempt({ actor: caller, action: 'project.member-removed', target }, () =>
      this.take(caller, projectName, username),
    );
  }

  private async give(
    caller: PersonCaller,
    projectName: string,
    username: string,
    role: MemberRole,
  ): Promise<ListedMember> {
    const project = await this.roles.require(caller, projectName, 'admin');
    const someone = await this.find(username);
    if (role !== 'admin') refuseOwner(project, someone);
    if (caller.isAdmin) await this.projects.observe(project);
    const harborUserId = await this.accounts.ensureUser(caller, someone);
    const members = await this.leases.hold(project.id, (lease, held) =>
      this.settle(caller, held, someone, harborUserId, role, lease),
    );
    const set = members.find(({ personId }) => personId === someone.personId);
    if (set === undefined) throw new DomainError('conflict', 'harbor.changed');
    return set;
  }

  private async take(caller: PersonCaller, projectName: string, username: string): Promise<void> {
    const project = await this.requireOrNull(caller, projectName);
    const person = await this.persons.findByUsername(username);
    if (project === null || person === null) return;
    const someone = { personId: person.id, username: person.username };
    refuseOwner(project, someone);
    const harborUserId = await this.accounts.findHarborUserId(person.id);
    if (harborUserId === null) return;
    await this.leases.hold(project.id, async (lease, held) => {
      await this.settle(caller, held, someone, harborUserId, 'none', lease);
    });
  }

  /**
   * Writes down what should be, makes it so in Harbor, and records that it was seen.
   * @param role `none`: no member
   * @returns the members afterwards
   */
  private async settle(
    caller: PersonCaller,
    project: Project,
    someone: Someone,
    harborUserId: number,
    role: MemberRole | 'none',
    lease: ProjectLease,
  ): Promise<ListedMember[]> {
    const { ownerId } = await this.projects.observe(project);
    const inHarbor = await this.harbor.listMembers(project.name);
    if (role !== 'admin') await this.refuseLastAdmin(project, someone, harborUserId, inHarbor);
    const before = await this.members.findOneBy({ projectId: project.id, personId: someone.personId });
    const owned = project.ownerPersonId === someone.personId;
    if (!owned) await this.intend(project, someone, role, lease);
    const settled = await this.memberships.settle(project.name, harborUserId, role, lease, inHarbor);
    const recordedBefore = before?.seenRole ?? 'none';
    await lease.transaction(async (manager) => {
      const row = { projectId: project.id, personId: someone.personId };
      if (role === 'none') await manager.delete(ProjectMember, row);
      else if (!owned)
        await manager.update(ProjectMember, row, { seenRole: role, updatedAt: this.clock.now() });
      await this.drifts.settled(manager, project.id, 'member', someone.username);
      if (!settled.changed && (owned || recordedBefore === role)) return;
      const action = role === 'none' ? 'project.member-removed' : 'project.member-set';
      const target = `${project.name} ${someone.username}${role === 'none' ? '' : ` ${role}`}`;
      const subject = { id: someone.personId, username: someone.username };
      await this.audit.record(manager, caller, action, target, subject);
      await this.changes.record(manager, aboutProject(project.name));
    });
    return this.assemble(project, ownerId, settled.members);
  }

  private async assemble(
    project: Project,
    harborOwnerId: number,
    inHarbor: readonly HarborMember[],
  ): Promise<ListedMember[]> {
    const recorded = await this.members.findBy({ projectId: project.id });
    const users = inHarbor.filter(({ entityType }) => entityType === 'user');
    const personIds = await this.accounts.findPersonIds(users.map(({ entityId }) => entityId));
    const known = [...personIds.values(), ...recorded.map(({ personId }) => personId)];
    const persons = await this.persons.findByIds(known);
    return memberList({ project, harborOwnerId, inHarbor, recorded, personIds, persons });
  }

  private async intend(
    project: Project,
    { personId }: Someone,
    role: MemberRole | 'none',
    lease: ProjectLease,
  ): Promise<void> {
    const row = { projectId: project.id, personId };
    await lease.transaction(async (manager) => {
      const change = { wantedRole: role, updatedAt: this.clock.now() };
      const { affected } = await manager.update(ProjectMember, row, change);
      if (affected === 1 || role === 'none') return;
      await manager.insert(ProjectMember, { id: uuidv7(), ...row, ...change, seenRole: null });
    });
  }

  /** Of a shared project: admins whom Berth does not know do not count, nor does Harbor's own. */
  private async refuseLastAdmin(
    project: Project,
    { username }: Someone,
    harborUserId: number,
    inHarbor: readonly HarborMember[],
  ): Promise<void> {
    if (project.kind !== 'shared' || memberOf(inHarbor, harborUserId)?.role !== 'admin') return;
    const others = inHarbor.filter(
      ({ entityType, entityId, role }) =>
        entityType === 'user' && role === 'admin' && entityId !== harborUserId,
    );
    const known = await this.accounts.findPersonIds(others.map(({ entityId }) => entityId));
    if (known.size > 0) return;
    throw new DomainError('conflict', 'project.last-admin', { username, project: project.name });
  }

  private async find(username: string): Promise<Someone> {
    const person = await this.persons.findOrMeet(username);
    if (person === null) throw new DomainError('not-found', 'person.not-found', { username });
    return { personId: person.id, username: person.username };
  }

  private async requireOrNull(caller: PersonCaller, projectName: string): Promise<Project | null> {
    try {
      return await this.roles.require(caller, projectName, 'admin');
    } catch (error) {
      if (isDomainError(error, 'not-found')) return null;
      throw error;
    }
  }
}

function refuseOwner(project: Project, { personId, username }: Someone): void {
  if (project.ownerPersonId !== personId) return;
  throw new DomainError('conflict', 'project.owner-fixed', { project: project.name, username });
}
