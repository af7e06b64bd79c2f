import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import type { Person } from '../auth/person.entity';
import { PersonsService } from '../auth/persons.service';
import { aboutProject } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborMember } from '../harbor/harbor.types';
import { type ProjectLease, ProjectLeases } from '../projects/project-lease';
import { ProjectPrograms, type ProjectProgramsSeen } from '../projects/project-programs.service';
import { Project } from '../projects/project.entity';
import { ProjectWebhooks } from '../projects/webhooks/project-webhooks.service';
import { ProjectsService } from '../projects/projects.service';
import { Account } from './account.entity';
import { AdoptionOwner } from './adoption-owner';
import {
  adoptedQuotaBytes,
  adoptionChanges,
  foreignMembers,
  userMember,
  type AdoptionChange,
  type ProjectFacts,
  type ProjectTarget,
} from './adoption-plan';

export interface ProjectAdoption {
  project: string;
  kind: 'personal' | 'shared';
  /** The username of the owner; null of a shared project. */
  owner: string | null;
  harborProjectId: number;
  changes: AdoptionChange[];
  /** What others have in it: it stays, and somebody should look at it. */
  foreign: ProjectProgramsSeen & { members: HarborMember[] };
}

interface Plan {
  adoption: ProjectAdoption;
  facts: ProjectFacts;
  target: ProjectTarget;
  owner: Person | null;
  /** What Berth knows of the project already. */
  known: Project | null;
}

