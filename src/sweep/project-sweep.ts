import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock';
import { DomainError, isDomainError, isOutage } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import { ProjectsService } from '../projects/projects.service';
import type { Observation } from '../tag-rule/observation';
import {
  keyOf,
  type ListedTag,
  SweptRecords,
  type SweptProject,
  type SweptTag,
} from '../tag-rule/swept-records';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { type ListedPage, ProjectListing } from './project-listing';
import { SecondLook, type Noticing } from './second-look';
import { ShownArtifacts } from './shown-artifacts';
import { SweepAlarms } from './sweep-alarms';
import { SweepCounters } from './sweep-counters';
import { type Pace, SweepPaces } from './sweep-pace';
import type { SweepProject } from './sweep-project.entity';
import { alarmReach } from './sweep-threshold';
import { type SweepFigures, type SweepTurn, SweepTurns } from './sweep-turns';

/** No more of what pages showed is kept in memory. */
const MOST_SHOWN = 1_000;

/** A sweep that this replica runs. */
interface Sweep {
  turn: SweepTurn;
  pace: Pace;
  swept: SweptProject;
  /** A project of ours: all its tags have records. */
  isKept: boolean;
  figures: SweepFigures;
  /** Of `figures` before this run went on with it. */
  callsBefore: number;
  /** Of the records before this run listed anything, by id. */
  versions: ReadonlyMap<string, number>;
  /** What the pages showed of tags that differ from their records, by the record's id. Null: they showed it twice. */
  shown: Map<string, Observation | null>;
  artifacts: ShownArtifacts;
}

/** Another replica took the sweep over. */
class TakenOver extends Error {}

/** One sweep over one project, from where it is to its end. */
@Injectable()
export class ProjectSweep {
  private readonly logger = new Logger(ProjectSweep.name);

  constructor(
    private readonly turns: SweepTurns,
    private readonly paces: SweepPaces,
    private readonly listing: ProjectListing,
    private readonly secondLook: SecondLook,
    private readonly alarms: SweepAlarms,
    private readonly counters: SweepCounters,
    private readonly records: SweptRecords,
    private readonly tags: TagRecordsService,
    private readonly projects: ProjectsService,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'sweep'>,
  ) {}

  /**
   * Does nothing when the project is not due, or another replica sweeps it. An outage of Harbor stops the sweep, which
   * goes on later from where it is; so do lost rights, and nothing is ever taken for gone because of them.
   */
  async run(project: string, signal: AbortSignal): Promise<void> {
    const turn = await this.turns.take(project, this.config.sweep.everyMs);
    const row = (await turn?.read()) ?? null;
    if (turn === null || row === null) return;
    try {
      await this.sweep(turn, row, this.paces.begin(signal));
    } catch (error) {
      if (error instanceof TakenOver) return;
      if (signal.aborted) {
        await turn.release();
        return;
      }
      const code = isDomainError(error) ? error.code : 'request.failed';
      this.counters.stopped(code);
      // Asking more often brings no project back.
      if (isDomainError(error, 'conflict')) await turn.end({ stoppedBy: code }, false);
      else await turn.stop(code, row.stops);
      if (!isOutage(error) && !isDomainError(error, 'conflict')) throw error;
      this.logger.warn({
        msg: 'a sweep was stopped, and nothing that it did not see was recorded',
        project,
        code,
      });
    }
  }

  private async sweep(turn: SweepTurn, row: SweepProject, pace: Pace): Promise<void> {
    const { project, round, place, forced, calls, tags, firstSeen } = row;
    const target = await this.targetOf(project, pace);
    const figures = { calls, tags, firstSeen, moved: 0, vanished: 0 };
    const swept = { project, round, harborProjectId: target.harborProjectId };
    const versions = await this.records.versionsOf(swept);
    const sweep: Sweep = {
      ...{ turn, pace, swept, isKept: target.isKept, figures, callsBefore: calls },
      ...{ versions, shown: new Map(), artifacts: new ShownArtifacts(target.isKept && place === null) },
    };
    const beganAt = this.clock.now();
    const pages = target.isKept
      ? this.listing.whole(project, place, pace, sweep.artifacts)
      : this.listing.ofRecords(swept, place, pace, sweep.artifacts);
    for await (const page of pages) {
      await this.compare(page, sweep);
      await this.hold(sweep, page);
    }
    if (target.isKept) await this.records.markGone(swept, beganAt);
    await this.settle(sweep, forced);
  }

  /** @throws DomainError conflict `project.gone`; outages of Harbor */
  private async targetOf(project: string, pace: Pace): Promise<{ harborProjectId: number; isKept: boolean }> {
    const kept = await this.projects.findByName(project);
    if (kept !== null && kept.harborProjectId !== null) {
      return { harborProjectId: kept.harborProjectId, isKept: true };
    }
    return { harborProjectId: await this.idInHarbor(project, pace), isKept: false };
  }

