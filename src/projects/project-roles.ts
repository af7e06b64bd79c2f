import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Semaphore } from 'async-mutex';
import { IsNull, Not, type Repository } from 'typeorm';
import { AccountsService } from '../accounts/accounts.service';
import type { PersonCaller } from '../auth/caller';
import { DomainError, isDomainError, isOutage } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { ProjectRole } from '../harbor/harbor.types';
import { ProjectMember } from './members/project-member.entity';
import type { Project } from './project.entity';
import { ProjectsService } from './projects.service';

/** From the least to the most; a role includes what those before it may do. */
const RANKS: readonly ProjectRole[] = ['limited-guest', 'guest', 'developer', 'maintainer', 'admin'];

/** Projects of one person about which Harbor is asked at a time. */
const ASKED_AT_ONCE = 8;

export interface SeenProject {
  project: Project;
  role: ProjectRole | null;
}

/** Does a role include what another may do? */
export function includesRole(role: ProjectRole | null, atLeast: ProjectRole): boolean {
  return role !== null && RANKS.indexOf(role) >= RANKS.indexOf(atLeast);
}

/** What a person may do in a project: what Harbor itself would let him, asked again each time. */
@Injectable()
export class ProjectRoles {
  constructor(
    private readonly projects: ProjectsService,
    private readonly accounts: AccountsService,
    private readonly harbor: HarborClient,
    @InjectRepository(ProjectMember) private readonly members: Repository<ProjectMember>,
  ) {}

  /** The person's role in Harbor; null where he is no member. Throws on an outage of Harbor. */
  async find(personId: string, projectName: string): Promise<ProjectRole | null> {
    const harborUserId = await this.accounts.findHarborUserId(personId);
    if (harborUserId === null) return null;
    const members = await this.harbor.listMembers(projectName);
    const member = members.find(
      ({ entityType, entityId }) => entityType === 'user' && entityId === harborUserId,
    );
    return member === undefined || member.role === 'none' ? null : member.role;
  }

  /** The names of the projects in which a person has a role: his own, and where he was last seen as a member. */
  async listNames(personId: string): Promise<string[]> {
    const own = await this.projects.findPersonal(personId);
    const memberships = await this.members.findBy({ personId, seenRole: Not(IsNull()) });
    const names = await this.projects.findNames(memberships.map(({ projectId }) => projectId));
    return [...(own === null ? [] : [own.name]), ...names.values()];
  }

  /**
   * Those of these projects that Berth made and in which the person has a role now; while Harbor is away, the role
   * that Berth gave him.
   */
  async listWithRole(personId: string, names: readonly string[]): Promise<Project[]> {
    const turns = new Semaphore(ASKED_AT_ONCE);
    const found = await Promise.all(
      names.map(async (name) => turns.runExclusive(async () => this.findWithRole(personId, name))),
    );
    return found.filter((project) => project !== null);
  }

  private async findWithRole(personId: string, name: string): Promise<Project | null> {
    const project = await this.projects.findByName(name);
    if (project === null) return null;
    const role = await this.findIn(project, personId).catch((error: unknown) => {
      // Another one of its name, or none.
      if (isDomainError(error, 'conflict')) return null;
      if (isOutage(error)) return this.findGiven(project, personId);
      throw error;
    });
    return role === null ? null : project;
  }

  /** The role that Berth gave a person, whatever Harbor says; null where it gave none. */
  async findGiven(project: Project, personId: string): Promise<ProjectRole | null> {
    if (project.ownerPersonId === personId) return 'admin';
    const member = await this.members.findOneBy({ projectId: project.id, personId });
    return member === null || member.wantedRole === 'none' ? null : member.wantedRole;
  }

  /**
   * A project that Berth keeps and the caller may see, and his role in it; null where he is no member, which an
   * admin of Berth need not be, and nobody in a public project.
   * @throws DomainError not-found `project.not-found` (absent, or not his to see); conflict `project.gone`,
   *   `project.replaced`; outages of Harbor
   */
  async see(caller: PersonCaller, projectName: string): Promise<SeenProject> {
    const project = await this.projects.findByName(projectName);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    const role = await this.findIn(project, caller.personId);
    if (role === null && !caller.isAdmin && project.visibility === 'private')
      throw new DomainError('not-found', 'project.not-found');
    return { project, role };
  }

  /**
   * A project that Berth keeps, when the caller's role in it is at least this one. An admin of Berth may do
   * everything in it.
   * @throws DomainError not-found `project.not-found` (absent, or not his to see); forbidden
   *   `project.role-too-low`; conflict `project.gone`, `project.replaced`; outages of Harbor
   */
  async require(caller: PersonCaller, projectName: string, atLeast: ProjectRole): Promise<Project> {
    const project = await this.projects.findByName(projectName);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    if (caller.isAdmin) return project;
    const role = await this.findIn(project, caller.personId);
    if (role === null && project.visibility === 'private')
      throw new DomainError('not-found', 'project.not-found');
    if (!includesRole(role, atLeast)) {
      throw new DomainError('forbidden', 'project.role-too-low', {
        project: projectName,
        role: role ?? 'none',
        needed: atLeast,
      });
    }
    return project;
  }

  /**
   * As find, of the project that Berth made alone: in another of the same name the person's role counts for nothing.
   * While the project is not made, as Berth gave it.
   * @throws DomainError conflict `project.gone`, `project.replaced`, for those who belong to it; outages of Harbor
   */
  private async findIn(project: Project, personId: string): Promise<ProjectRole | null> {
    if (project.harborProjectId === null) return this.findGiven(project, personId);
    try {
      await this.projects.observe(project);
    } catch (error) {
      if (isDomainError(error, 'conflict') && (await this.findGiven(project, personId)) === null) return null;
      throw error;
    }
    return this.find(personId, project.name);
  }
}
