import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { isDomainError, isOutage } from '../common/errors';
import { Project } from './project.entity';
import { ReconcileBudget } from './reconcile-budget';
import type { ReconcilePace } from './reconcile-pace';
import { ReconcileService } from './reconcile.service';

/** A project that was looked at rests this long, however much happens in it. */
const REST_MS = 60_000;
/** What does not fit is found by the next round over all projects. */
const MAX_WAITING = 10_000;

/**
 * Compares projects with Harbor before their turn, where something says that it is worth it. One at a time, within
 * the calls that the rounds may make; what is asked for often is done once. It is kept in memory alone: what is lost
 * with this process is found by the rounds.
 */
@Injectable()
export class EarlyReconcile implements OnModuleDestroy {
  private readonly logger = new Logger(EarlyReconcile.name);
  private readonly stopping = new AbortController();
  /** From when on each may be looked at, by the project's id, in the order of asking. */
  private readonly waiting = new Map<string, number>();
  private readonly restingUntil = new Map<string, number>();
  private running: Promise<void> | null = null;

  constructor(
    @InjectRepository(Project) private readonly projects: Repository<Project>,
    @Inject(ReconcileService) private readonly service: Pick<ReconcileService, 'reconcile'>,
    @Inject(ReconcileBudget) private readonly budget: Pick<ReconcileBudget, 'pace'>,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Returns at once, and never throws. */
  soon(projectId: string): void {
    if (this.stopping.signal.aborted || this.waiting.has(projectId) || this.waiting.size >= MAX_WAITING)
      return;
    this.waiting.set(projectId, this.restingUntil.get(projectId) ?? 0);
    this.running ??= this.run().finally(() => (this.running = null));
  }

  private async run(): Promise<void> {
    const pace = this.budget.pace(this.stopping.signal);
    for (let next = this.next(); next !== null; next = this.next()) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        if (!(await this.pause(waitMs))) return;
        continue;
      }
      this.waiting.delete(next.projectId);
      this.restingUntil.set(next.projectId, performance.now() + REST_MS);
      await this.look(next.projectId, pace);
      if (this.stopping.signal.aborted) return;
    }
  }

  /** The one that is due first. */
  private next(): { projectId: string; dueAt: number } | null {
    const now = performance.now();
    for (const [projectId, until] of this.restingUntil) if (until <= now) this.restingUntil.delete(projectId);
    let first: { projectId: string; dueAt: number } | null = null;
    for (const [projectId, dueAt] of this.waiting) {
      if (first === null || dueAt < first.dueAt) first = { projectId, dueAt };
      if (dueAt <= now) break;
    }
    return first;
  }

  private async look(projectId: string, pace: ReconcilePace): Promise<void> {
    try {
      const project = await this.projects.findOneBy({ id: projectId });
      if (project !== null) await this.service.reconcile(project, 'berth', pace);
    } catch (error) {
      if (this.stopping.signal.aborted || isDomainError(error, 'conflict', 'not-found')) return;
      const level = isOutage(error) ? 'warn' : 'error';
      this.logger[level]({ msg: 'a project was not compared before its turn', err: error });
    }
  }

  /** A second at most, for another may be due sooner meanwhile. False when Berth stops first. */
  private async pause(ms: number): Promise<boolean> {
    try {
      await sleep(Math.min(ms, 1_000), undefined, { signal: this.stopping.signal, ref: false });
      return true;
    } catch {
      return false;
    }
  }
}
