import { Injectable } from '@nestjs/common';
import type { PersonCaller } from '../../auth/caller';
import { DomainError } from '../../common/errors';
import { ProjectsService } from '../projects.service';
import { CallSchedule, ReconcilePace } from './reconcile-pace';
import { ReconcileService, type ReconciledProject } from './reconcile.service';

/** A dry run ends after so many projects, or this time; the next one goes on from its cursor. */
const PROJECTS_PER_PLAN = 50;
const PLAN_MS = 15_000;

export interface Reconciled {
  checked: number;
  projects: ReconciledProject[];
  /** After which project the next dry run goes on; null when none is left. */
  lastId: string | null;
}

/** What an admin asks for, while he waits; the pace of background work does not count for it. */
@Injectable()
export class ReconcileAnswers {
  constructor(
    private readonly service: ReconcileService,
    private readonly projects: ProjectsService,
  ) {}

  /** @throws DomainError not-found `project.not-found`; as ReconcileService.reconcile */
  async ofOne(caller: PersonCaller, name: string, dryRun: boolean): Promise<Reconciled> {
    const project = await this.projects.findByName(name);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    const pace = unpaced();
    const outcome = dryRun
      ? await this.service.plan(project, pace)
      : await this.service.reconcile(project, caller, pace);
    return { checked: 1, projects: [outcome], lastId: null };
  }

  /** The plan of the projects after this one. Throws on an outage of Harbor. */
  async planAfter(projectId: string | null): Promise<Reconciled> {
    const found = await this.service.listAfter(projectId, PROJECTS_PER_PLAN + 1);
    const endsAt = performance.now() + PLAN_MS;
    const projects: ReconciledProject[] = [];
    for (const project of found.slice(0, PROJECTS_PER_PLAN)) {
      projects.push(await this.service.plan(project, unpaced()));
      if (performance.now() > endsAt) break;
    }
    const isAll = projects.length === found.length;
    const last = found[projects.length - 1];
    return { checked: projects.length, projects, lastId: isAll || last === undefined ? null : last.id };
  }
}

function unpaced(): ReconcilePace {
  return new ReconcilePace(new CallSchedule(Infinity), new AbortController().signal);
}
