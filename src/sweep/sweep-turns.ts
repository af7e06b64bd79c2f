import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, type EntityManager, In, type QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isUniqueViolation } from '../database/database-errors';
import { insertRows } from '../database/insert-rows';
import { databaseTimeSql } from '../database/database-time';
import { SweepProject } from './sweep-project.entity';

/** Longer than one call to Harbor and the wait for it, each of which the turn is held anew. */
const LEASE_SECONDS = 90;
/** A sweep begins a little early, so that its end is in time too. */
const EARLY = 0.9;
const STOP_SECONDS = 30;
const LONGEST_STOP_SECONDS = 900;
const AT_ONCE = 200;

export type SweepFigures = Pick<SweepProject, 'calls' | 'tags' | 'firstSeen' | 'moved' | 'vanished'>;

export const NOTHING_SWEPT: SweepFigures = { calls: 0, tags: 0, firstSeen: 0, moved: 0, vanished: 0 };

/** Which projects are swept, when, and by which replica; all by the database's clock. */
@Injectable()
export class SweepTurns {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Makes these projects the ones that are swept; new ones are due at once. */
  async keep(projects: ReadonlySet<string>): Promise<void> {
    const rows = this.dataSource.getRepository(SweepProject);
    const known = await rows.find({ select: { id: true, project: true } });
    const there = new Set(known.map(({ project }) => project));
    const over = known.filter(({ project }) => !projects.has(project)).map(({ id }) => id);
    for (let first = 0; first < over.length; first += AT_ONCE) {
      await rows.delete({ id: In(over.slice(first, first + AT_ONCE)) });
    }
    const added = [...projects].filter((project) => !there.has(project)).map(firstTurn);
    for (let first = 0; first < added.length; first += AT_ONCE) {
      await this.add(added.slice(first, first + AT_ONCE));
    }
  }

  /** Those that are due and that nobody sweeps now, the longest due first. */
  async listDue(limit: number): Promise<string[]> {
    const due = await this.dataSource.manager
      .createQueryBuilder(SweepProject, 'swept')
      .select(['swept.id', 'swept.project'])
      .where(`swept.dueAt <= ${this.now()} AND ${this.free('swept.')}`)
      .orderBy('swept.dueAt')
      .limit(limit)
      .getMany();
    return due.map(({ project }) => project);
  }

  /**
   * The sweep of a project that is due: a new one, or the one that was cut off. Null: it is not due, or another
   * replica sweeps it.
   */
  async take(project: string, everyMs: number): Promise<SweepTurn | null> {
    const token = uuidv7();
    const taken = await this.dataSource
      .createQueryBuilder()
      .update(SweepProject)
      .set({ leaseToken: token, leaseUntil: this.inSeconds(LEASE_SECONDS) })
      .where('project = :project', { project })
      .andWhere(`dueAt <= ${this.now()} AND ${this.free('')}`)
      .execute();
    if (taken.affected !== 1) return null;
    const turn = new SweepTurn(this.dataSource, token, project);
    const row = await turn.read();
    if (row !== null && (row.startedAt === null || row.endedAt !== null)) {
      await turn.write({
        ...NOTHING_SWEPT,
        round: row.round + 1,
        startedAt: this.inSeconds(0),
        endedAt: null,
        nextDueAt: this.inSeconds((everyMs * EARLY) / 1000),
        place: null,
        asked: false,
      });
    }
    return turn;
  }

  /** Makes a project due, or all of them. False: there is no such project. */
  async ask(manager: EntityManager, project: string | undefined, forced: boolean): Promise<boolean> {
    const query = manager
      .createQueryBuilder()
      .update(SweepProject)
      .set({ dueAt: this.inSeconds(0), stops: 0, asked: true, ...(forced ? { forced } : {}) });
    if (project !== undefined) query.where('project = :project', { project });
    const asked = await query.execute();
    return project === undefined || (asked.affected ?? 0) > 0;
  }

