import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, LessThanOrEqual, MoreThan, MoreThanOrEqual, Not, type DataSource, In } from 'typeorm';
import { Person } from '../auth/person.entity';
import { BackgroundTasks } from '../background/background-tasks';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { Directory } from '../directory/directory';
import { allowedOffboardings } from './offboarding-limit';
import { OffboardingRound } from './offboarding-round.entity';
import { OffboardingService } from './offboarding.service';

const ROUND_ID = '00000000-0000-7000-8000-000000000001';
const PEOPLE_A_SEARCH = 100;
const SEARCHES_A_RUN = 100;
/** Somebody counts as away after this many searches of everybody, one after the other. */
const ABSENCES_NEEDED = 2;
const SEARCH_EVERY_MS = 60 * 60_000;
const FINISH_EVERY_MS = 60_000;

export interface OffboardingState {
  mode: Config['offboarding']['mode'];
  graceMs: number;
  /** Whom Berth knows and who are not offboarded. */
  people: number;
  /** Of them, those whom the directory did not have in the last search. */
  absent: number;
  /** Of them, those whose grace period is over. */
  due: number;
  /** How many of them one run may offboard. */
  allowed: number;
  offboarded: number;
  /** Of the offboarded, those of whom Harbor still has something to be taken away. */
  unfinished: number;
  searchStartedAt: Date | null;
  searchCompletedAt: Date | null;
  stoppedAt: Date | null;
}

/** Asks the directory about everybody, again and again, and offboards who stays away. */
@Injectable()
export class OffboardingRounds implements OnModuleInit {
  private readonly logger = new Logger(OffboardingRounds.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly directory: Directory,
    private readonly offboarding: OffboardingService,
    private readonly background: BackgroundTasks,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    if (this.config.offboarding.mode !== 'off') {
      this.background.register({
        name: 'offboarding-search',
        everyMs: SEARCH_EVERY_MS,
        run: (signal) => this.run(signal),
      });
    }
    this.background.register({
      name: 'offboarding-finish',
      everyMs: FINISH_EVERY_MS,
      run: (signal) => this.offboarding.finish(signal),
    });
  }

  /**
   * Goes on with the search of everybody where the last run ended; at its end offboards those who are due, unless they
   * are too many.
   * @throws DomainError upstream-unavailable `directory.unavailable`: nobody of whom it was not heard counts as away
   */
  async run(signal: AbortSignal): Promise<void> {
    for (let searches = 0; searches < SEARCHES_A_RUN; searches += 1) {
      if (signal.aborted) return;
      const step = await this.search(await this.round());
      if (step === 'overtaken') return;
      if (step === 'complete') {
        await this.offboardDue(signal);
        return;
      }
    }
  }

  async state(): Promise<OffboardingState> {
    const { mode, graceMs } = this.config.offboarding;
    const people = await this.dataSource.manager.countBy(Person, { offboardedAt: IsNull() });
    const round = await this.round();
    return {
      mode,
      graceMs,
      people,
      absent: await this.dataSource.manager.countBy(Person, {
        offboardedAt: IsNull(),
        absentSince: Not(IsNull()),
      }),
      due: (await this.due()).length,
      allowed: allowedOffboardings(people),
      offboarded: await this.dataSource.manager.countBy(Person, { offboardedAt: Not(IsNull()) }),
      unfinished: await this.dataSource.manager.countBy(Person, {
        offboardedAt: Not(IsNull()),
        suspendedAt: IsNull(),
      }),
      searchStartedAt: round.startedAt,
      searchCompletedAt: round.completedAt,
      stoppedAt: round.stoppedAt,
    };
  }

  /** Asks about the next people. What was heard and how far it went are written together, and once. */
  private async search(round: OffboardingRound): Promise<'more' | 'complete' | 'overtaken'> {
    const people = await this.dataSource.manager.find(Person, {
      where: {
        offboardedAt: IsNull(),
        ...(round.afterPersonId === null ? {} : { id: MoreThan(round.afterPersonId) }),
      },
      order: { id: 'ASC' },
      take: PEOPLE_A_SEARCH,
    });
    const seen = await this.directory.observe(people.map(({ directoryId }) => directoryId));
    const now = this.clock.now();
    const isComplete = people.length < PEOPLE_A_SEARCH;
    const next = isComplete
      ? { startedAt: null, afterPersonId: null, completedAt: now }
      : { startedAt: round.startedAt ?? now, afterPersonId: people.at(-1)?.id ?? null };
    return this.dataSource.transaction(async (manager) => {
      const { id, version } = round;
      const taken = await manager.update(
        OffboardingRound,
        { id, version },
        { ...next, version: version + 1 },
      );
      if (taken.affected !== 1) return 'overtaken';
      for (const person of people) {
        const standing = seen.get(person.directoryId);
        // Who was seen by a login after the search was asked is not away.
        const unchanged = { id: person.id, absences: person.absences, seenAt: person.seenAt };
        if (standing !== 'present') {
          await manager.update(Person, unchanged, {
            absences: person.absences + 1,
            absentSince: person.absentSince ?? now,
            absentBecause: standing === 'disabled' ? 'disabled' : 'gone',
          });
        } else if (person.absences > 0) {
          await manager.update(Person, unchanged, { absences: 0, absentSince: null, absentBecause: null });
        }
      }
      return isComplete ? 'complete' : 'more';
    });
  }

  private async offboardDue(signal: AbortSignal): Promise<void> {
    const due = await this.due();
    const people = await this.dataSource.manager.countBy(Person, { offboardedAt: IsNull() });
    const allowed = allowedOffboardings(people);
    const isStopped = due.length > allowed;
    const stoppedAt = isStopped ? this.clock.now() : null;
    await this.dataSource.manager.update(
      OffboardingRound,
      { id: ROUND_ID },
      { stoppedAt, due: due.length, allowed },
    );
    if (isStopped) {
      this.logger.error({
        msg: 'more people are gone from the directory than one run may offboard: none was; is the directory, its base or its filter right?',
        due: due.length,
        allowed,
      });
      return;
    }
    if (this.config.offboarding.mode !== 'suspend') return;
    for (const { id, directoryId, username, absentBecause } of due) {
      if (signal.aborted) return;
      const standing = (await this.directory.observe([directoryId])).get(directoryId);
      if (standing === 'present' || !(await this.isStillDue(id))) continue;
      await this.offboarding.offboard(username, absentBecause ?? 'gone', 'berth');
    }
  }

  private async due(): Promise<Person[]> {
    return this.dataSource.manager.find(Person, { where: this.dueWhere(), order: { id: 'ASC' } });
  }

  private async isStillDue(id: string): Promise<boolean> {
    return this.dataSource.manager.existsBy(Person, { ...this.dueWhere(), id: In([id]) });
  }

  private dueWhere(): object {
    return {
      offboardedAt: IsNull(),
      absences: MoreThanOrEqual(ABSENCES_NEEDED),
      absentSince: LessThanOrEqual(new Date(this.clock.now().getTime() - this.config.offboarding.graceMs)),
    };
  }

  private async round(): Promise<OffboardingRound> {
    const { manager } = this.dataSource;
    const found = await manager.findOneBy(OffboardingRound, { id: ROUND_ID });
    if (found !== null) return found;
    const times = { startedAt: null, afterPersonId: null, completedAt: null, stoppedAt: null };
    try {
      await manager.insert(OffboardingRound, { id: ROUND_ID, version: 1, due: 0, allowed: 0, ...times });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return manager.findOneByOrFail(OffboardingRound, { id: ROUND_ID });
  }
}