  private async compare({ tags, beganAt }: ListedPage, sweep: Sweep): Promise<void> {
    const { swept, figures, isKept } = sweep;
    if (tags.some(({ artifact }) => artifact.projectId !== swept.harborProjectId))
      throw replaced(swept.project);
    const known = await this.records.findNamed(swept.project, tags);
    const firsts: ListedTag[] = [];
    const unchanged: SweptTag[] = [];
    const seenOtherwise: string[] = [];
    for (const listed of tags) {
      const record = known.get(keyOf(listed));
      if (record === undefined) {
        if (isKept) firsts.push(listed);
      } else if (record.state === 'gone' && record.harborProjectId === swept.harborProjectId) {
        await this.comeBack(sweep, record, listed, beganAt);
      } else if (isUnchanged(record, listed, swept)) {
        unchanged.push(record);
      } else {
        if (record.sweptRound === swept.round) seenOtherwise.push(record.id);
        note(sweep, record, listed, beganAt);
      }
    }
    await this.records.markUnchanged(unchanged, swept, beganAt);
    await this.records.unmark(seenOtherwise);
    const recorded = await this.records.recordFirst(firsts, swept, beganAt);
    figures.tags += tags.length;
    figures.firstSeen += recorded;
    this.counters.seen({ unchanged: unchanged.length, 'first-seen': recorded });
  }

  private async comeBack(sweep: Sweep, record: SweptTag, listed: ListedTag, beganAt: Date): Promise<void> {
    const seen = observationOf(sweep, record, listed, beganAt);
    if (seen !== null && (await this.tags.record(seen)) !== 'overtaken') return;
    const { repository, tag } = listed;
    const name = { project: sweep.swept.project, repository, tag };
    await sweep.pace.ask(async () => this.tags.check(name, 'sweep'));
  }

  /** What the list did not show as it was is recorded unless it is too much at once; what it did not show, looked at. */
  private async settle(sweep: Sweep, forced: boolean): Promise<void> {
    const { swept, turn, figures, isKept, pace } = sweep;
    const { project } = swept;
    const tags = await this.records.countThere(project);
    const noticing = await this.secondLook.lookAt({
      swept,
      withGone: !isKept,
      tags: forced ? Infinity : tags,
      shown: sweep.shown,
      artifacts: sweep.artifacts,
      pace,
      hold: async () => this.hold(sweep, null),
    });
    const { moved, vanished } = noticing;
    Object.assign(figures, { moved, vanished });
    if (vanished > 0) await this.proveRights(swept, pace);
    const reach = forced ? null : await this.alarmOf(project, tags, noticing);
    if (reach === null) {
      await this.secondLook.record(noticing, pace, async () => this.hold(sweep, null));
      await this.alarms.over(project);
      this.counters.seen({ moved, vanished });
    } else {
      await this.alarms.raise(project, { reach, moved, vanished, tags });
    }
    // What an admin had recorded is no more a reason to doubt the rest.
    const counted = forced ? { moved: 0, vanished: 0 } : { moved, vanished };
    const end = { ...this.figuresOf(sweep), ...counted, ...(forced ? { forced: false } : {}) };
    await turn.end({ ...end, stoppedBy: reach === null ? null : 'sweep.alarm' }, reach !== null);
    this.counters.ended(reach === null ? 'recorded' : 'alarm');
  }

  private async alarmOf(
    project: string,
    tags: number,
    noticing: Noticing,
  ): Promise<'project' | 'all' | null> {
    if (noticing.moved + noticing.vanished === 0) return null;
    const beside = await this.turns.noticedBeside(project, this.config.sweep.everyMs);
    const all = { noticed: beside, tags: await this.records.countThere() };
    return alarmReach({ noticed: noticing, tags }, all);
  }

  /** Lists answer strangers too, with what is public, and a project may be made anew in the middle. */
  private async proveRights({ project, harborProjectId }: SweptProject, pace: Pace): Promise<void> {
    await pace.ask(async () => this.harbor.ping());
    if ((await this.idInHarbor(project, pace)) !== harborProjectId) throw replaced(project);
  }

  private async idInHarbor(project: string, pace: Pace): Promise<number> {
    const found = await pace.ask(async () => this.harbor.findProject(project));
    if (found === null) throw new DomainError('conflict', 'project.gone', { project });
    return found.id;
  }

  private async hold(sweep: Sweep, page: ListedPage | null): Promise<void> {
    const place = page === null || page.next === null ? {} : { place: page.next };
    const held = await sweep.turn.write({ ...this.figuresOf(sweep), ...place, stoppedBy: null, stops: 0 });
    if (!held) throw new TakenOver();
  }

  private figuresOf({ figures, callsBefore, pace }: Sweep): SweepFigures {
    return { ...figures, calls: callsBefore + pace.calls };
  }
}

function note(sweep: Sweep, record: SweptTag, listed: ListedTag, beganAt: Date): void {
  const { shown } = sweep;
  if (shown.has(record.id)) shown.set(record.id, null);
  else if (shown.size < MOST_SHOWN) shown.set(record.id, observationOf(sweep, record, listed, beganAt));
}

/** What a page shows is a look at the tag. Null: somebody wrote the record since the listing began, perhaps later. */
function observationOf(
  { swept, versions }: Sweep,
  { id, version }: SweptTag,
  { repository, tag, artifact }: ListedTag,
  beganAt: Date,
): Observation | null {
  if (versions.get(id) !== version) return null;
  const name = { project: swept.project, repository, tag };
  return { name, source: 'sweep', fromVersion: version, beganAt, look: { found: true, artifact } };
}

function isUnchanged(record: SweptTag, { artifact }: ListedTag, { harborProjectId }: SweptProject): boolean {
  const isAsItWas = record.state === 'as-recorded' || record.state === 'current';
  const isOfThisProject = record.harborProjectId === harborProjectId && record.retiredAt === null;
  return isAsItWas && isOfThisProject && record.currentDigest === artifact.digest;
}

function replaced(project: string): DomainError {
  return new DomainError('conflict', 'project.replaced', { project });
}
