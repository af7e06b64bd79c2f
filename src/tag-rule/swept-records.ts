import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Brackets, type DataSource, type SelectQueryBuilder } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { aboutProject } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { isUniqueViolation } from '../database/database-errors';
import { insertRows } from '../database/insert-rows';
import type { HarborArtifact } from '../harbor/harbor.types';
import { factsOf, historyRow } from './record-rows';
import { TagDigest } from './tag-digest.entity';
import { TagRecord } from './tag-record.entity';
import { digestToRecord, judge } from './tag-rule';

/** Statements name no more tags than this. */
const AT_ONCE = 100;
const VERSIONS_AT_ONCE = 5_000;

/** What a sweep compares a listed tag with. */
export type SweptTag = Pick<
  TagRecord,
  | 'id'
  | 'repository'
  | 'tag'
  | 'harborProjectId'
  | 'recordedDigest'
  | 'currentDigest'
  | 'state'
  | 'retiredAt'
  | 'sweptRound'
  | 'version'
>;

/** A tag as a list of Harbor shows it. */
export interface ListedTag {
  repository: string;
  tag: string;
  artifact: HarborArtifact;
}

/** One sweep over one project: `round` counts them. */
export interface SweptProject {
  project: string;
  harborProjectId: number;
  round: number;
}

/**
 * What a sweep reads and writes of many records at once. It writes only what changes nothing (a tag is as it was) and
 * what is new; every other observation goes through TagRecordsService.
 */
