import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AccountsService } from '../accounts/accounts.service';
import { OffboardedPersons } from '../auth/offboarded-persons';
import { HarborClient } from '../harbor/harbor.client';
import { ProjectsService } from '../projects/projects.service';

const REMEMBERED = { max: 50_000, ttl: 30_000 };

/** The one place that decides whose images a person may pull, for import, lookup and everything that follows. */
@Injectable()
export class ImageAccess {
  private readonly verdicts = new LRUCache<string, boolean>(REMEMBERED);

  constructor(
    private readonly accounts: AccountsService,
    private readonly projects: ProjectsService,
    private readonly harbor: HarborClient,
    private readonly offboarded: OffboardedPersons,
  ) {}

  /**
   * May this person pull from the project: because it is theirs, public, or they are a member of it in Harbor.
   * `null` is somebody whom Berth does not know: only what is public. What Harbor said is believed for 30 s.
   * @throws DomainError outages of Harbor, unless the project is the person's own
   */
  async mayPull(personId: string | null, project: string): Promise<boolean> {
    if (personId !== null && (await this.projects.findByName(project))?.ownerPersonId === personId)
      return true;
    const key = `${personId ?? ''} ${project}`;
    const remembered = this.verdicts.get(key);
    if (remembered !== undefined) return remembered;
    const verdict = await this.askHarbor(personId, project);
    this.verdicts.set(key, verdict);
    return verdict;
  }

  /** Has the owner of this personal project left? Then new jobs run what is in it only where it is public. */
  async ownerHasLeft(projectName: string): Promise<{ left: boolean; mayRun: boolean }> {
    const stays = { left: false, mayRun: true };
    if (await this.offboarded.isEmpty()) return stays;
    const project = await this.projects.findByName(projectName);
    if (project === null || project.ownerPersonId === null) return stays;
    if (!(await this.offboarded.has(project.ownerPersonId))) return stays;
    return { left: true, mayRun: project.visibility === 'public' };
  }

  private async askHarbor(personId: string | null, projectName: string): Promise<boolean> {
    const project = await this.harbor.findProject(projectName);
    if (project === null) return false;
    if (project.isPublic) return true;
    const harborUserId = personId === null ? null : await this.accounts.findHarborUserId(personId);
    if (harborUserId === null) return false;
    const members = await this.harbor.listMembers(projectName);
    return members.some(({ entityType, entityId }) => entityType === 'user' && entityId === harborUserId);
  }
}
