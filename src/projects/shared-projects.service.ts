import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, type DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AccountsService } from '../accounts/accounts.service';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { aboutProject } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError, isDomainError } from '../common/errors';
import { requireFresh } from '../common/etag';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborProject } from '../harbor/harbor.types';
import { DriftRecords } from './drift/drift-records.service';
import { Memberships } from './members/memberships';
import { type ProjectLease, ProjectLeases } from './project-lease';
import { ProjectMember } from './members/project-member.entity';
import { sharedNameRefusal } from './project-name';
import { ProjectRoles } from './project-roles';
import { Project, type Visibility } from './project.entity';
import { ProjectWebhooks } from './webhooks/project-webhooks.service';
import { ProjectsService } from './projects.service';
import { QuotaRequest } from './quota/quota-request.entity';
import { QuotaService } from './quota/quota.service';

export interface NewProject {
  name: string;
  visibility: Visibility;
  /** The configured default when left out. */
  quotaBytes?: number;
  description: string;
}

export interface ProjectChange {
  visibility?: Visibility;
  description?: string;
  quotaBytes?: number;
}

/** So many repositories are named when a project cannot be deleted. */
const NAMED_REPOSITORIES = 5;

/** Making, changing and deleting projects by hand. A personal project is made with its account. */
@Injectable()
export class SharedProjectsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly projects: ProjectsService,
    private readonly webhooks: ProjectWebhooks,
    private readonly roles: ProjectRoles,
    private readonly leases: ProjectLeases,
    private readonly memberships: Memberships,
    private readonly quotas: QuotaService,
    private readonly drifts: DriftRecords,
    private readonly accounts: AccountsService,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Makes a project with the tag rule, and the caller its admin. What was cut off goes on with the same call by the
   * same person, or by an admin of Berth.
   * @throws DomainError forbidden `project.making-forbidden`, `project.quota-too-large`; invalid `project.name`,
   *   `project.name-reserved`; conflict `project.exists`, `project.name-not-owned`, `project.replaced`,
   *   `project.busy`, as AccountsService.ensureUser; outages of Harbor
   */
  async create(caller: PersonCaller, wanted: NewProject): Promise<Project> {
    const attempted = { actor: caller, action: 'project.created', target: wanted.name } as const;
    return this.audit.attempt(attempted, () => this.createNow(caller, wanted));
  }

  /**
   * @param ifMatch the ETag that the caller read, so that nobody's change meanwhile is overwritten
   * @throws DomainError as ProjectRoles.require; forbidden `project.quota-by-admins`; stale `request.stale`; conflict
   *   `project.personal`, `project.no-quota`, `project.busy`, as ProjectsService.observe; outages of Harbor
   */
  async change(
    caller: PersonCaller,
    projectName: string,
    change: ProjectChange,
    ifMatch: string | undefined,
  ): Promise<void> {
    const attempted = { actor: caller, action: 'project.changed', target: projectName } as const;
    await this.audit.attempt(attempted, () => this.changeNow(caller, projectName, change, ifMatch));
  }

  /**
   * Deletes an empty shared project, here and in Harbor. Nothing happens when it is not there or not the caller's to
   * see.
   * @throws DomainError forbidden `project.role-too-low`; conflict `project.personal`, `project.not-empty`,
   *   `project.replaced`, `project.busy`; outages of Harbor
   */
  async delete(caller: PersonCaller, projectName: string): Promise<void> {
    const attempted = { actor: caller, action: 'project.deleted', target: projectName } as const;
    await this.audit.attempt(attempted, () => this.deleteNow(caller, projectName));
  }

  private async createNow(caller: PersonCaller, wanted: NewProject): Promise<Project> {
    this.requireMaker(caller, wanted);
    requireName(wanted.name, this.config.accounts.projectPrefix);
    await this.refuseTaken(caller, wanted.name);
    await this.accounts.ensureUser(caller, caller);
    const { id } = await this.reserve(caller, wanted);
    return this.leases.hold(id, async (lease, project) => {
      if (project.readyAt !== null) throw exists(project.name);
      const settings = settingsOf(wanted, this.config);
      await lease.write(settings);
      Object.assign(project, settings);
      await this.make(project, lease);
      const readyAt = this.clock.now();
      await lease.transaction(async (manager) => {
        await lease.write({ readyAt }, manager);
        const target = `${project.name} ${project.visibility} ${project.quotaBytes}`;
        await this.audit.record(manager, caller, 'project.created', target);
        await this.changes.record(manager, aboutProject(project.name));
      });
      return { ...project, readyAt };
    });
  }

  private async changeNow(
    caller: PersonCaller,
    projectName: string,
    change: ProjectChange,
    ifMatch: string | undefined,
  ): Promise<void> {
    const project = await this.roles.require(caller, projectName, 'admin');
    if (change.visibility === 'public') refusePersonal(project);
    if (change.quotaBytes !== undefined && !caller.isAdmin) {
      throw new DomainError('forbidden', 'project.quota-by-admins', { project: projectName });
    }
    await this.leases.hold(project.id, async (lease, held) => {
      requireFresh(ifMatch, held.version);
      const wanted = { ...settingsOf(held, this.config), ...definedOf(change) };
      const changedInHarbor = await this.settle(held, change, lease);
      if (!changedInHarbor && isSame(held, wanted)) return;
      await lease.transaction(async (manager) => {
        await lease.write({ ...wanted, version: held.version + 1 }, manager);
        if (change.visibility !== undefined) await this.drifts.settled(manager, held.id, 'visibility');
        if (change.quotaBytes !== undefined) await this.drifts.settled(manager, held.id, 'quota');
        const target = `${projectName} ${wanted.visibility} ${wanted.quotaBytes}`;
        await this.audit.record(manager, caller, 'project.changed', target);
        await this.changes.record(manager, aboutProject(projectName));
      });
    });
  }

  private async deleteNow(caller: PersonCaller, projectName: string): Promise<void> {
    const project = await this.findToDelete(caller, projectName);
    if (project === null) return;
    refusePersonal(project);
    await this.leases.hold(project.id, async (lease, held) => {
      const found = await this.projects.findOwn(held);
      if (found !== null) await this.deleteInHarbor(found, lease);
      await lease.transaction(async (manager) => {
        await manager.delete(ProjectMember, { projectId: held.id });
        await manager.delete(QuotaRequest, { projectId: held.id });
        await this.drifts.forget(manager, held.id);
        await manager.delete(Project, { id: held.id });
        await this.audit.record(manager, caller, 'project.deleted', projectName);
        await this.changes.record(manager, aboutProject(projectName));
      });
    });
  }

  /** @throws DomainError forbidden `project.making-forbidden`, `project.quota-too-large` */
  private requireMaker(caller: PersonCaller, { name, quotaBytes }: NewProject): void {
    if (caller.isAdmin) return;
    if (!this.config.projects.byPersons) throw new DomainError('forbidden', 'project.making-forbidden');
    const limitBytes = this.config.accounts.defaultQuotaBytes;
    if ((quotaBytes ?? 0) <= limitBytes) return;
    throw new DomainError('forbidden', 'project.quota-too-large', { limitBytes, project: name });
  }

  private async refuseTaken(caller: PersonCaller, name: string): Promise<void> {
    const existing = await this.projects.findByName(name);
    if (existing !== null && !(await this.mayGoOn(caller, existing))) throw exists(name);
  }

  /** Is this a making that was cut off, and the caller's to finish? */
  private async mayGoOn(caller: PersonCaller, project: Project): Promise<boolean> {
    if (project.kind !== 'shared' || project.readyAt !== null) return false;
    if (caller.isAdmin) return true;
    const row = { projectId: project.id, personId: caller.personId, wantedRole: 'admin' } as const;
    return this.dataSource.manager.existsBy(ProjectMember, row);
  }

  /** The name and its first admin are written down before the first write to Harbor; a unique key keeps it single. */
  private async reserve(caller: PersonCaller, wanted: NewProject): Promise<Project> {
    const now = this.clock.now();
    const project = this.dataSource.manager.create(Project, {
      id: uuidv7(),
      name: wanted.name,
      kind: 'shared',
      ownerPersonId: null,
      ...settingsOf(wanted, this.config),
      harborProjectId: null,
      intentAt: null,
      readyAt: null,
      leaseToken: null,
      leaseUntil: null,
      version: 1,
      createdAt: now,
    });
    try {
      await this.dataSource.transaction(async (manager) => {
        await manager.insert(Project, project);
        await manager.insert(ProjectMember, {
          id: uuidv7(),
          projectId: project.id,
          personId: caller.personId,
          wantedRole: 'admin',
          seenRole: null,
          updatedAt: now,
        });
      });
      return project;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const existing = await this.projects.findByName(wanted.name);
      if (existing === null || !(await this.mayGoOn(caller, existing))) throw exists(wanted.name);
      return existing;
    }
  }

  private async make(project: Project, lease: ProjectLease): Promise<void> {
    const begunBefore = project.intentAt !== null || project.harborProjectId !== null;
    try {
      await this.projects.ensure(project, () => lease.renew());
    } catch (error) {
      const taken = error instanceof DomainError && error.code === 'project.name-not-owned';
      await this.forgetUnbegun(project.id, taken, lease);
      throw error;
    }
    if (begunBefore) await this.quotas.settleWhereKept(project, project.quotaBytes, lease);
    await this.settleWebhook(project, lease);
    await this.settleMembers(project, lease);
    if (!begunBefore && project.visibility === 'private') return;
    await this.settleVisibility(await this.projects.observe(project), project.visibility, lease);
  }

  private async settleWebhook({ name, harborProjectId }: Project, lease: ProjectLease): Promise<void> {
    if (harborProjectId === null) throw new Error(`project ${name} was not made`);
    await this.webhooks.ensure({ name, harborProjectId }, async () => lease.renew());
  }

  /** Where nothing was made in Harbor, nothing stays here. `taken`: the name is another's there. */
  private async forgetUnbegun(id: string, taken: boolean, lease: ProjectLease): Promise<void> {
    await lease.transaction(async (manager) => {
      const unbegun = { id, readyAt: IsNull(), harborProjectId: IsNull() };
      const { affected } = await manager.delete(
        Project,
        taken ? unbegun : { ...unbegun, intentAt: IsNull() },
      );
      if (affected === 1) await manager.delete(ProjectMember, { projectId: id });
    });
  }

  /** The first admin; whoever else was given a role while the project was not finished. */
  private async settleMembers(project: Project, lease: ProjectLease): Promise<void> {
    const rows = await this.dataSource.manager.findBy(ProjectMember, { projectId: project.id });
    for (const { id, personId, wantedRole } of rows) {
      const harborUserId = await this.accounts.findHarborUserId(personId);
      if (harborUserId === null || wantedRole === 'none') continue;
      await this.memberships.settle(project.name, harborUserId, wantedRole, lease);
      await lease.transaction(async (manager) => {
        await manager.update(ProjectMember, { id }, { seenRole: wantedRole, updatedAt: this.clock.now() });
      });
    }
  }

  /** @returns whether Harbor was changed */
  private async settle(project: Project, change: ProjectChange, lease: ProjectLease): Promise<boolean> {
    const { visibility, quotaBytes } = change;
    const quotaChanged =
      quotaBytes !== undefined && (await this.quotas.settle(project, quotaBytes, lease)).changed;
    if (visibility === undefined) return quotaChanged;
    const observed = await this.projects.observe(project);
    return (await this.settleVisibility(observed, visibility, lease)) || quotaChanged;
  }

  private async settleVisibility(
    observed: HarborProject,
    visibility: Visibility,
    lease: ProjectLease,
  ): Promise<boolean> {
    if (observed.isPublic === (visibility === 'public')) return false;
    await lease.renew();
    await this.harbor.setProjectPublic(observed.name, visibility === 'public');
    return true;
  }

  private async findToDelete(caller: PersonCaller, projectName: string): Promise<Project | null> {
    try {
      return await this.roles.require(caller, projectName, 'admin');
    } catch (error) {
      if (isDomainError(error, 'not-found')) return null;
      const project = await this.findGone(error, projectName);
      if (project === null || (await this.roles.findGiven(project, caller.personId)) !== 'admin') throw error;
      return project;
    }
  }

  /** Of a project that somebody deleted in Harbor, nobody has a role there. */
  private async findGone(error: unknown, projectName: string): Promise<Project | null> {
    const isGone = error instanceof DomainError && error.code === 'project.gone';
    return isGone ? this.projects.findByName(projectName) : null;
  }

  private async deleteInHarbor({ name, repositoryCount }: HarborProject, lease: ProjectLease): Promise<void> {
    if (repositoryCount > 0) throw await this.notEmpty(name);
    await lease.renew();
    if ((await this.harbor.deleteProject(name)) === 'not-empty') throw await this.notEmpty(name);
  }

  private async notEmpty(name: string): Promise<DomainError> {
    const { items, hasMore } = await this.harbor.listRepositories(name, 1);
    if (items.length === 0) return new DomainError('conflict', 'harbor.changed');
    const named = items.slice(0, NAMED_REPOSITORIES).map((repository) => repository.name);
    return new DomainError('conflict', 'project.not-empty', {
      project: name,
      count: hasMore ? `${items.length}+` : items.length,
      repositories: `${named.join(', ')}${items.length > named.length ? ', …' : ''}`,
    });
  }
}

