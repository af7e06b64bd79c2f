import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, LessThan, Not, type DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { BackgroundTasks } from '../background/background-tasks';
import { BackgroundWork } from '../background/background-work';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { ProjectsService } from '../projects/projects.service';
import { SweepWishes } from '../tag-rule/sweep-wishes';
import { SweptRecords } from '../tag-rule/swept-records';
import { ProjectSweep } from './project-sweep';
import type { SweepAlarm } from './sweep-alarm.entity';
import { SweepAlarms } from './sweep-alarms';
import { SweepProject } from './sweep-project.entity';
import { SweepTurns, type SweepFigures } from './sweep-turns';

const OFFER_EVERY_MS = 5_000;
const GRANT_EVERY_MS = 2_000;
/** All names of projects are read for it. */
const KEEP_EVERY_MS = 60_000;
const OFFERED_AT_ONCE = 500;
const WORK = 'sweep';

/** How the sweeps over all projects stand. */
export interface SweepProgress {
  projects: number;
  /** Under way, or stopped in the middle. */
  running: number;
  /** Asked for, or in their time, and not begun. */
  due: number;
  /** Stopped by an outage, or by what stands in the way, such as a project that is gone. */
  stopped: number;
  /** When the sweep ended whose project waits longest for its next; null before every project had one. */
  oldestEndedAt: Date | null;
  /** Of the last sweep over each project, or the one under way, added up. */
  figures: SweepFigures;
  alarms: SweepAlarm[];
}

/** The sweeps over all projects: who is due is offered to all replicas, and each project is swept by one of them. */
@Injectable()
export class SweepsService implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(SweepsService.name);
  private keptAtMs = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private granting: Promise<void> = Promise.resolve();

  constructor(
    private readonly turns: SweepTurns,
    private readonly sweep: ProjectSweep,
    private readonly alarms: SweepAlarms,
    private readonly records: SweptRecords,
    private readonly wishes: SweepWishes,
    private readonly projects: ProjectsService,
    private readonly tasks: BackgroundTasks,
    private readonly work: BackgroundWork,
    private readonly audit: AuditService,
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.work.register({
      kind: WORK,
      parallel: this.config.sweep.parallel,
      run: async (project, signal) => this.sweep.run(project, signal),
    });
    this.tasks.register({ name: 'sweeps', everyMs: OFFER_EVERY_MS, run: async () => this.offerDue() });
  }

  /** Wishes are of each replica. */
  onApplicationBootstrap(): void {
    this.granting = this.resume();
    this.timer = setInterval(() => {
      this.granting = this.granting.then(async () => this.grant());
    }, GRANT_EVERY_MS);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.granting;
  }

  /**
   * Sweeps a project, or all, as soon as may be.
   * @param force records what is found however much it is, and settles the alarms
   * @throws DomainError not-found `project.not-found`: it is neither kept nor has it tag records
   */
  async ask(
    caller: PersonCaller,
    { project, force = false }: { project?: string; force?: boolean },
  ): Promise<SweepProgress> {
    await this.keepProjects();
    await this.dataSource.transaction(async (manager) => {
      if (!(await this.turns.ask(manager, project, force)))
        throw new DomainError('not-found', 'project.not-found');
      if (force) await this.alarms.settle(manager, caller.username, project);
      const action = force ? 'sweep.forced' : 'sweep.asked';
      await this.audit.record(manager, caller, action, project ?? 'all projects');
    });
    await this.offer();
    return this.get();
  }

  async get(): Promise<SweepProgress> {
    const swept = this.dataSource.getRepository(SweepProject);
    const [projects, running, stopped, never, oldest, sum, due, alarms] = await Promise.all([
      swept.count(),
      swept.countBy({ startedAt: Not(IsNull()), endedAt: IsNull() }),
      swept.countBy({ stoppedBy: Not(IsNull()) }),
      swept.countBy({ round: LessThan(1) }),
      swept.find({ where: { endedAt: Not(IsNull()) }, order: { endedAt: 'ASC' }, take: 1 }),
      this.sum(),
      this.turns.listDue(OFFERED_AT_ONCE),
      this.alarms.listOpen(),
    ]);
    const oldestEndedAt = never > 0 ? null : (oldest[0]?.endedAt ?? null);
    return { projects, running, due: due.length, stopped, oldestEndedAt, figures: sum, alarms };
  }

  /** What a stop of Berth cut off goes on at once. */
  private async resume(): Promise<void> {
    try {
      await this.offer();
    } catch (error) {
      this.logger.warn({ msg: 'sweeps go on later', err: error });
    }
  }

  /** What was wished for and could not be written down is wished for again. */
  private async grant(): Promise<void> {
    for (const project of this.wishes.take()) {
      try {
        await this.turns.ask(this.dataSource.manager, project, false);
        await this.work.enqueue(WORK, project);
      } catch (error) {
        this.wishes.putBack(project);
        this.logger.warn({ msg: 'a sweep that is needed could not be asked for', project, err: error });
      }
    }
  }

  /** One run of the background task. */
  private async offerDue(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.keptAtMs >= KEEP_EVERY_MS) {
      await this.keepProjects();
      this.keptAtMs = nowMs;
    }
    await this.offer();
  }

  /** Kept projects, and others that have tag records because somebody imported from them. */
  private async keepProjects(): Promise<void> {
    const [kept, recorded] = await Promise.all([this.projects.listMadeNames(), this.records.listProjects()]);
    await this.turns.keep(new Set([...kept, ...recorded]));
  }

  private async offer(): Promise<void> {
    for (const project of await this.turns.listDue(OFFERED_AT_ONCE)) await this.work.enqueue(WORK, project);
  }

  private async sum(): Promise<SweepFigures> {
    const sum = await this.dataSource.manager
      .createQueryBuilder(SweepProject, 'swept')
      .select('SUM(swept.calls)', 'calls')
      .addSelect('SUM(swept.tags)', 'tags')
      .addSelect('SUM(swept.firstSeen)', 'firstSeen')
      .addSelect('SUM(swept.moved)', 'moved')
      .addSelect('SUM(swept.vanished)', 'vanished')
      .getRawOne<Record<keyof SweepFigures, string | number | null>>();
    return {
      calls: Number(sum?.calls ?? 0),
      tags: Number(sum?.tags ?? 0),
      firstSeen: Number(sum?.firstSeen ?? 0),
      moved: Number(sum?.moved ?? 0),
      vanished: Number(sum?.vanished ?? 0),
    };
  }
}
