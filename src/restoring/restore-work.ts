import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Semaphore } from 'async-mutex';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import { isDomainError, isOutage, type DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Metrics } from '../metrics/metrics';
import { Project } from '../projects/project.entity';
import { Violation } from '../tag-rule/violations/violation.entity';
import { ViolationEvents } from '../tag-rule/violations/violation-events';
import { Restoration } from './restoration.entity';
import { RestoreService } from './restore.service';

const EVERY_MS = 5_000;
const BATCH = 50;
/** Over by themselves. */
const PASSING: readonly string[] = ['project.busy', 'harbor.changed', 'violation.changed'];
/** At once, so that a burst of moves does not keep Harbor from everybody else. */
const AT_ONCE = 2;
/** And twice as late after each further try, so that what fails for long takes no turn from others. */
const SOON_MS = 15_000;
const LATER_MS = 10 * 60_000;

/** Where the policy is `restore`: puts tags back as soon as Berth knows that they moved. */
@Injectable()
export class RestoreWork implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RestoreWork.name);
  private readonly turns = new Semaphore(AT_ONCE);
  private readonly underWay = new Set<Promise<void>>();
  private isStopping = false;
  private readonly counted;

  constructor(
    @InjectRepository(Violation) private readonly violations: Repository<Violation>,
    private readonly service: RestoreService,
    private readonly events: ViolationEvents,
    private readonly tasks: BackgroundTasks,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter({
      name: 'berth_restorations_total',
      help: 'Tries to put a moved tag back by policy, by what became of them',
      labels: ['outcome'],
    });
  }

  onModuleInit(): void {
    this.events.subscribe(({ type, id }) => {
      if (type === 'violation.opened') this.soon(id);
    });
    this.tasks.register({ name: 'restoring', everyMs: EVERY_MS, run: async (signal) => this.run(signal) });
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.underWay);
  }

  /** What is missed here, the background work finds. */
  private soon(id: string): void {
    const work = this.turns
      .runExclusive(async () => {
        if (this.isStopping) return;
        const violation = await this.due().andWhere('violation.id = :id', { id }).getOne();
        if (violation !== null) await this.settle(violation);
      })
      .catch((error: unknown) => {
        this.logger.warn({ msg: 'a tag is put back later', violation: id, err: error });
      })
      .finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  /** How many tags are being put back that were just seen to have moved. */
  get busy(): number {
    return this.underWay.size;
  }

  /** The oldest first; stops at the first that finds Harbor away. */
  async run(signal: AbortSignal): Promise<void> {
    const due = await this.due().orderBy('violation.id', 'ASC').take(BATCH).getMany();
    for (const violation of due) {
      if (signal.aborted) return;
      const goesOn = await this.turns.runExclusive(async () => this.settle(violation));
      if (!goesOn) return;
    }
  }

  private due(): SelectQueryBuilder<Violation> {
    return this.violations
      .createQueryBuilder('violation')
      .innerJoin(Project, 'project', 'project.name = violation.project')
      .leftJoin(Restoration, 'restoration', 'restoration.violationId = violation.id')
      .where("violation.state = 'open'")
      .andWhere("COALESCE(project.tagPolicy, :site) = 'restore'", { site: this.config.tagRule.policy })
      .andWhere('(restoration.id IS NULL OR restoration.dueAt <= :now)', { now: this.clock.now() });
  }

  /** False when Harbor is away. */
  private async settle(violation: Violation): Promise<boolean> {
    const before = await this.service.find(violation.id);
    if (!(await this.service.claim(violation))) return true;
    if (before === null && (await this.service.isTooOften(violation))) {
      await this.stop(violation);
      return true;
    }
    try {
      await this.service.restore(violation, 'berth');
      this.counted.inc({ outcome: 'done' });
      return true;
    } catch (error) {
      if (!isDomainError(error)) throw error;
      await this.tryLater(violation, error);
      return !isOutage(error);
    }
  }

  private async stop(violation: Violation): Promise<void> {
    this.counted.inc({ outcome: 'stopped' });
    const { project, repository, tag } = violation;
    await this.violations.manager.transaction(async (manager) => {
      await this.service.note(
        violation,
        { state: 'stopped', username: null, problem: null, dueAt: null },
        manager,
      );
      await this.audit.record(manager, 'berth', 'tag.restore-stopped', `${project}/${repository}:${tag}`);
    });
  }

  private async tryLater(violation: Violation, error: DomainError): Promise<void> {
    const { code } = error;
    const isPassing = isOutage(error) || PASSING.includes(code);
    const isForGood = code === 'tag.restore-gone';
    const state = isPassing ? 'due' : 'failed';
    this.counted.inc({ outcome: state });
    this.logger.warn({ msg: 'a tag was not put back', violation: violation.id, code });
    const known = await this.service.find(violation.id);
    const soonMs = Math.min(SOON_MS * 2 ** (known?.tries ?? 0), LATER_MS);
    const dueAt = new Date(this.clock.now().getTime() + (isPassing ? soonMs : LATER_MS));
    if (state === 'failed' && known?.state !== 'failed') await this.auditFailure(violation, error);
    const outcome = { state, username: null, problem: code, dueAt: isForGood ? null : dueAt } as const;
    await this.service.note(violation, outcome);
  }

  /** Once: it is tried again every few minutes. */
  private async auditFailure({ project, repository, tag }: Violation, error: DomainError): Promise<void> {
    const target = `${project}/${repository}:${tag}`;
    await this.audit
      .attempt({ actor: 'berth', action: 'tag.restored', target }, async () => Promise.reject(error))
      .catch(() => undefined);
  }
}
