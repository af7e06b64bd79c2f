import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { DatabaseReader } from '../database/database-reader';
import { EVERYTHING, isChangeKey } from './change-key';
import { Changes } from './changes';
import { SequenceReading } from './sequence-reading';

const EVERY_MS = 250;
/** What is kept in memory is right for this long after a look at the changes. */
const GOOD_FOR_MS = 1_000;
/** How long anybody waits for a look at the changes; then the database counts as away. */
const PATIENCE_MS = 300;
const ROWS = 1_000;
/** Rows are kept for longer (change-pruning.ts). */
const TOO_LONG_MS = 5 * 60_000;

interface Row {
  seq: number;
  subject: string;
}

/** Reads what all replicas changed, four times a second, on a connection of its own. */
@Injectable()
export class ChangeFeed implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ChangeFeed.name);
  private readonly reader: DatabaseReader;
  private readonly stopping = new AbortController();
  private reading: SequenceReading | null = null;
  private looking: Promise<boolean> | null = null;
  private lookingSinceMs = 0;
  private lastFailed = false;
  /** The look that is going on is waited for no longer. */
  private isSilent = false;
  /** When the last look began that succeeded; of the monotonic clock. */
  private seenAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly changes: Changes,
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CONFIG) config: Config,
  ) {
    this.reader = DatabaseReader.of(config.database, 1);
  }

  async onModuleInit(): Promise<void> {
    this.dataSource.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => this.changes.end(queryRunner, true),
      afterTransactionRollback: ({ queryRunner }) => this.changes.end(queryRunner, false),
    });
    await this.look();
    void this.repeat();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    await this.reader.close();
  }

  /** Was every change seen that was committed a second ago? */
  get isUpToDate(): boolean {
    return performance.now() - this.seenAtMs < GOOD_FOR_MS;
  }

  /** Did the database fail to show its changes just now, or is it silent? */
  get isAway(): boolean {
    return this.lastFailed || this.isSilent;
  }

  /** When the changes were last seen; of `performance.now()`. */
  get upToDateAtMs(): number {
    return this.seenAtMs;
  }

  /** Looks now unless it is up to date. False when the database is away; waits for it 300 ms at most, and once. */
  async catchUp(): Promise<boolean> {
    if (this.isUpToDate) return true;
    if (this.isAway) return false;
    const waited = new AbortController();
    const patience = untilImpatient(waited.signal).then(
      () => false,
      () => false,
    );
    const succeeded = await Promise.race([this.look(), patience]);
    waited.abort();
    return succeeded;
  }

  /** Sees every change that was committed before this call, where the database answers. For tests. */
  async look(): Promise<boolean> {
    if (this.looking !== null && this.lookingSinceMs < performance.now()) await this.looking;
    this.looking ??= this.read().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async repeat(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await sleep(EVERY_MS, undefined, { ref: false, signal: this.stopping.signal }).catch(() => undefined);
      if (!this.stopping.signal.aborted) await this.look();
    }
  }

  private async read(): Promise<boolean> {
    this.lookingSinceMs = performance.now();
    const answered = new AbortController();
    untilImpatient(answered.signal).then(
      () => {
        this.isSilent = true;
      },
      () => undefined,
    );
    try {
      const isContinued = this.reading !== null && (await this.readOn(this.reading));
      if (!isContinued) await this.beginAnew();
      this.seenAtMs = this.lookingSinceMs;
      if (this.lastFailed) this.logger.log('the changes of all replicas are read again');
      this.lastFailed = false;
      return true;
    } catch (error) {
      if (!this.lastFailed)
        this.logger.warn({ msg: 'the changes of all replicas cannot be read', err: error });
      this.lastFailed = true;
      return false;
    } finally {
      answered.abort();
      this.isSilent = false;
    }
  }

  /** False when rows may be gone that were not read: the last one that was read is gone, or was read long ago. */
  private async readOn(reading: SequenceReading): Promise<boolean> {
    if (this.lookingSinceMs - this.seenAtMs > TOO_LONG_MS) return false;
    for (;;) {
      const { last } = reading;
      const rows = await this.reader.read<Row>(
        `SELECT seq, subject FROM changes WHERE seq >= ? ORDER BY seq LIMIT ${ROWS}`,
        [last],
      );
      if (last > 0 && rows[0]?.seq !== last) return false;
      const late = await this.readSkipped(reading.skipped);
      this.apply(reading, [...late, ...rows]);
      if (rows.length < ROWS) return true;
    }
  }

  private async readSkipped(skipped: readonly number[]): Promise<Row[]> {
    if (skipped.length === 0) return [];
    // Few lengths, so that few statements are prepared.
    const length = 2 ** Math.ceil(Math.log2(skipped.length));
    const numbers = Array.from({ length }, (_, index) => skipped[index] ?? skipped[0] ?? 0);
    const marks = numbers.map(() => '?').join(', ');
    return this.reader.read<Row>(
      `SELECT seq, subject FROM changes WHERE seq IN (${marks}) ORDER BY seq`,
      numbers,
    );
  }

  /** Transactions that began before can still commit the numbers that are missing among the last ones. */
  private async beginAnew(): Promise<void> {
    const [newest] = await this.reader.read<{ seq: number | null }>(
      'SELECT MAX(seq) AS seq FROM changes',
      [],
    );
    const reading = new SequenceReading(Math.max(0, (newest?.seq ?? 0) - ROWS));
    const rows = await this.reader.read<Row>(
      `SELECT seq, subject FROM changes WHERE seq > ? ORDER BY seq LIMIT ${2 * ROWS}`,
      [reading.last],
    );
    reading.note(
      rows.map(({ seq }) => seq),
      this.lookingSinceMs,
    );
    this.reading = reading;
    this.changes.announce([EVERYTHING]);
  }

  private apply(reading: SequenceReading, rows: readonly Row[]): void {
    const fresh = new Set(
      reading.note(
        rows.map(({ seq }) => seq),
        this.lookingSinceMs,
      ),
    );
    if (fresh.size === 0) return;
    const subjects = rows.filter(({ seq }) => fresh.has(seq)).map(({ subject }) => subject);
    // A newer Berth beside this one may write what this one does not know.
    this.changes.announce(subjects.map((subject) => (isChangeKey(subject) ? subject : EVERYTHING)));
  }
}

/**
 * Rejects when aborted. What came while this process was busy with something else is read first: that it was late
 * itself is no silence of the database.
 */
async function untilImpatient(signal: AbortSignal): Promise<void> {
  await sleep(PATIENCE_MS, undefined, { ref: false, signal });
  for (let turns = 0; turns < 4; turns += 1) await turn(undefined, { ref: false, signal });
}