  /** What the last sweep of each project within that time noticed, without this one, and whether it was recorded. */
  async noticedBeside(project: string, withinMs: number): Promise<number> {
    const sum = await this.dataSource.manager
      .createQueryBuilder(SweepProject, 'swept')
      .select('SUM(swept.moved + swept.vanished)', 'noticed')
      .where('swept.project <> :project', { project })
      .andWhere(`swept.startedAt > ${databaseTimeSql(this.dataSource, -withinMs / 1000)}`)
      .getRawOne<{ noticed: string | number | null }>();
    return Number(sum?.noticed ?? 0);
  }

  /** Another replica may add some of them meanwhile. */
  private async add(rows: readonly SweepProject[]): Promise<void> {
    try {
      await insertRows(this.dataSource.manager, SweepProject, rows);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      if (rows.length > 1) for (const row of rows) await this.add([row]);
    }
  }

  private free(prefix: string): string {
    return `(${prefix}leaseUntil IS NULL OR ${prefix}leaseUntil < ${this.now()})`;
  }

  private now(): string {
    return databaseTimeSql(this.dataSource);
  }

  private inSeconds(seconds: number): () => string {
    return () => databaseTimeSql(this.dataSource, seconds);
  }
}

/** Due at once, by any clock. */
function firstTurn(project: string): SweepProject {
  const due = { dueAt: new Date(0), nextDueAt: new Date(0), asked: false, forced: false };
  const begun = { round: 0, startedAt: null, endedAt: null, place: null, stoppedBy: null, stops: 0 };
  return { id: uuidv7(), project, ...begun, ...due, ...NOTHING_SWEPT, leaseToken: null, leaseUntil: null };
}

/** A project that this replica sweeps now. */
export class SweepTurn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly token: string,
    readonly project: string,
  ) {}

  /** Null when another replica took it over, or the project is not swept any more. */
  async read(): Promise<SweepProject | null> {
    return this.dataSource.manager.findOneBy(SweepProject, { project: this.project, leaseToken: this.token });
  }

  /** Holds it on. False when another replica took it over. */
  async write(change: QueryDeepPartialEntity<SweepProject>): Promise<boolean> {
    const leaseUntil = (): string => databaseTimeSql(this.dataSource, LEASE_SECONDS);
    return this.update({ ...change, leaseUntil });
  }

  /** It is done; the next is due in its time, or after a while when there is an alarm that may be over by then. */
  async end(change: QueryDeepPartialEntity<SweepProject>, afterAlarm: boolean): Promise<void> {
    await this.update({
      ...change,
      endedAt: () => databaseTimeSql(this.dataSource),
      dueAt: afterAlarm ? this.inSeconds(LONGEST_STOP_SECONDS) : this.nextDue(),
      place: null,
      stops: 0,
      leaseToken: null,
      leaseUntil: null,
    });
  }

  /** It goes on later, from where it is, and later still the more often it was stopped. */
  async stop(stoppedBy: string, stops: number): Promise<void> {
    const seconds = Math.min(STOP_SECONDS * 2 ** stops, LONGEST_STOP_SECONDS);
    await this.update({
      stoppedBy,
      stops: stops + 1,
      dueAt: this.inSeconds(seconds),
      leaseToken: null,
      leaseUntil: null,
    });
  }

  /** This replica stops: another one, or the next life of this one, goes on at once. */
  async release(): Promise<void> {
    await this.update({ leaseToken: null, leaseUntil: null });
  }

  /** At once when it was asked for in the middle of this one, which may have passed what is meant. */
  private nextDue(): () => string {
    const now = databaseTimeSql(this.dataSource);
    return () => `CASE WHEN asked THEN ${now} ELSE nextDueAt END`;
  }

  private async update(change: QueryDeepPartialEntity<SweepProject>): Promise<boolean> {
    const { project, token: leaseToken } = this;
    const written = await this.dataSource.manager.update(SweepProject, { project, leaseToken }, change);
    return written.affected === 1;
  }

  private inSeconds(seconds: number): () => string {
    return () => databaseTimeSql(this.dataSource, seconds);
  }
}
