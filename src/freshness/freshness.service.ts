import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Metrics } from '../metrics/metrics';
import { DriftRecords } from '../projects/drift/drift-records.service';
import { ProjectsService } from '../projects/projects.service';
import { SweepsService, type SweepProgress } from '../sweep/sweeps.service';
import type { AuditFeed } from '../tag-rule/feed/audit-feed.entity';
import { AuditFeedService } from '../tag-rule/feed/audit-feed.service';
import { TagHistory } from '../tag-rule/tag-history.service';
import { NoticedChanges } from '../tag-rule/noticed-changes';
import type { ObservationSource } from '../tag-rule/observation';
import { SweptRecords } from '../tag-rule/swept-records';
import { percentiles, type Percentiles } from './percentiles';

const DAY_MS = 86_400_000;
/** Harbor tries three times, and gives up after about three minutes. */
const HINT_PATIENCE_MS = 600_000;
const ROW_PATIENCE_MS = 60_000;
const UNTOLD_WITHIN_MS = 60 * 60_000;
/** Measured anew no more often, whoever asks. */
const KEEP_MS = 10_000;

export const SOURCES = [
  'feed',
  'hint',
  'check',
  'sweep',
  'restore',
] as const satisfies readonly ObservationSource[];

export interface SourceDelay {
  source: ObservationSource | 'any';
  /** How many were measured. */
  changes: number;
  /** Null when none was. */
  delay: Percentiles | null;
}

export interface Freshness {
  measuredAt: Date;
  delays: SourceDelay[];
  /** Pushes without a webhook; null where Berth keeps none. */
  hintsMissing: number | null;
  oldestCheckAt: Date | null;
  sweeps: SweepProgress;
  /** Null where the audit log is not read, or was not yet. */
  feed: AuditFeed | null;
  /** Changes of the last hour of which the audit log told nothing; null where it is not read. */
  untold: number | null;
  openDrift: number;
}

/** How soon Berth knew of changes in Harbor, measured over the last 24 hours. */
@Injectable()
export class FreshnessService {
  private kept: { untilMs: number; freshness: Promise<Freshness> } | null = null;

  constructor(
    private readonly changes: NoticedChanges,
    private readonly records: SweptRecords,
    private readonly sweeps: SweepsService,
    private readonly feed: AuditFeedService,
    private readonly history: TagHistory,
    private readonly drift: DriftRecords,
    private readonly projects: ProjectsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    metrics: Metrics,
  ) {
    this.addTo(metrics);
  }

  /** At most ten seconds old. */
  async get(): Promise<Freshness> {
    const nowMs = performance.now();
    if (this.kept === null || this.kept.untilMs < nowMs) {
      const kept = { untilMs: nowMs + KEEP_MS, freshness: this.measure() };
      kept.freshness.catch(() => {
        if (this.kept === kept) this.kept = null;
      });
      this.kept = kept;
    }
    return this.kept.freshness;
  }

  private async measure(): Promise<Freshness> {
    const measuredAt = this.clock.now();
    const since = new Date(measuredAt.getTime() - DAY_MS);
    const [delays, hintsMissing, oldestCheckAt, sweeps, feed, drifts] = await Promise.all([
      this.delays(since),
      this.countMissingHints(since, measuredAt),
      this.records.oldestCheckAt(),
      this.sweeps.get(),
      this.config.tagRule.readsAuditLog ? this.feed.find() : null,
      this.drift.countOpen(),
    ]);
    const untold = feed === null ? null : await this.countUntold(measuredAt);
    const openDrift = [...drifts.values()].reduce((sum, open) => sum + open, 0);
    return { measuredAt, delays, hintsMissing, oldestCheckAt, sweeps, feed, untold, openDrift };
  }

  private async delays(since: Date): Promise<SourceDelay[]> {
    const all: number[] = [];
    const delays: SourceDelay[] = [];
    for (const source of SOURCES) {
      const changes = await this.changes.listBy(source, since);
      const measuredMs = changes.map(({ changedAt, noticedAt }) => noticedAt.getTime() - changedAt.getTime());
      for (const ms of measuredMs) all.push(ms);
      delays.push({ source, changes: measuredMs.length, delay: percentiles(measuredMs) });
    }
    return [...delays, { source: 'any', changes: all.length, delay: percentiles(all) }];
  }

  /** A row may come later than the look that a webhook caused. */
  private async countUntold(now: Date): Promise<number> {
    const since = new Date(now.getTime() - UNTOLD_WITHIN_MS);
    return this.history.countUntold(since, new Date(now.getTime() - ROW_PATIENCE_MS));
  }

  private async countMissingHints(since: Date, now: Date): Promise<number | null> {
    if (this.config.webhooks.baseUrl === null) return null;
    const until = new Date(now.getTime() - HINT_PATIENCE_MS);
    return this.changes.countWithoutHint(await this.projects.listMadeNames(), since, until);
  }

  private addTo(metrics: Metrics): void {
    metrics.readGauge(
      {
        name: 'berth_noticed_delay_seconds',
        help: 'From Harbor’s own time of a change to Berth’s knowledge, over 24 hours, by what noticed it first',
        labels: ['source', 'quantile'],
      },
      async () =>
        (await this.get()).delays.flatMap(({ source, delay }) =>
          delay === null
            ? []
            : [
                { labels: { source, quantile: '0.5' }, value: delay.p50Ms / 1000 },
                { labels: { source, quantile: '0.95' }, value: delay.p95Ms / 1000 },
                { labels: { source, quantile: '0.99' }, value: delay.p99Ms / 1000 },
              ],
        ),
    );
    metrics.readGauge(
      { name: 'berth_hints_missing', help: 'Pushes of 24 hours about which no webhook came' },
      async () => one((await this.get()).hintsMissing),
    );
    metrics.readGauge(
      { name: 'berth_oldest_check_age_seconds', help: 'Age of the tag check that is the oldest' },
      async () => {
        const { measuredAt, oldestCheckAt } = await this.get();
        return one(oldestCheckAt === null ? null : secondsBetween(oldestCheckAt, measuredAt));
      },
    );
    metrics.readGauge(
      { name: 'berth_feed_age_seconds', help: 'Since when Harbor’s audit log was not read' },
      async () => {
        const { measuredAt, feed } = await this.get();
        return one(feed === null ? null : secondsBetween(feed.readAt, measuredAt));
      },
    );
    metrics.readGauge(
      {
        name: 'berth_sweep_alarms_open',
        help: 'Sweeps that found so much changed that they recorded nothing',
      },
      async () => one((await this.get()).sweeps.alarms.length),
    );
    metrics.readGauge(
      { name: 'berth_sweep_projects', help: 'Projects by how their sweep stands', labels: ['state'] },
      async () => {
        const { running, due, stopped, projects } = (await this.get()).sweeps;
        const counts = { running, due, stopped, all: projects };
        return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
      },
    );
  }
}

function one(value: number | null): { labels: object; value: number }[] {
  return value === null ? [] : [{ labels: {}, value }];
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1000);
}