/** Makes Berth keep a project in Harbor that it did not make. */
@Injectable()
export class ProjectAdoptions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly owners: AdoptionOwner,
    private readonly persons: PersonsService,
    private readonly projects: ProjectsService,
    private readonly webhooks: ProjectWebhooks,
    private readonly leases: ProjectLeases,
    private readonly programs: ProjectPrograms,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What an adoption would change, and what others have in the project. Reads only.
   * @param ownerName whose personal project it becomes; without one, as Berth knows it, or a shared one
   * @throws DomainError not-found `project.not-found`, `person.not-found`; conflict `project.owned`,
   *   `project.exists`, `project.owner-has-one`, `person.offboarded`; outages of Harbor and the directory
   */
  async plan(projectName: string, ownerName: string | undefined): Promise<ProjectAdoption> {
    return (await this.look(projectName, ownerName)).adoption;
  }

  /** Does what `plan` lists; cut off in the middle, the same call goes on. @throws as plan; conflict `project.busy` */
  async adopt(
    admin: PersonCaller,
    projectName: string,
    ownerName: string | undefined,
  ): Promise<ProjectAdoption> {
    const attempted = { actor: admin, action: 'project.adopted', target: projectName } as const;
    return this.audit.attempt(attempted, async () => {
      const plan = await this.look(projectName, ownerName);
      const projectId = plan.known?.id ?? (await this.add(admin, plan));
      await this.leases.hold(projectId, async (lease, project) => {
        if (project.harborProjectId !== plan.facts.inHarbor.id) await this.record(admin, plan, lease);
        await this.settle(plan, lease);
        if (project.readyAt === null && plan.target.kind === 'shared')
          await lease.write({ readyAt: this.clock.now() });
      });
      return plan.adoption;
    });
  }

  private async look(projectName: string, ownerName: string | undefined): Promise<Plan> {
    const known = await this.projects.findByName(projectName);
    const inHarbor = await this.harbor.findProject(projectName);
    if (inHarbor === null) throw new DomainError('not-found', 'project.not-found');
    const owner = await this.ownerOf(projectName, known, ownerName);
    const account =
      owner === null ? null : await this.dataSource.manager.findOneBy(Account, { personId: owner.id });
    const ownerUserId = account?.harborUserId ?? null;
    const made = { name: projectName, harborProjectId: inHarbor.id };
    const facts: ProjectFacts = {
      inHarbor,
      quota: await this.harbor.findQuota(inHarbor.id),
      members: await this.harbor.listMembers(projectName),
      isTagRuleOn: (await this.projects.observeTagRule(projectName)).need === 'nothing',
      isWebhookOn: (await this.webhooks.observe(made)).need === 'nothing',
    };
    const isOurs = known?.harborProjectId === inHarbor.id;
    const { defaultQuotaBytes } = this.config.accounts;
    const target: ProjectTarget = {
      kind: owner === null ? 'shared' : 'personal',
      recordedId: known?.harborProjectId ?? null,
      quotaBytes: isOurs ? known.quotaBytes : adoptedQuotaBytes(facts.quota, defaultQuotaBytes),
      ownerUser:
        account === null || ownerUserId === null
          ? null
          : { id: ownerUserId, username: account.harborUsername },
    };
    const own = [await this.harbor.ownerOfMadeProjects(), ...(ownerUserId === null ? [] : [ownerUserId])];
    const programs = await this.programs.observe(projectName, inHarbor.id);
    const adoption: ProjectAdoption = {
      project: projectName,
      kind: target.kind,
      owner: owner?.username ?? null,
      harborProjectId: inHarbor.id,
      changes: adoptionChanges(facts, target),
      foreign: { ...programs, members: foreignMembers(facts.members, own) },
    };
    return { adoption, facts, target, owner, known };
  }

  private async ownerOf(
    projectName: string,
    known: Project | null,
    ownerName: string | undefined,
  ): Promise<Person | null> {
    const ownerId = known?.ownerPersonId ?? null;
    if (ownerName === undefined) return ownerId === null ? null : this.persons.get(ownerId);
    const owner = await this.owners.get(ownerName);
    if (known?.kind === 'shared')
      throw new DomainError('conflict', 'project.exists', { project: projectName });
    if (ownerId !== null && ownerId !== owner.id) {
      const { username } = await this.persons.get(ownerId);
      throw new DomainError('conflict', 'project.owned', { project: projectName, owner: username });
    }
    const personal = await this.projects.findPersonal(owner.id);
    if (personal !== null && personal.name !== projectName) {
      throw new DomainError('conflict', 'project.owner-has-one', {
        owner: owner.username,
        project: personal.name,
      });
    }
    return owner;
  }

  /** @returns the id of the new project */
  private async add(admin: PersonCaller, plan: Plan): Promise<string> {
    const { adoption, facts, target, owner } = plan;
    const id = uuidv7();
    try {
      await this.dataSource.transaction(async (manager) => {
        await manager.insert(Project, {
          id,
          name: adoption.project,
          kind: target.kind,
          ownerPersonId: owner?.id ?? null,
          visibility: visibilityOf(plan),
          description: '',
          quotaBytes: target.quotaBytes,
          harborProjectId: facts.inHarbor.id,
          intentAt: null,
          readyAt: null,
          leaseToken: null,
          leaseUntil: null,
          version: 1,
          createdAt: this.clock.now(),
        });
        await this.audit.record(manager, admin, 'project.adopted', targetOf(plan), owner ?? undefined);
        await this.changes.record(manager, aboutProject(plan.adoption.project));
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new DomainError('conflict', 'project.exists', { project: adoption.project }, { cause: error });
    }
    return id;
  }

  private async record(admin: PersonCaller, plan: Plan, lease: ProjectLease): Promise<void> {
    await lease.transaction(async (manager) => {
      const { facts, target, owner } = plan;
      await lease.write(
        {
          harborProjectId: facts.inHarbor.id,
          intentAt: null,
          quotaBytes: target.quotaBytes,
          visibility: visibilityOf(plan),
        },
        manager,
      );
      await this.audit.record(manager, admin, 'project.adopted', targetOf(plan), owner ?? undefined);
      await this.changes.record(manager, aboutProject(plan.adoption.project));
    });
  }

  /** The tag rule first: from then on nothing moves. */
  private async settle({ adoption, facts, target }: Plan, lease: ProjectLease): Promise<void> {
    const { project, changes } = adoption;
    const stillMine = async (): Promise<void> => lease.renew();
    const isChanged = (what: AdoptionChange['what']): boolean => changes.some((one) => one.what === what);
    const need = await this.projects.observeTagRule(project);
    if (need.need !== 'nothing') await this.projects.setTagRule(project, need, stillMine);
    await this.webhooks.ensure({ name: project, harborProjectId: facts.inHarbor.id }, stillMine);
    if (isChanged('visibility')) {
      await lease.renew();
      await this.harbor.setProjectPublic(project, false);
    }
    if (isChanged('quota') && facts.quota !== null) {
      await lease.renew();
      await this.harbor.setQuota(facts.quota.id, target.quotaBytes);
    }
    if (target.ownerUser === null || !isChanged('membership')) return;
    const { id } = target.ownerUser;
    const member = userMember(await this.harbor.listMembers(project), id);
    if (member?.role === 'admin') return;
    await lease.renew();
    if (member === null) await this.harbor.addMember(project, id, 'admin');
    else await this.harbor.setMemberRole(project, member.id, 'admin');
  }
}

function visibilityOf({ facts, target }: Plan): 'private' | 'public' {
  return target.kind === 'shared' && facts.inHarbor.isPublic ? 'public' : 'private';
}

function targetOf({ adoption: { project, harborProjectId, owner } }: Plan): string {
  return [project, harborProjectId, owner ?? 'shared'].join(' ');
}
