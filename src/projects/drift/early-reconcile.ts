import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { isDomainError, isOutage } from '../../common/errors';
import { Project } from '../project.entity';
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
  /** From when on each may be looked at, by name, in the order of asking. */
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
  soon(name: string): void {
    if (this.stopping.signal.aborted || this.waiting.has(name) || this.waiting.size >= MAX_WAITING) return;
    this.waiting.set(name, this.restingUntil.get(name) ?? 0);
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
      this.waiting.delete(next.name);
      this.restingUntil.set(next.name, performance.now() + REST_MS);
      await this.look(next.name, pace);
      if (this.stopping.signal.aborted) return;
    }
  }

  /** The one that is due first. */
  private next(): { name: string; dueAt: number } | null {
    const now = performance.now();
    for (const [name, until] of this.restingUntil) if (until <= now) this.restingUntil.delete(name);
    let first: { name: string; dueAt: number } | null = null;
    for (const [name, dueAt] of this.waiting) {
      if (first === null || dueAt < first.dueAt) first = { name, dueAt };
      if (dueAt <= now) break;
    }
    return first;
  }

  private async look(name: string, pace: ReconcilePace): Promise<void> {
    try {
      const project = await this.projects.findOneBy({ name });
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
