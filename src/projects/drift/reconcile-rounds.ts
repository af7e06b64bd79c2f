import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../../audit/audit.service';
import type { PersonCaller } from '../../auth/caller';
import { BackgroundTasks } from '../../background/background-tasks';
import { Clock } from '../../common/clock';
import { isDomainError, isOutage } from '../../common/errors';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HarborClient } from '../../harbor/harbor.client';
import type { Project } from '../project.entity';
import { type ReconcileLease, ReconcileLeases } from './reconcile-lease';
import { ReconcileBudget } from './reconcile-budget';
import type { ReconcilePace } from './reconcile-pace';
import type { ReconcileRound } from './reconcile-round.entity';
import { ReconcileService, type ReconciledProject } from './reconcile.service';

/** How often a replica looks whether a round is due, or was cut off. */
const LOOK_EVERY_MS = 60_000;
const PROJECTS_READ_AT_ONCE = 50;
/** A run ends after so many, and the next one goes on. */
const PROJECTS_PER_RUN = 500;

type Counts = Pick<ReconcileRound, 'checked' | 'skipped' | 'found' | 'repaired'>;

/**
 * The round over all projects: one replica at a time, slowly, from where the last run stopped. An outage of Harbor
 * stops it, and nothing is taken for drift.
 */
@Injectable()
export class ReconcileRounds implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ReconcileRounds.name);
  private readonly stopping = new AbortController();
  private asked: Promise<void> = Promise.resolve();

  constructor(
    private readonly service: ReconcileService,
    private readonly leases: ReconcileLeases,
    private readonly budget: ReconcileBudget,
    private readonly tasks: BackgroundTasks,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.tasks.register({
      name: 'reconcile',
      everyMs: LOOK_EVERY_MS,
      run: async (signal) => this.run(signal),
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.asked;
  }

  async get(): Promise<ReconcileRound> {
    return this.leases.get(this.config.reconcile.everyMs);
  }

  /** Begins a round now, in the background; one that is under way goes on, should an outage have stopped it. */
  async ask(caller: PersonCaller): Promise<ReconcileRound> {
    await this.get();
    await this.dataSource.transaction(async (manager) => {
      await this.leases.beginNow(manager, this.clock.now());
      await this.audit.record(manager, caller, 'reconcile.asked', 'all projects');
    });
    this.asked = this.asked.then(async () => this.runLogged());
    return this.get();
  }

  private async runLogged(): Promise<void> {
    try {
      await this.run(this.stopping.signal);
    } catch (error) {
      this.logger.error({ msg: 'the round over all projects failed', err: error });
    }
  }

  /** One run of the background task: begins a round when one is due, or goes on with the one under way. */
  async run(signal: AbortSignal): Promise<void> {
    await this.get();
    const lease = await this.leases.take();
    if (lease === null) return;
    try {
      await this.goOn(lease, AbortSignal.any([signal, this.stopping.signal]));
    } finally {
      await lease.release();
    }
  }

  private async goOn(lease: ReconcileLease, signal: AbortSignal): Promise<void> {
    await this.leases.beginWhenDue(this.clock.now());
    const round = await this.get();
    if (round.startedAt === null || round.endedAt !== null) return;
    const pace = this.budget.pace(signal);
    let { afterProjectId } = round;
    let counts: Counts = round;
    for (let looked = 0; looked < PROJECTS_PER_RUN;) {
      const projects = await this.service.listAfter(afterProjectId, PROJECTS_READ_AT_ONCE);
      for (const project of projects) {
        if (signal.aborted) return;
        const outcome = await this.lookAt(project, pace, lease);
        if (outcome === 'stopped') return;
        afterProjectId = project.id;
        counts = counted(counts, outcome);
        looked += 1;
        if (!(await lease.write({ ...counts, afterProjectId, stoppedBy: null }))) return;
      }
      if (projects.length < PROJECTS_READ_AT_ONCE) {
        await lease.end(this.clock.now(), this.config.reconcile.everyMs);
        return;
      }
    }
  }

  /** Null when the project could not be compared now. */
  private async lookAt(
    project: Project,
    pace: ReconcilePace,
    lease: ReconcileLease,
  ): Promise<ReconciledProject | null | 'stopped'> {
    try {
      return await this.service.reconcile(project, 'berth', pace);
    } catch (error) {
      if (isAbort(error)) return 'stopped';
      if (isDomainError(error, 'conflict', 'not-found')) return null;
      if (!isOutage(error)) throw error;
      const { code } = error;
      this.logger.warn({ msg: 'a project was not compared', project: project.name, code });
      if (await this.isOfThisProjectAlone(code)) return null;
      await lease.write({ stoppedBy: code });
      return 'stopped';
    }
  }

  /** One project that Harbor fails at must not keep the others from being looked at. */
  private async isOfThisProjectAlone(code: string): Promise<boolean> {
    if (code === 'harbor.unauthorized') return false;
    try {
      await this.harbor.ping();
      return true;
    } catch {
      return false;
    }
  }
}

function counted({ checked, skipped, found, repaired }: Counts, outcome: ReconciledProject | null): Counts {
  if (outcome === null || outcome.notCompared !== null)
    return { checked, skipped: skipped + 1, found, repaired };
  const { drifts } = outcome;
  return {
    checked: checked + 1,
    skipped,
    found: found + drifts.length,
    repaired: repaired + drifts.filter((drift) => drift.repaired).length,
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
