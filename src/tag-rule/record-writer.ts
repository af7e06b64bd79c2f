import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, type DataSource, type EntityManager } from 'typeorm';
import { aboutLink } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { isUniqueViolation } from '../database/database-errors';
import { CommitTogether } from './commit-together';
import type { HistoryPlan, KnownHistory } from './digest-history';
import { formatTagName, type Observation } from './observation';
import { RecordFollowers } from './record-followers';
import { answersChanged, explanationRow, historyRow, violationRow } from './record-rows';
import { TagDigest } from './tag-digest.entity';
import { TagRecord } from './tag-record.entity';
import { Violation } from './violations/violation.entity';
import { ViolationEvents } from './violations/violation-events';
import type { ViolationState } from './violations/violation-life';

/** New rows are matched with no more of the history than this. */
const ENTRIES_MATCHED = 30;

/** How the open violation of a record ends. */
export interface Settlement {
  state: Exclude<ViolationState, 'open'>;
  settledBy: string | null;
  reason?: string;
  acceptedNewDigest?: boolean;
  /** Only this one: conflict `violation.changed` when another is open, or none. */
  violationId?: string;
}

/** What is to be written of one observation: all of it, or nothing when the record changed meanwhile. */
export interface RecordWrite {
  /** Null: the record is new. */
  before: TagRecord | null;
  /** With the version that is written. */
  after: TagRecord;
  plan: HistoryPlan;
  /** Of the violation that is open; null leaves it. */
  settlement: Settlement | null;
  /** A violation begins: the tag moved to where it is now. */
  flags: boolean;
  observation: Pick<Observation, 'look' | 'source'>;
  /** More to write with it. */
  alongside?: (manager: EntityManager) => Promise<void>;
}

/** Writes a record, its history and its violations in one transaction, and tells it when that is committed. */
@Injectable()
export class RecordWriter {
  private readonly together: CommitTogether;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly changes: Changes,
    private readonly events: ViolationEvents,
    private readonly followers: RecordFollowers,
  ) {
    this.together = new CommitTogether(dataSource);
  }

  /** The part of the history with which new rows are matched. */
  async knownHistory(record: TagRecord | null): Promise<KnownHistory> {
    if (record === null) return { entries: [], loggedRow: null, loggedDigest: null };
    const newest = await this.dataSource.getRepository(TagDigest).find({
      where: { tagRecordId: record.id },
      order: { place: 'DESC' },
      take: ENTRIES_MATCHED,
    });
    const { loggedRow, loggedDigest } = record;
    return { entries: newest.reverse(), loggedRow, loggedDigest };
  }

  /** The violations that it opened or settled, or `overtaken`: the record has another version than `before`. */
  async write(write: RecordWrite): Promise<Violation[] | 'overtaken'> {
    const { before, after, alongside } = write;
    const work = async (manager: EntityManager): Promise<Violation[] | 'overtaken'> => {
      if (!(await this.writeRecord(manager, before, after))) return 'overtaken';
      if (before !== null) await this.followers.tell(manager, before, after);
      const entries = await this.writeHistory(manager, write);
      const settled = await this.settle(manager, write);
      const opened = write.flags ? await this.open(manager, write, entries, settled) : null;
      await alongside?.(manager);
      if (before === null || answersChanged(before, after)) {
        await this.changes.record(manager, aboutLink(formatTagName(after)));
      }
      return [settled, opened].filter((violation) => violation !== null);
    };
    // What others write alongside is done once.
    const violations = await (alongside === undefined
      ? this.together.run(work)
      : this.dataSource.transaction(work));
    if (violations === 'overtaken') return violations;
    for (const violation of violations) this.events.tell(violation);
    return violations;
  }

  /** As `write`, where a look found all as it was: one statement. False: overtaken. */
  async confirm(before: TagRecord, after: TagRecord): Promise<boolean> {
    const { id, version } = before;
    const { checkedAt, checkedBy } = after;
    const seen = { checkedAt, checkedBy, version: after.version };
    const { affected } = await this.together.run(async (manager) =>
      manager.update(TagRecord, { id, version }, seen),
    );
    return affected === 1;
  }

  private async writeRecord(
    manager: EntityManager,
    before: TagRecord | null,
    after: TagRecord,
  ): Promise<boolean> {
    if (before !== null) {
      const { id, version } = before;
      return (await manager.update(TagRecord, { id, version }, after)).affected === 1;
    }
    try {
      await manager.insert(TagRecord, after);
      return true;
    } catch (error) {
      if (isUniqueViolation(error, 'uq_tag_records_name')) return false;
      throw error;
    }
  }

  private async writeHistory(manager: EntityManager, write: RecordWrite): Promise<TagDigest[]> {
    const { before, after, plan, observation } = write;
    const seenAt = this.clock.now();
    // Two machines' clocks may differ.
    const notBefore = before === null || before.checkedAt > seenAt ? null : before.checkedAt;
    const first = after.historyCount - plan.append.length + 1;
    const entries = plan.append.map((entry, index) =>
      historyRow(after, entry, first + index, observation, { notBefore, seenAt }),
    );
    if (entries.length > 0) await manager.insert(TagDigest, entries);
    for (const { id, digest, firstSeenAt, explanation } of plan.explain) {
      const told = explanationRow(explanation);
      await manager.update(TagDigest, { id, logRow: IsNull() }, told);
      if (digest === null) continue;
      const { changedAt, changedBy } = told;
      // It may be settled by now: who puts a tag back at once is faster than Harbor's log.
      const move = { tagRecordId: after.id, toDigest: digest, latestAt: firstSeenAt };
      await manager.update(Violation, { ...move, changedAt: IsNull() }, { changedAt, changedBy });
    }
    return entries;
  }

  private async settle(
    manager: EntityManager,
    { after, settlement }: RecordWrite,
  ): Promise<Violation | null> {
    if (settlement === null) return null;
    const { state, settledBy, reason = null, acceptedNewDigest = false, violationId } = settlement;
    const open = await manager.findOneBy(Violation, { openRecordId: after.id });
    if (violationId !== undefined && open?.id !== violationId) {
      throw new DomainError('conflict', 'violation.changed');
    }
    if (open === null) return null;
    const settled = {
      openRecordId: null,
      ...{ state, settledBy, reason, acceptedNewDigest },
      settledAt: this.clock.now(),
      version: open.version + 1,
    };
    await manager.update(Violation, { id: open.id }, settled);
    return { ...open, ...settled };
  }

  private async open(
    manager: EntityManager,
    { before, after }: RecordWrite,
    entries: readonly TagDigest[],
    follows: Violation | null,
  ): Promise<Violation> {
    const move =
      entries.findLast(({ digest }) => digest === after.currentDigest) ??
      (await this.lastEntry(manager, after));
    const from = before?.flaggedDigest ?? after.recordedDigest ?? '';
    const opened = violationRow(after, from, move, follows?.id ?? null);
    await manager.insert(Violation, opened);
    return opened;
  }

  /** Of a digest that was there before it was known to be a move. */
  private async lastEntry(manager: EntityManager, { id, currentDigest }: TagRecord): Promise<TagDigest> {
    return manager.findOneOrFail(TagDigest, {
      where: { tagRecordId: id, digest: currentDigest ?? IsNull() },
      order: { place: 'DESC' },
    });
  }
}