type Settings = Pick<Project, 'visibility' | 'description' | 'quotaBytes'>;

function settingsOf(wanted: NewProject | Project, config: Config): Settings {
  return {
    visibility: wanted.visibility,
    description: wanted.description,
    quotaBytes: wanted.quotaBytes ?? config.accounts.defaultQuotaBytes,
  };
}

function definedOf({ visibility, description, quotaBytes }: ProjectChange): Partial<Settings> {
  return {
    ...(visibility === undefined ? {} : { visibility }),
    ...(description === undefined ? {} : { description }),
    ...(quotaBytes === undefined ? {} : { quotaBytes }),
  };
}

function isSame(project: Settings, wanted: Settings): boolean {
  return (
    project.visibility === wanted.visibility &&
    project.description === wanted.description &&
    project.quotaBytes === wanted.quotaBytes
  );
}

function requireName(name: string, prefix: string): void {
  const refusal = sharedNameRefusal(name, prefix);
  if (refusal === null) return;
  const code = refusal === 'reserved' ? 'project.name-reserved' : 'project.name';
  throw new DomainError(
    'invalid',
    code,
    { prefix },
    { errors: [{ pointer: '/name', code, params: { prefix } }] },
  );
}

function refusePersonal({ kind, name }: Project): void {
  if (kind === 'personal') throw new DomainError('conflict', 'project.personal', { project: name });
}

function exists(project: string): DomainError {
  return new DomainError('conflict', 'project.exists', { project });
}
