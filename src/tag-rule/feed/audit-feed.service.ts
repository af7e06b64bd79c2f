import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { BackgroundTasks } from '../../background/background-tasks';
import { Clock } from '../../common/clock';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HarborClient } from '../../harbor/harbor.client';
import type { AuditPage } from '../../harbor/harbor.types';
import { AuditFeed } from './audit-feed.entity';
import { LoggedTags } from './logged-tags';
import { aged, answered, due, withGap } from './missing-rows';
import { ROWS_OF_TAGS } from './audit-row';

const NAME = 'harbor';
const EVERY_MS = 1_000;
/** A replica that died while it read the log is missed after so long: it is what tells of a push first. */
const LEASE_SECONDS = 4;
/** One run of the background task; another replica may have the next. */
const RUN_MS = 50_000;
const PAGE = 100;
/** In one round; more is asked for in the next. */
const MISSING_PAGES = 5;
/** That all is quiet is written no more often. */
const WRITE_QUIET_MS = 10_000;
/** How often an empty answer is not taken for granted. */
const LOOK_FOR_RESTART_MS = 60_000;

/**
 * Reads Harbor's audit log from a cursor, each second and by one replica, and has every tag looked at of which it
 * tells: mostly the first signal of a push, and the only one that knows who it was and what was undone meanwhile.
 * It may be off or purged: the sweep alone finds everything.
 */
@Injectable()
export class AuditFeedService implements OnModuleInit {
  private readonly logger = new Logger(AuditFeedService.name);
  private agedAtMs = 0;
  private restartLookedAtMs = 0;
  private isFailing = false;

  constructor(
    @InjectRepository(AuditFeed) private readonly feeds: Repository<AuditFeed>,
    private readonly harbor: HarborClient,
    private readonly loggedTags: LoggedTags,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    if (!this.config.tagRule.readsAuditLog) return;
    this.tasks.register({
      name: 'audit-feed',
      everyMs: EVERY_MS,
      leaseSeconds: LEASE_SECONDS,
      run: async (signal) => this.follow(signal),
    });
  }

  /** How far the log was read; null before it was read for the first time. */
  async find(): Promise<AuditFeed | null> {
    return this.feeds.findOneBy({ name: NAME });
  }

  /** Reads what is new now, and asks for what is missing. @throws DomainError outages of Harbor */
  async readOn(signal: AbortSignal): Promise<void> {
    const feed = await this.find();
    if (feed === null) {
      await this.beginAtNewest();
      return;
    }
    const before = { ...feed };
    const passedMs = this.agedAtMs === 0 ? 0 : performance.now() - this.agedAtMs;
    this.agedAtMs = performance.now();
    feed.missing = aged(feed.missing, passedMs);
    const isNew = await this.readNew(feed, signal);
    const isLate = await this.askForMissing(feed, signal);
    const isQuiet = this.clock.now().getTime() - before.readAt.getTime() < WRITE_QUIET_MS;
    if (!isNew && !isLate && isQuiet && feed.missing.length === before.missing.length) return;
    await this.write(feed);
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const endsAtMs = performance.now() + RUN_MS;
    this.agedAtMs = 0;
    while (!signal.aborted && performance.now() < endsAtMs) {
      const beganAtMs = performance.now();
      await this.readInTurn(signal);
      await pause(EVERY_MS - (performance.now() - beganAtMs), signal);
    }
  }

  /** An outage is told once; the log waits for us. */
  private async readInTurn(signal: AbortSignal): Promise<void> {
    try {
      await this.readOn(signal);
      if (this.isFailing) this.logger.log('the audit log of Harbor is read again');
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.logger.warn({ msg: 'the audit log of Harbor cannot be read', err: error });
      this.isFailing = true;
    }
  }

  /** What happened before Berth first read the log is not told again. */
  private async beginAtNewest(): Promise<void> {
    const { log, items } = await this.harbor.newestAuditRow();
    const [newest] = items;
    await this.feeds.insert({
      id: uuidv7(),
      name: NAME,
      log,
      lastId: newest?.id ?? 0,
      missing: [],
      lost: 0,
      readAt: this.clock.now(),
      rowAt: newest?.at ?? null,
      restartedAt: null,
      version: 1,
    });
  }

  /** False: there was nothing new. */
  private async readNew(feed: AuditFeed, signal: AbortSignal): Promise<boolean> {
    let isNew = false;
    for (;;) {
      const page = await this.harbor.auditRows({ afterId: feed.lastId, limit: PAGE, ...ROWS_OF_TAGS });
      if (page.log !== feed.log) return this.changeLog(feed, page.log);
      const last = page.items.at(-1);
      if (last === undefined) return (await this.restart(feed)) || isNew;
      await this.loggedTags.look(page.log, page.items);
      const ids = page.items.map(({ id }) => id);
      const { missing, lost } = withGap(feed.missing, feed.lastId, ids);
      Object.assign(feed, { missing, lost: feed.lost + lost, lastId: last.id, rowAt: last.at });
      isNew = true;
      if (!page.hasMore || signal.aborted) return isNew;
      await this.write(feed);
    }
  }

  /** A Harbor of 2.13 or later begins another log; what an older one wrote is read to its end before the upgrade. */
  private changeLog(feed: AuditFeed, log: AuditPage['log']): boolean {
    this.logger.warn({ msg: 'Harbor writes another audit log now', log });
    Object.assign(feed, { log, lastId: 0, missing: [] });
    return true;
  }

  /** Harbor was put back to an earlier day: its ids begin again below ours. */
  private async restart(feed: AuditFeed): Promise<boolean> {
    if (performance.now() - this.restartLookedAtMs < LOOK_FOR_RESTART_MS) return false;
    this.restartLookedAtMs = performance.now();
    const { log, items } = await this.harbor.newestAuditRow();
    const newestId = items[0]?.id;
    if (log !== feed.log || newestId === undefined || newestId >= feed.lastId) return false;
    this.logger.error({ msg: 'the audit log of Harbor has begun anew', lastId: feed.lastId, newestId });
    Object.assign(feed, { lastId: newestId, missing: [], restartedAt: this.clock.now() });
    return true;
  }

  /** Rows that were not there yet when a later one was. */
  private async askForMissing(feed: AuditFeed, signal: AbortSignal): Promise<boolean> {
    let isLate = false;
    for (let pages = 0; pages < MISSING_PAGES && !signal.aborted; pages += 1) {
      const ids = due(feed.missing).slice(0, PAGE);
      if (ids.length === 0) return isLate;
      const { log, items } = await this.harbor.auditRowsWithIds(ids);
      if (log !== feed.log) return isLate;
      await this.loggedTags.look(log, items);
      feed.missing = answered(
        feed.missing,
        ids,
        items.map(({ id }) => id),
      );
      isLate = true;
    }
    return isLate;
  }

  private async write(feed: AuditFeed): Promise<void> {
    const { id, version, ...read } = feed;
    const written = await this.feeds.update(
      { id, version },
      { ...read, readAt: this.clock.now(), version: version + 1 },
    );
    if (written.affected !== 1) throw new Error('another replica reads the audit log');
    feed.version = version + 1;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal, ref: false }).catch(() => undefined);
}