@Injectable()
export class SweptRecords {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly changes: Changes,
  ) {}

  /** The names of all projects that have records. */
  async listProjects(): Promise<string[]> {
    const found = await this.records()
      .select('record.project', 'project')
      .distinct(true)
      .getRawMany<{ project: string }>();
    return found.map(({ project }) => project);
  }

  /** How many tags of a project Berth knows to be there; of all projects when it is left out. */
  async countThere(project?: string): Promise<number> {
    const query = this.records().where("record.state <> 'gone'");
    if (project !== undefined) query.andWhere('record.project = :project', { project });
    return query.getCount();
  }

  /** The records of a project by repository, and how many there are of each; the sweep of what is not listed whole. */
  async countByRepository({ project, harborProjectId }: SweptProject): Promise<Map<string, number>> {
    const counted = await this.records()
      .select('record.repository', 'repository')
      .addSelect('COUNT(*)', 'tags')
      .where('record.project = :project AND record.harborProjectId = :harborProjectId', {
        project,
        harborProjectId,
      })
      .groupBy('record.repository')
      .orderBy('record.repository')
      .getRawMany<{ repository: string; tags: string | number }>();
    return new Map(counted.map(({ repository, tags }) => [repository, Number(tags)]));
  }

  /** Of all records of a project, by id. */
  async versionsOf({ project, harborProjectId }: SweptProject): Promise<Map<string, number>> {
    const versions = new Map<string, number>();
    let afterId = '';
    for (;;) {
      const found = await this.records()
        .select('record.id', 'id')
        .addSelect('record.version', 'version')
        .where('record.project = :project AND record.harborProjectId = :harborProjectId', {
          project,
          harborProjectId,
        })
        .andWhere('record.id > :afterId', { afterId })
        .orderBy('record.id')
        .limit(VERSIONS_AT_ONCE)
        .getRawMany<{ id: string; version: number }>();
      for (const { id, version } of found) versions.set(id, Number(version));
      const last = found.at(-1);
      if (found.length < VERSIONS_AT_ONCE || last === undefined) return versions;
      afterId = last.id;
    }
  }

  /** Those of the named tags that have a record, by `repository:tag`. */
  async findNamed(
    project: string,
    names: readonly { repository: string; tag: string }[],
  ): Promise<Map<string, SweptTag>> {
    const found = new Map<string, SweptTag>();
    for (const some of chunks(names)) {
      const byRepository = new Map<string, string[]>();
      for (const { repository, tag } of some) {
        byRepository.set(repository, [...(byRepository.get(repository) ?? []), tag]);
      }
      const query = this.swept().where('record.project = :project', { project });
      query.andWhere(
        new Brackets((which) => {
          [...byRepository].forEach(([repository, tags], index) => {
            which.orWhere(`(record.repository = :repository${index} AND record.tag IN (:...tags${index}))`, {
              [`repository${index}`]: repository,
              [`tags${index}`]: tags,
            });
          });
        }),
      );
      for (const record of await query.getMany()) found.set(keyOf(record), record);
    }
    return found;
  }

  /**
   * These tags were seen just as their records say. A record that changed meanwhile is left as it is.
   * @param beganAt when the look began that saw them
   */
  async markUnchanged(tags: readonly SweptTag[], { round }: SweptProject, beganAt: Date): Promise<void> {
    for (const some of chunks(tags)) {
      const query = this.dataSource
        .createQueryBuilder()
        .update(TagRecord)
        .set({ checkedAt: beganAt, checkedBy: 'sweep', sweptRound: round, version: () => 'version + 1' });
      some.forEach(({ id, version }, index) => {
        query.orWhere(`(id = :id${index} AND version = :version${index})`, {
          [`id${index}`]: id,
          [`version${index}`]: version,
        });
      });
      await query.execute();
    }
  }

  /** They were seen in this sweep, and then otherwise: it has to look at them again. */
  async unmark(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids)) {
      await this.dataSource.manager.update(TagRecord, some, { sweptRound: null });
    }
  }

  /** A list of the whole project did not show what is known to be gone. */
  async markGone({ project, harborProjectId, round }: SweptProject, beganAt: Date): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .update(TagRecord)
      .set({ checkedAt: beganAt, checkedBy: 'sweep', sweptRound: round, version: () => 'version + 1' })
      .where({ project, harborProjectId, state: 'gone' })
      .andWhere('checkedAt < :beganAt', { beganAt })
      .execute();
  }

  /** Records tags that have no record yet. Those that got one meanwhile are left as they are. */
  async recordFirst(tags: readonly ListedTag[], swept: SweptProject, beganAt: Date): Promise<number> {
    let recorded = 0;
    for (const some of chunks(tags)) {
      try {
        await this.insert(some, swept, beganAt);
        recorded += some.length;
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        const known = await this.findNamed(swept.project, some);
        const left = some.filter((one) => !known.has(keyOf(one)));
        if (left.length === some.length) throw error;
        recorded += await this.recordFirst(left, swept, beganAt);
      }
    }
    return recorded;
  }

  /** The records of a project that this sweep did not see as they were, by ascending id. */
  async listUnswept(
    { project, harborProjectId, round }: SweptProject,
    options: { withGone: boolean; afterId: string; limit: number },
  ): Promise<SweptTag[]> {
    const query = this.swept()
      .where('record.project = :project AND record.harborProjectId = :harborProjectId', {
        project,
        harborProjectId,
      })
      .andWhere('(record.sweptRound IS NULL OR record.sweptRound <> :round)', { round })
      .andWhere('record.id > :afterId', { afterId: options.afterId })
      .orderBy('record.id')
      .limit(options.limit);
    if (!options.withGone) query.andWhere("record.state <> 'gone'");
    return query.getMany();
  }

  /** When the tag was last looked at whose last look is the oldest, of those that are there; null without records. */
  async oldestCheckAt(): Promise<Date | null> {
    const [oldest] = await this.dataSource.manager.find(TagRecord, {
      select: { id: true, checkedAt: true },
      order: { checkedAt: 'ASC' },
      take: 1,
    });
    return oldest?.checkedAt ?? null;
  }

  private async insert(tags: readonly ListedTag[], swept: SweptProject, beganAt: Date): Promise<void> {
    const records = tags.map((tag) => firstRecord(tag, swept, beganAt));
    const times = { notBefore: null, seenAt: this.clock.now() };
    const entries = tags.map(({ artifact }, index) => {
      const entry = { digest: artifact.digest, looked: true, explanation: null };
      const seen = { look: { found: true, artifact }, source: 'sweep' } as const;
      const record = records[index];
      if (record === undefined) throw new Error('each tag has a record');
      return historyRow(record, entry, 1, seen, times);
    });
    await this.dataSource.transaction(async (manager) => {
      await insertRows(manager, TagRecord, records);
      await insertRows(manager, TagDigest, entries);
      await this.changes.record(manager, aboutProject(swept.project));
    });
  }

  private records(): SelectQueryBuilder<TagRecord> {
    return this.dataSource.getRepository(TagRecord).createQueryBuilder('record');
  }

  private swept(): SelectQueryBuilder<TagRecord> {
    return this.records().select([
      'record.id',
      'record.repository',
      'record.tag',
      'record.harborProjectId',
      'record.recordedDigest',
      'record.currentDigest',
      'record.state',
      'record.retiredAt',
      'record.sweptRound',
      'record.version',
    ]);
  }
}

export function keyOf({ repository, tag }: { repository: string; tag: string }): string {
  return `${repository}:${tag}`;
}

function firstRecord(
  { repository, tag, artifact }: ListedTag,
  swept: SweptProject,
  beganAt: Date,
): TagRecord {
  const recordedDigest = digestToRecord(tag, artifact.digest);
  return {
    id: uuidv7(),
    project: swept.project,
    repository,
    tag,
    harborProjectId: swept.harborProjectId,
    recordedDigest,
    recordedPushedAt: artifact.pushedAt,
    currentDigest: artifact.digest,
    state: judge(recordedDigest, artifact.digest),
    goneSince: null,
    recordedGone: false,
    flaggedDigest: null,
    ...factsOf(artifact),
    firstSeenAt: beganAt,
    checkedAt: beganAt,
    checkedBy: 'sweep',
    retiredAt: null,
    life: 1,
    loggedRow: null,
    loggedDigest: null,
    sweptRound: swept.round,
    historyCount: 1,
    version: 1,
  };
}

function* chunks<T>(all: readonly T[]): Generator<T[]> {
  for (let first = 0; first < all.length; first += AT_ONCE) yield all.slice(first, first + AT_ONCE);
}
