import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Not, type Repository } from 'typeorm';
import { AuditService, type Actor } from '../../audit/audit.service';
import { aboutProject } from '../../changes/change-key';
import { Changes } from '../../changes/changes';
import { Clock } from '../../common/clock';
import type { Drift } from './drift';
import { DriftObserver, type Comparison, type NotCompared } from './drift-observer';
import { DriftRecords } from './drift-records.service';
import { DriftRepair } from './drift-repair';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import { ProjectMember } from '../members/project-member.entity';
import { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';
import type { ReconcilePace } from './reconcile-pace';
import { RuleExemption } from '../immutable-rules/rule-exemption';

/** Calls to Harbor that putting one drift right takes: a look, a write, a look, and what a conflict adds. */
const CALLS_OF_A_REPAIR = 4;

export interface FoundDrift extends Drift {
  repaired: boolean;
}

export interface ReconciledProject {
  project: string;
  /** Null when it was compared. */
  notCompared: NotCompared | null;
  drifts: FoundDrift[];
}

/** Compares projects in Harbor with what they should be, records what differs, and puts right what policy says. */
@Injectable()
export class ReconcileService {
  constructor(
    @InjectRepository(Project) private readonly projects: Repository<Project>,
    private readonly kept: ProjectsService,
    private readonly observer: DriftObserver,
    private readonly records: DriftRecords,
    private readonly repairs: DriftRepair,
    private readonly leases: ProjectLeases,
    private readonly exemptions: RuleExemption,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** Those that were made, by id, after this one. */
  async listAfter(projectId: string | null, limit: number): Promise<Project[]> {
    return this.projects.find({
      where: {
        harborProjectId: Not(IsNull()),
        ...(projectId === null ? {} : { id: MoreThan(projectId) }),
      },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** What `reconcile` would find, and do. Nothing is changed or recorded. Throws on an outage of Harbor. */
  async plan(project: Project, pace: ReconcilePace): Promise<ReconciledProject> {
    return outcomeOf(project, await this.observer.compare(project, pace));
  }

  /**
   * Looks without holding the project, for mostly nothing differs; what differs is looked at again while nobody else
   * changes the project through Berth.
   * @throws DomainError conflict `project.busy`, `harbor.changed`; not-found `project.not-found` when it was deleted
   *   meanwhile; outages of Harbor, after which what was not put right is still open
   */
  async reconcile(project: Project, actor: Actor, pace: ReconcilePace): Promise<ReconciledProject> {
    const first = await this.observer.compare(project, pace);
    if (typeof first === 'string') return outcomeOf(project, first);
    if (first.inHarbor !== null) await this.kept.noteVulnerabilityLimit(project.name, first.inHarbor);
    const isQuiet = first.drifts.length === 0 && first.left.length === 0;
    if (isQuiet && !(await this.records.haveOpen(project.id))) return outcomeOf(project, first);
    return this.leases.hold(project.id, async (lease, held) => {
      await this.exemptions.closeAll(held, lease);
      const found = await this.observer.compare(held, pace.unwaited);
      if (typeof found === 'string') return outcomeOf(held, found);
      await lease.transaction(async (manager) => {
        await this.records.record(manager, held.id, found.drifts);
        for (const personId of found.left) {
          await manager.delete(ProjectMember, { projectId: held.id, personId, wantedRole: 'none' });
        }
      });
      const drifts: FoundDrift[] = [];
      for (const drift of found.drifts) {
        drifts.push({ ...drift, repaired: await this.settle(held, drift, found, actor, lease, pace) });
      }
      return { project: held.name, notCompared: null, drifts };
    });
  }

  /** @returns whether it was put right */
  private async settle(
    project: Project,
    drift: Drift,
    { people, owner }: Comparison,
    actor: Actor,
    lease: ProjectLease,
    pace: ReconcilePace,
  ): Promise<boolean> {
    const { repair, subject } = drift;
    if (repair === null) return false;
    const person = people.get(subject);
    const attempted = {
      actor,
      action: 'project.drift-repaired',
      target: [project.name, drift.code.slice('project.problem.'.length), subject].join(' ').trim(),
      ...((person ?? owner) === null ? {} : { subject: person ?? owner ?? undefined }),
    } as const;
    await this.audit.attempt(attempted, async () => {
      pace.spend(CALLS_OF_A_REPAIR);
      await this.repairs.apply(project, repair, lease);
      await lease.transaction(async (manager) => {
        await this.records.end(manager, project.id, drift);
        if (repair.kind === 'member' && person !== undefined) {
          const row = { projectId: project.id, personId: person.id, wantedRole: repair.role };
          if (repair.role === 'none') await manager.delete(ProjectMember, row);
          else
            await manager.update(ProjectMember, row, { seenRole: repair.role, updatedAt: this.clock.now() });
        }
        await this.audit.record(manager, actor, attempted.action, attempted.target, attempted.subject);
        if (repair.kind === 'member') await this.changes.record(manager, aboutProject(project.name));
      });
    });
    return true;
  }
}

function outcomeOf({ name }: Project, compared: Comparison | NotCompared): ReconciledProject {
  if (typeof compared === 'string') return { project: name, notCompared: compared, drifts: [] };
  return {
    project: name,
    notCompared: null,
    drifts: compared.drifts.map((drift) => ({ ...drift, repaired: false })),
  };
}
