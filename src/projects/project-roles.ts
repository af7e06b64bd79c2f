import { Injectable } from '@nestjs/common';
import { AccountsService } from '../accounts/accounts.service';
import type { PersonCaller } from '../auth/caller';
import { DomainError } from '../common/errors';
import { HarborClient } from '../harbor/harbor.client';
import type { ProjectRole } from '../harbor/harbor.types';
import type { Project } from './project.entity';
import { ProjectsService } from './projects.service';

/** From the least to the most; a role includes what those before it may do. */
const RANKS: readonly ProjectRole[] = ['limited-guest', 'guest', 'developer', 'maintainer', 'admin'];

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

  /**
   * A project that Berth keeps and the caller may see, and his role in it; null where he is no member, which an
   * admin of Berth need not be, and nobody in a public project.
   * @throws DomainError not-found `project.not-found` (absent, or not his to see); outages of Harbor
   */
  async see(caller: PersonCaller, projectName: string): Promise<SeenProject> {
    const project = await this.projects.findByName(projectName);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    const role = await this.find(caller.personId, projectName);
    if (role === null && !caller.isAdmin && project.visibility === 'private')
      throw new DomainError('not-found', 'project.not-found');
    return { project, role };
  }

  /**
   * A project that Berth keeps, when the caller's role in it is at least this one. An admin of Berth may do
   * everything in it.
   * @throws DomainError not-found `project.not-found` (absent, or not his to see); forbidden
   *   `project.role-too-low`; outages of Harbor
   */
  async require(caller: PersonCaller, projectName: string, atLeast: ProjectRole): Promise<Project> {
    const project = await this.projects.findByName(projectName);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    if (caller.isAdmin) return project;
    const role = await this.find(caller.personId, projectName);
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
}
