import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AccountsService } from '../accounts/accounts.service';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborProject, SignatureKind } from '../harbor/harbor.types';
import { ProjectsService } from '../projects/projects.service';

const REMEMBERED = { max: 50_000, ttl: 30_000 };

/** The one place that decides whose images a person may pull, for import, lookup and everything that follows. */
@Injectable()
export class ImageAccess {
  private readonly verdicts = new LRUCache<string, boolean>(REMEMBERED);
  private readonly projectsSeen = new LRUCache<string, HarborProject>(REMEMBERED);

  constructor(
    private readonly accounts: AccountsService,
    private readonly projects: ProjectsService,
    private readonly harbor: HarborClient,
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

  /** Whose signatures an image of the project needs to be pulled; what Harbor said is believed for 30 s. */
  async signaturesNeeded(project: string): Promise<readonly SignatureKind[]> {
    const seen = this.projectsSeen.get(project) ?? (await this.findProject(project));
    return seen?.signaturesNeeded ?? [];
  }

  private async findProject(name: string): Promise<HarborProject | null> {
    const found = await this.harbor.findProject(name);
    if (found !== null) this.projectsSeen.set(name, found);
    return found;
  }

  private async askHarbor(personId: string | null, projectName: string): Promise<boolean> {
    const project = await this.findProject(projectName);
    if (project === null) return false;
    if (project.isPublic) return true;
    const harborUserId = personId === null ? null : await this.accounts.findHarborUserId(personId);
    if (harborUserId === null) return false;
    const members = await this.harbor.listMembers(projectName);
    return members.some(({ entityType, entityId }) => entityType === 'user' && entityId === harborUserId);
  }
}
