import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../../audit/audit.service';
import type { PersonCaller } from '../../auth/caller';
import { PersonsService } from '../../auth/persons.service';
import { Clock } from '../../common/clock';
import { DomainError } from '../../common/errors';
import { isUniqueViolation } from '../../database/database-errors';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import { DriftRecords } from '../drift/drift-records.service';
import { ProjectRoles } from '../project-roles';
import type { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';
import { QuotaRequest, type QuotaRequestState } from './quota-request.entity';
import { QuotaService } from './quota.service';

/** A request as people read it. */
export interface QuotaRequestView {
  request: QuotaRequest;
  project: string;
  askedBy: string;
  decidedBy: string | null;
}

/** Of all projects, or of one. */
export interface QuotaRequestFilter {
  projectName?: string;
  state?: QuotaRequestState;
}

/** People of a project ask for more room, and an admin of Berth decides. */
@Injectable()
export class QuotaRequestsService {
  constructor(
    @InjectRepository(QuotaRequest) private readonly requests: Repository<QuotaRequest>,
    private readonly projects: ProjectsService,
    private readonly roles: ProjectRoles,
    private readonly quotas: QuotaService,
    private readonly leases: ProjectLeases,
    private readonly persons: PersonsService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly drifts: DriftRecords,
  ) {}

  /**
   * @throws DomainError as ProjectRoles.require; invalid `project.quota-not-more`; conflict `quota-request.open`
   */
  async ask(
    caller: PersonCaller,
    projectName: string,
    { quotaBytes, reason }: { quotaBytes: number; reason: string },
  ): Promise<QuotaRequestView> {
    const project = await this.roles.require(caller, projectName, 'developer');
    if (quotaBytes <= project.quotaBytes) throw notMore(project);
    const request = this.requests.create({
      id: uuidv7(),
      projectId: project.id,
      openProjectId: project.id,
      personId: caller.personId,
      quotaBytes,
      reason,
      state: 'open',
      note: null,
      decidedByPersonId: null,
      decidedAt: null,
      createdAt: this.clock.now(),
    });
    try {
      await this.requests.manager.transaction(async (manager) => {
        await manager.insert(QuotaRequest, request);
        await this.audit.record(manager, caller, 'project.quota-requested', `${projectName} ${quotaBytes}`);
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'uq_quota_requests_open')) throw error;
      const open = await this.requests.findOneBy({ openProjectId: project.id });
      throw new DomainError('conflict', 'quota-request.open', { quotaBytes: open?.quotaBytes ?? '' });
    }
    return this.view(request);
  }

  /**
   * Newest first, after the request with the id `afterId`.
   * @throws DomainError as ProjectRoles.require, where a project is named
   */
  async list(
    caller: PersonCaller,
    filter: QuotaRequestFilter,
    afterId: string | null,
    limit: number,
  ): Promise<QuotaRequestView[]> {
    const where = await this.where(caller, filter);
    const found = await this.requests.find({
      where: { ...where, ...(afterId === null ? {} : { id: LessThan(afterId) }) },
      order: { id: 'DESC' },
      take: limit,
    });
    return this.views(found);
  }

  async count(caller: PersonCaller, filter: QuotaRequestFilter): Promise<number> {
    return this.requests.countBy(await this.where(caller, filter));
  }

  /** @throws DomainError as ProjectRoles.require; not-found `quota-request.not-found` */
  async get(caller: PersonCaller, projectName: string, id: string): Promise<QuotaRequestView> {
    const project = await this.roles.require(caller, projectName, 'developer');
    return this.view(await this.find(project, id));
  }

  /**
   * Gives the project what was asked for, or leaves it what it has when that is more. After a crash the same call
   * finishes it; granting again what was granted changes nothing.
   * @throws DomainError not-found; conflict `quota-request.decided`, as QuotaService.settle; outages of Harbor
   */
  async grant(
    caller: PersonCaller,
    projectName: string,
    id: string,
    note: string | null,
  ): Promise<QuotaRequestView> {
    return this.decide(caller, projectName, id, 'granted', async (project, request, lease) => {
      const quotaBytes = Math.max(request.quotaBytes, project.quotaBytes);
      await this.quotas.settle(project, quotaBytes, lease);
      await lease.transaction(async (manager) => {
        await this.close(manager, request, caller, 'granted', note);
        await lease.write({ quotaBytes, version: project.version + 1 }, manager);
        await this.drifts.settled(manager, project.id, 'quota');
        await this.audit.record(manager, caller, 'project.quota-granted', `${projectName} ${quotaBytes}`);
      });
    });
  }

  /** Needs no Harbor. @throws DomainError not-found; conflict `quota-request.decided` */
  async decline(
    caller: PersonCaller,
    projectName: string,
    id: string,
    note: string | null,
  ): Promise<QuotaRequestView> {
    return this.decide(caller, projectName, id, 'declined', async (_project, request, lease) => {
      await lease.transaction(async (manager) => {
        await this.close(manager, request, caller, 'declined', note);
        const target = `${projectName} ${request.quotaBytes}`;
        await this.audit.record(manager, caller, 'project.quota-declined', target);
      });
    });
  }

  private async decide(
    caller: PersonCaller,
    projectName: string,
    id: string,
    decision: 'granted' | 'declined',
    work: (project: Project, request: QuotaRequest, lease: ProjectLease) => Promise<void>,
  ): Promise<QuotaRequestView> {
    const project = await this.projects.findByName(projectName);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    const { quotaBytes } = await this.find(project, id);
    const target = `${projectName} ${quotaBytes}`;
    await this.audit.attempt({ actor: caller, action: `project.quota-${decision}`, target }, () =>
      this.leases.hold(project.id, async (lease, held) => {
        const request = await this.find(held, id);
        if (request.state === decision) return;
        if (request.state !== 'open') {
          throw new DomainError('conflict', 'quota-request.decided', { state: request.state });
        }
        await work(held, request, lease);
      }),
    );
    return this.view(await this.find(project, id));
  }

  private async close(
    manager: EntityManager,
    { id }: QuotaRequest,
    { personId }: PersonCaller,
    state: 'granted' | 'declined',
    note: string | null,
  ): Promise<void> {
    await manager.update(
      QuotaRequest,
      { id },
      { state, note, openProjectId: null, decidedByPersonId: personId, decidedAt: this.clock.now() },
    );
  }

  private async where(
    caller: PersonCaller,
    { projectName, state }: QuotaRequestFilter,
  ): Promise<{ projectId?: string; state?: QuotaRequestState }> {
    const project =
      projectName === undefined ? null : await this.roles.require(caller, projectName, 'developer');
    return {
      ...(project === null ? {} : { projectId: project.id }),
      ...(state === undefined ? {} : { state }),
    };
  }

  private async find(project: Project, id: string): Promise<QuotaRequest> {
    const found = await this.requests.findOneBy({ id, projectId: project.id });
    if (found === null) {
      throw new DomainError('not-found', 'quota-request.not-found', { project: project.name });
    }
    return found;
  }

  private async view(request: QuotaRequest): Promise<QuotaRequestView> {
    const [view] = await this.views([request]);
    if (view === undefined) throw new Error(`quota request ${request.id} cannot be shown`);
    return view;
  }

  private async views(requests: readonly QuotaRequest[]): Promise<QuotaRequestView[]> {
    const names = await this.projects.findNames(requests.map(({ projectId }) => projectId));
    const persons = await this.persons.findByIds(
      requests.flatMap(({ personId, decidedByPersonId }) => [personId, decidedByPersonId ?? []].flat()),
    );
    return requests.map((request) => ({
      request,
      project: names.get(request.projectId) ?? '',
      askedBy: persons.get(request.personId)?.username ?? '',
      decidedBy: persons.get(request.decidedByPersonId ?? '')?.username ?? null,
    }));
  }
}

function notMore(project: Project): DomainError {
  const params = { limitBytes: project.quotaBytes };
  const code = 'project.quota-not-more';
  return new DomainError('invalid', code, params, { errors: [{ pointer: '/quotaBytes', code, params }] });
}
