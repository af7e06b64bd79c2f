import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AccountsService } from '../../accounts/accounts.service';
import { OffboardedPersons } from '../../auth/offboarded-persons';
import { aboutPerson, aboutProject } from '../../changes/change-key';
import { ChangeMarks } from '../../changes/change-marks';
import { atMost } from '../../common/at-most';
import { Clock } from '../../common/clock';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborProject, SignatureKind } from '../../harbor/harbor.types';
import { ProjectsService } from '../../projects/projects.service';
import { SuspendedMemberships } from '../../projects/members/suspended-memberships.service';
import { askRight, type Puller, type RightAsks } from './run-right';

/** What Harbor said of a person and a project is believed this long, and longer only while it cannot be asked. */
const BELIEVED_MS = 30_000;
const MAX_VERDICTS = 50_000;

interface Verdict {
  /** Null: he may not. */
  harborProjectId: number | null;
  askedAtMs: number;
  /** Of before it was asked. */
  mark: number;
}

/** Who may pull from a project, as Harbor says. */
@Injectable()
export class ImageAccess {
  private readonly verdicts = new LRUCache<string, Verdict>(atMost(MAX_VERDICTS));
  private readonly projectsSeen = new LRUCache<string, HarborProject>({
    ...atMost(MAX_VERDICTS),
    ttl: BELIEVED_MS,
  });

  /** By project, as Harbor said last; null: it has none. */
  private readonly vulnerabilityLimits = new LRUCache<string, { severity: string | null }>(
    atMost(MAX_VERDICTS),
  );

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
    const right = await askRight({ personId, givers: [], sees: false }, this.asksAbout(projectName));
    return right?.harborProjectId ?? null;
  }

  /** Who may pull from the project; what Harbor said is believed for 30 s. */
  asksAbout(projectName: string): RightAsks {
    return {
      firstPuller: async (personIds) => this.firstPuller(personIds, projectName),
      firstLeaver: async (personIds) => this.firstLeaver(personIds, projectName),
      recall: (personId) => this.recall(personId, projectName)?.harborProjectId,
    };
  }

  /** What Harbor last said of it, when it said yes and Berth changed nothing about it since. Asks nobody. */
  recall(personId: string | null, projectName: string): { harborProjectId: number; ageMs: number } | null {
    const verdict = this.verdictOf(personId, projectName);
    if (verdict === null || verdict.harborProjectId === null) return null;
    return { harborProjectId: verdict.harborProjectId, ageMs: this.ageMs(verdict) };
  }

  /** As recall, also when it said no; undefined: it did not say. */
  known(personId: string | null, projectName: string): { mayPull: boolean; ageMs: number } | undefined {
    const verdict = this.verdictOf(personId, projectName);
    return verdict === null
      ? undefined
      : { mayPull: verdict.harborProjectId !== null, ageMs: this.ageMs(verdict) };
  }

  /**
   * The first of these whom Harbor lets pull now, all asked about at once; null: none.
   * @throws DomainError outages of Harbor
   */
  async askAgain(personIds: readonly (string | null)[], projectName: string): Promise<Puller | null> {
    const mark = this.marks.mark();
    const askedAtMs = this.clock.now().getTime();
    const { harborProjectId, pullers } = await this.askHarbor(personIds, projectName);
    for (const personId of personIds) {
      const verdict = { harborProjectId: pullers.has(personId) ? harborProjectId : null, askedAtMs, mark };
      this.verdicts.set(verdictKey(personId, projectName), verdict);
    }
    const first = personIds.find((personId) => pullers.has(personId));
    return first === undefined ? null : { personId: first, harborProjectId };
  }

  /**
   * The first of these who left and whose membership, which was taken from him for that, would have let him pull:
   * what he had shared before stays. Null: none.
   */
  async firstLeaver(personIds: readonly string[], projectName: string): Promise<Puller | null> {
    for (const personId of personIds) {
      if (!(await this.offboarded.has(personId)) || !(await this.suspended.has(personId, projectName)))
        continue;
      const harborProjectId = await this.findProjectId(projectName);
      if (harborProjectId !== null) return { personId, harborProjectId };
    }
    return null;
  }

  /** The id of the Harbor project of this name, whoever may pull from it; null: none. Believed for 30 s. */
  async findProjectId(projectName: string): Promise<number | null> {
    const seen = this.projectsSeen.get(projectName) ?? (await this.findProject(projectName));
    return seen?.id ?? null;
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
    return this.vulnerabilityLimits.get(projectName)?.severity ?? null;
  }

  private verdictOf(personId: string | null, projectName: string): Verdict | null {
    const verdict = this.verdicts.get(verdictKey(personId, projectName));
    if (verdict === undefined) return null;
    const keys = [aboutProject(projectName), ...(personId === null ? [] : [aboutPerson(personId)])];
    return this.marks.isUnchanged(keys, verdict.mark) ? verdict : null;
  }

  private ageMs({ askedAtMs }: Verdict): number {
    return this.clock.now().getTime() - askedAtMs;
  }

  private async firstPuller(
    personIds: readonly (string | null)[],
    projectName: string,
  ): Promise<Puller | null> {
    const owner = await this.findOwner(projectName);
    if (owner !== null && personIds.includes(owner.personId)) return owner;
    for (const personId of personIds) {
      const before = this.recall(personId, projectName);
      if (before !== null && before.ageMs < BELIEVED_MS) {
        return { personId, harborProjectId: before.harborProjectId };
      }
    }
    return this.askAgain(personIds, projectName);
  }

  /** A name that was only reserved is nobody's yet: Harbor may have a stranger's project under it. */
  private async findOwner(projectName: string): Promise<Puller | null> {
    const { ownerPersonId = null, harborProjectId = null } =
      (await this.projects.findByName(projectName)) ?? {};
    return ownerPersonId === null || harborProjectId === null
      ? null
      : { personId: ownerPersonId, harborProjectId };
  }

  private async findProject(name: string): Promise<HarborProject | null> {
    const found = await this.harbor.findProject(name);
    if (found === null) return null;
    this.projectsSeen.set(name, found);
    const { vulnerabilityLimit: severity } = found;
    if (this.vulnerabilityLimits.get(name)?.severity !== severity) {
      await this.projects.noteVulnerabilityLimit(name, found);
      this.vulnerabilityLimits.set(name, { severity });
    }
    return found;
  }

  private async askHarbor(
    personIds: readonly (string | null)[],
    projectName: string,
  ): Promise<{ harborProjectId: number; pullers: ReadonlySet<string | null> }> {
    const project = await this.findProject(projectName);
    if (project === null) return { harborProjectId: 0, pullers: new Set() };
    const { id: harborProjectId } = project;
    if (project.isPublic) return { harborProjectId, pullers: new Set(personIds) };
    const known = personIds.filter((personId) => personId !== null);
    const users = await this.accounts.findHarborUserIds(known);
    if (users.size === 0) return { harborProjectId, pullers: new Set() };
    const members = await this.harbor.listMembers(projectName);
    const memberIds = new Set(
      members.flatMap(({ entityType, entityId }) => (entityType === 'user' ? [entityId] : [])),
    );
    const pullers = known.filter((personId) => memberIds.has(users.get(personId) ?? 0));
    return { harborProjectId, pullers: new Set(pullers) };
  }
}

function verdictKey(personId: string | null, projectName: string): string {
  return `${personId ?? ''} ${projectName}`;
}
