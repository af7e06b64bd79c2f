import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AccountsService } from '../../accounts/accounts.service';
import { OffboardedPersons } from '../../auth/offboarded-persons';
import { aboutPerson, aboutProject } from '../../changes/change-key';
import { ChangeMarks } from '../../changes/change-marks';
import { Clock } from '../../common/clock';
import { isOutage } from '../../common/errors';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborProject, SignatureKind } from '../../harbor/harbor.types';
import { ProjectsService } from '../../projects/projects.service';
import { SuspendedMemberships } from '../../projects/members/suspended-memberships.service';

/** What Harbor said of a person and a project is believed this long, and longer only while it cannot be asked. */
const BELIEVED_MS = 30_000;
const MAX_VERDICTS = 50_000;

interface Verdict {
  harborProjectId: number;
  askedAtMs: number;
  /** Of before it was asked. */
  mark: number;
}

/** The one place that decides whose images a person may pull, for import, lookup and everything that follows. */
@Injectable()
export class ImageAccess {
  private readonly verdicts = new LRUCache<string, Verdict>({ max: MAX_VERDICTS });
  private readonly projectsSeen = new LRUCache<string, HarborProject>({
    max: MAX_VERDICTS,
    ttl: BELIEVED_MS,
  });

  /** By project, of those that have one, as Harbor said last. */
  private readonly vulnerabilityLimits = new LRUCache<string, string>({ max: MAX_VERDICTS });

  constructor(
    private readonly accounts: AccountsService,
    private readonly projects: ProjectsService,
    private readonly harbor: HarborClient,
    private readonly offboarded: OffboardedPersons,
    private readonly suspended: SuspendedMemberships,
    private readonly clock: Clock,
    private readonly marks: ChangeMarks,
  ) {}

  /**
   * The id of the Harbor project of this name from which the person may pull: because it is theirs, public, or they
   * are a member of it in Harbor. Null: none. What has another id is another project, and not theirs to see.
   * @param personId null is somebody whom Berth does not know: only what is public
   * @throws DomainError outages of Harbor, unless the project is the person's own or was seen to be pullable before
   */
  async pullableProjectId(personId: string | null, projectName: string): Promise<number | null> {
    const own = await this.ownProjectId(personId, projectName);
    if (own !== null) return own;
    const before = this.recall(personId, projectName);
    if (before !== null && before.ageMs < BELIEVED_MS) return before.harborProjectId;
    try {
      return await this.askAgain(personId, projectName);
    } catch (error) {
      if (before !== null && isOutage(error)) return before.harborProjectId;
      throw error;
    }
  }

  /** What Harbor last said of it, when it said yes and Berth changed nothing about it since. Asks nobody. */
  recall(personId: string | null, projectName: string): { harborProjectId: number; ageMs: number } | null {
    const verdict = this.verdicts.get(verdictKey(personId, projectName));
    if (verdict === undefined) return null;
    const keys = [aboutProject(projectName), ...(personId === null ? [] : [aboutPerson(personId)])];
    if (!this.marks.isUnchanged(keys, verdict.mark)) return null;
    const { harborProjectId, askedAtMs } = verdict;
    return { harborProjectId, ageMs: this.clock.now().getTime() - askedAtMs };
  }

  /** As pullableProjectId of what is not the person's own, whatever Harbor said before. */
  async askAgain(personId: string | null, projectName: string): Promise<number | null> {
    const key = verdictKey(personId, projectName);
    const mark = this.marks.mark();
    const askedAtMs = this.clock.now().getTime();
    const harborProjectId = await this.askHarbor(personId, projectName);
    if (harborProjectId === null) this.verdicts.delete(key);
    else this.verdicts.set(key, { harborProjectId, askedAtMs, mark });
    return harborProjectId;
  }

  /** The id of the Harbor project of this name, whoever may pull from it; null: none. Believed for 30 s. */
  async findProjectId(projectName: string): Promise<number | null> {
    const seen = this.projectsSeen.get(projectName) ?? (await this.findProject(projectName));
    return seen?.id ?? null;
  }

  /**
   * The id of the Harbor project for what somebody who left had shared before, which stays as long as the membership
   * that was taken from him would have let him pull; null: he has not left, or was no member.
   */
  async leaversProjectId(personId: string | null, projectName: string): Promise<number | null> {
    if (personId === null || !(await this.offboarded.has(personId))) return null;
    return (await this.suspended.has(personId, projectName)) ? this.findProjectId(projectName) : null;
  }

  /** Whose signatures an image of the project needs to be pulled; what Harbor said is believed for 30 s. */
  async signaturesNeeded(projectName: string): Promise<readonly SignatureKind[]> {
    const seen = this.projectsSeen.get(projectName) ?? (await this.findProject(projectName));
    return seen?.signaturesNeeded ?? [];
  }

  /** The severity from which on Harbor lets nobody pull; null: no such limit. Believed for 30 s. */
  async vulnerabilityLimit(projectName: string): Promise<string | null> {
    const seen = this.projectsSeen.get(projectName) ?? (await this.findProject(projectName));
    return seen?.vulnerabilityLimit ?? null;
  }

  /** As vulnerabilityLimit, as Harbor said last, however long ago; null also where it was not asked. */
  recallVulnerabilityLimit(projectName: string): string | null {
    return this.vulnerabilityLimits.get(projectName) ?? null;
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

  /** A name that was only reserved is nobody's yet: Harbor may have a stranger's project under it. */
  private async ownProjectId(personId: string | null, projectName: string): Promise<number | null> {
    if (personId === null) return null;
    const project = await this.projects.findByName(projectName);
    return project?.ownerPersonId === personId ? project.harborProjectId : null;
  }

  private async findProject(name: string): Promise<HarborProject | null> {
    const found = await this.harbor.findProject(name);
    if (found !== null) this.projectsSeen.set(name, found);
    const limit = found?.vulnerabilityLimit ?? null;
    if (limit === null) this.vulnerabilityLimits.delete(name);
    else this.vulnerabilityLimits.set(name, limit);
    return found;
  }

  private async askHarbor(personId: string | null, projectName: string): Promise<number | null> {
    const project = await this.findProject(projectName);
    if (project === null) return null;
    if (project.isPublic) return project.id;
    const harborUserId = personId === null ? null : await this.accounts.findHarborUserId(personId);
    if (harborUserId === null) return null;
    const members = await this.harbor.listMembers(projectName);
    const isMember = members.some(
      ({ entityType, entityId }) => entityType === 'user' && entityId === harborUserId,
    );
    return isMember ? project.id : null;
  }
}

function verdictKey(personId: string | null, projectName: string): string {
  return `${personId ?? ''} ${projectName}`;
}
