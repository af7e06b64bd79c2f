import type { DataSource } from 'typeorm';
import { Hold } from '../../src/restoring/hold.entity';
import { Restoration } from '../../src/restoring/restoration.entity';
import { TagDigest } from '../../src/tag-rule/tag-digest.entity';
import { TagRecord } from '../../src/tag-rule/tag-record.entity';
import { Violation } from '../../src/tag-rule/violations/violation.entity';
import type { TagOracle } from './tag-oracle';
import { REPOSITORIES, type TagKey, type TagWorld } from './tag-world';

export interface Compared {
  violations: number;
  putBack: number;
  toldOnly: number;
}

/** Why a tag stays where it was moved to though its project wants it put back. */
const LEFT = ['tag.restore-gone', null] as const;

/** Compares what Berth's database says with what the model expects, once all has come to rest. */
export class TagComparison {
  private wrong: string[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly world: TagWorld,
    private readonly oracle: TagOracle,
  ) {}

  /** @param wrong gets what is not as it should be */
  async run(wrong: string[]): Promise<Compared> {
    this.wrong = wrong;
    const { manager } = this.dataSource;
    const records = await manager.findBy(TagRecord, { project: this.world.project });
    const violations = await manager.find(Violation, { order: { id: 'ASC' } });
    const history = await manager.find(TagDigest, { order: { place: 'ASC' } });
    const known = new Set(records.map(({ repository, tag }) => `${repository}:${tag}`));
    for (const key of this.oracle.tags.keys()) if (!known.has(key)) wrong.push(`${key} has no record`);
    for (const record of records) {
      const ofTag = violations.filter(({ tagRecordId }) => tagRecordId === record.id);
      const digests = history.filter(({ tagRecordId }) => tagRecordId === record.id);
      this.compareTag(`${record.repository}:${record.tag}`, record, ofTag, digests);
    }
    const putBack = await this.compareRestorations(violations);
    const toldOnly = history.filter(({ looked }) => !looked).length;
    return { violations: violations.length, putBack, toldOnly };
  }

  /** What jobs get of a moved tag has a tag, be it Berth's own; and Berth holds nothing else. */
  async compareHolds(wrong: string[]): Promise<number> {
    const holds = await this.dataSource.manager.find(Hold);
    for (const repository of REPOSITORIES) {
      const needed = new Set<string>();
      for (const [key, { standing, recordedDigest }] of this.oracle.tags) {
        if (!key.startsWith(`${repository}:`) || standing === null || recordedDigest === null) continue;
        needed.add(recordedDigest);
      }
      for (const { digest, tags } of await this.world.artifactsOf(repository)) {
        const isBare = (tags ?? []).length === 0;
        if (needed.has(digest) && isBare) wrong.push(`${repository}@${digest} is not held`);
      }
      // Harbor copies an artifact with all its tags, so a tag like Berth's can be there that is not.
      for (const { digest } of holds.filter((hold) => hold.repository === repository))
        if (!needed.has(digest)) wrong.push(`${repository}@${digest} is held for nothing`);
    }
    return holds.length;
  }

  private compareTag(
    key: TagKey,
    record: TagRecord,
    violations: readonly Violation[],
    history: readonly TagDigest[],
  ): void {
    const expected = this.oracle.tags.get(key);
    this.expectSame(key, 'current digest', record.currentDigest, this.world.truth.get(key) ?? null);
    if (expected === undefined) {
      this.wrong.push(`${key} has a record, though nobody saw it`);
      return;
    }
    this.expectSame(key, 'recorded digest', record.recordedDigest, expected.recordedDigest);
    const flagged = violations.map(({ toDigest: digest, state }) => ({ digest, state }));
    this.expectSame(key, 'violations', flagged, expected.flagged);
    this.expectSame(key, 'flagged digest', record.flaggedDigest, expected.standing);
    const open = violations.filter(({ openRecordId }) => openRecordId !== null);
    this.expectSame(
      key,
      'open',
      open.length,
      expected.flagged.filter(({ state }) => state === 'open').length,
    );
    const digests = [...new Set(history.flatMap(({ digest }) => digest ?? []))].sort();
    this.expectSame(key, 'history', digests, [...expected.history].sort());
    const last = history.filter(({ looked }) => looked).at(-1)?.digest ?? null;
    this.expectSame(key, 'last entry of the history', last, record.currentDigest);
    this.expectSame(key, 'length of the history', history.length, record.historyCount);
  }

  /** Where the project wants its tags back, one that is not is one that cannot be, or was put back too often. */
  private async compareRestorations(violations: readonly Violation[]): Promise<number> {
    const restorations = await this.dataSource.manager.find(Restoration);
    const byViolation = new Map(restorations.map((one) => [one.violationId, one]));
    for (const { id, state, repository, tag, tagRecordId } of violations) {
      const { state: outcome, problem } = byViolation.get(id) ?? { state: null, problem: null };
      const name = `${repository}:${tag}`;
      if (state !== 'open') continue;
      const isLeft = outcome === 'stopped' || (outcome === 'failed' && LEFT.some((one) => one === problem));
      if (!isLeft) this.wrong.push(`${name} is not put back: ${outcome} ${problem}`);
      if (outcome !== 'stopped') continue;
      const rounds = restorations.filter(
        (one) => one.tagRecordId === tagRecordId && one.state === 'done' && one.username === null,
      );
      if (rounds.length < 3) this.wrong.push(`${name} was put back ${rounds.length} times, and no more`);
    }
    return restorations.filter(({ state }) => state === 'done').length;
  }

  private expectSame(key: TagKey, what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (is !== should) this.wrong.push(`${key}: ${what} is ${is}, and should be ${should}`);
  }
}
