import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AccountStandings, type AccountStanding } from '../../accounts/account-standings';
import type { Subject } from '../../audit/audit.service';
import { PersonsService } from '../../auth/persons.service';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborProject } from '../../harbor/harbor.types';
import {
  findDrifts,
  type Drift,
  type Observation,
  type RepairKind,
  type UserStanding,
  type WantedMember,
} from './drift';
import { memberOf } from '../members/memberships';
import { ObservedRules } from '../immutable-rules/observed-rules';
import { ProjectMember } from '../members/project-member.entity';
import type { Project } from '../project.entity';
import { ProjectWebhooks } from '../webhooks/project-webhooks.service';
import type { Pace } from './reconcile-pace';

/** Why a project is not compared: it was never finished, or its account is being made or changed now. */
export type NotCompared = 'unfinished' | 'busy';

export interface Comparison {
  drifts: Drift[];
  /** Persons by the username in a drift. */
  people: ReadonlyMap<string, Subject>;
  owner: Subject | null;
  /** Null: there is none, or another one. */
  inHarbor: HarborProject | null;
  /** Persons who are being removed and whom Harbor does not have any more. */
  left: string[];
}

interface Member extends WantedMember {
  personId: string;
  harborUsername: string;
}

interface People {
  members: Member[];
  offboardedUsers: Set<number>;
  owner: Subject | null;
}

/** Compares a project in Harbor with what it should be. Reads only. */
@Injectable()
export class DriftObserver {
  private readonly repairs: ReadonlySet<RepairKind>;

  constructor(
    @InjectRepository(ProjectMember) private readonly members: Repository<ProjectMember>,
    private readonly accounts: AccountStandings,
    private readonly persons: PersonsService,
    private readonly harbor: HarborClient,
    private readonly rules: ObservedRules,
    private readonly webhooks: ProjectWebhooks,
    @Inject(CONFIG) config: Config,
  ) {
    this.repairs = new Set(config.reconcile.repairs);
  }

  /** Throws on an outage of Harbor: then nothing was learned. */
  async compare(project: Project, pace: Pace): Promise<Comparison | NotCompared> {
    const { harborProjectId, ownerPersonId, visibility, quotaBytes } = project;
    if (harborProjectId === null || (project.kind === 'shared' && project.readyAt === null))
      return 'unfinished';
    if (ownerPersonId !== null && (await this.accounts.isBusy(ownerPersonId))) return 'busy';
    const people = await this.peopleOf(project);
    if (people === null) return 'unfinished';
    const { members, offboardedUsers, owner } = people;
    const observation = await this.observe(project, harborProjectId, members, pace);
    const wanted = { harborProjectId, visibility, quotaBytes, members, offboardedUsers };
    return {
      drifts: findDrifts(wanted, observation, this.repairs),
      people: new Map(members.map(({ username, personId }) => [username, { id: personId, username }])),
      owner,
      inHarbor: observation.state === 'ours' ? observation.project.inHarbor : null,
      left: observation.state === 'ours' ? whoLeft(members, observation.project.members) : [],
    };
  }

  /** Null while the owner's account is not finished. */
  private async peopleOf({ id, ownerPersonId }: Project): Promise<People | null> {
    const rows = await this.members.findBy({ projectId: id });
    const roles = new Map(rows.map(({ personId, wantedRole }) => [personId, wantedRole]));
    if (ownerPersonId !== null) roles.set(ownerPersonId, 'admin');
    const standings = await this.accounts.find([...roles.keys()]);
    const owned = ownerPersonId === null ? null : standings.get(ownerPersonId);
    if (owned === undefined || (owned !== null && !isStanding(owned))) return null;
    const persons = await this.persons.findByIds([...roles.keys()]);
    const members: Member[] = [];
    const offboardedUsers = new Set<number>();
    for (const [personId, role] of roles) {
      const person = persons.get(personId);
      const standing = standings.get(personId);
      if (person === undefined || standing === undefined || standing.harborUserId === null) continue;
      const { harborUserId, harborUsername } = standing;
      if (person.offboardedAt !== null) offboardedUsers.add(harborUserId);
      else members.push({ personId, username: person.username, harborUserId, harborUsername, role });
    }
    const owner = persons.get(ownerPersonId ?? '');
    return {
      members,
      offboardedUsers,
      owner: owner === undefined ? null : { id: owner.id, username: owner.username },
    };
  }

  private async observe(
    { name }: Project,
    harborProjectId: number,
    wanted: readonly Member[],
    pace: Pace,
  ): Promise<Observation> {
    await pace.turn();
    const inHarbor = await this.harbor.findProject(name);
    if (inHarbor === null) return { state: 'gone' };
    if (inHarbor.id !== harborProjectId) return { state: 'replaced' };
    await pace.turn();
    const members = await this.harbor.listMembers(name);
    await pace.turn();
    const rules = await this.rules.list(name);
    if (this.webhooks.areKept) await pace.turn();
    const webhook = await this.webhooks.observeState({ name, harborProjectId });
    await pace.turn();
    const quota = await this.harbor.findQuota(harborProjectId);
    const users = new Map<number, UserStanding>();
    for (const { role, harborUserId, harborUsername } of wanted) {
      if (role === 'none' || memberOf(members, harborUserId) !== null) continue;
      await pace.turn();
      users.set(harborUserId, await this.standingOf(harborUserId, harborUsername));
    }
    return { state: 'ours', project: { inHarbor, members, rules, webhook, quota, users } };
  }

  private async standingOf(harborUserId: number, harborUsername: string): Promise<UserStanding> {
    const found = await this.harbor.findUser(harborUsername);
    if (found === null) return 'gone';
    return found.id === harborUserId ? 'there' : 'replaced';
  }
}

function isStanding({ isReady, harborUserId }: AccountStanding): boolean {
  return isReady && harborUserId !== null;
}

function whoLeft(wanted: readonly Member[], seen: Parameters<typeof memberOf>[0]): string[] {
  return wanted
    .filter(({ role, harborUserId }) => role === 'none' && memberOf(seen, harborUserId) === null)
    .map(({ personId }) => personId);
}
