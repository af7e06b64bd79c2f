import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Not, type Repository } from 'typeorm';
import type { ObservationSource } from './observation';
import { TagDigest } from './tag-digest.entity';
import { TagHint } from './hints/tag-hint.entity';
import { TagRecord } from './tag-record.entity';

/** Of each source, the newest so many are looked at. */
const MOST = 5_000;
/** A hint may come a little before the look that it caused, by another machine's clock. */
const CLOCKS_DIFFER_MS = 60_000;

/** A change whose own time Harbor told. */
export interface NoticedChange {
  changedAt: Date;
  /** When Berth knew it. */
  noticedAt: Date;
}

/** What the histories of all tags say of how soon changes were noticed. Reads only. */
@Injectable()
export class NoticedChanges {
  constructor(@InjectRepository(TagDigest) private readonly digests: Repository<TagDigest>) {}

  /** The newest 5,000 that this source was the first to notice, as far as Harbor told when they were made. */
  async listBy(source: ObservationSource, since: Date): Promise<NoticedChange[]> {
    const found = await this.digests.find({
      select: { id: true, firstSeenAt: true, changedAt: true },
      where: { source, firstSeenAt: MoreThan(since), changedAt: Not(IsNull()) },
      order: { firstSeenAt: 'DESC' },
      take: MOST,
    });
    return found.flatMap(({ changedAt, firstSeenAt }) =>
      changedAt === null || changedAt < since ? [] : [{ changedAt, noticedAt: firstSeenAt }],
    );
  }

  /**
   * How many pushes between the two times were noticed in these projects by other means, without any webhook that
   * named the tag then or later. What the log alone told, and the first record of what was there long before, do not
   * count; tags that were set by Harbor's API do, for which it has no webhook.
   */
  async countWithoutHint(projects: readonly string[], since: Date, until: Date): Promise<number> {
    if (projects.length === 0) return 0;
    const pushes = await this.digests
      .createQueryBuilder('digest')
      .innerJoin(TagRecord, 'record', 'record.id = digest.tagRecordId')
      .leftJoin(TagHint, 'hint', 'hint.id = digest.tagRecordId')
      .select(['digest.id', 'digest.firstSeenAt'])
      .addSelect('hint.heardAt', 'heardAt')
      .where('digest.firstSeenAt > :since AND digest.firstSeenAt < :until', { since, until })
      .andWhere("digest.source <> 'hint' AND digest.digest IS NOT NULL AND digest.looked = :looked", {
        looked: true,
      })
      .andWhere('(digest.place > 1 OR digest.changedAt > :since)')
      .andWhere('(hint.heardAt IS NULL OR hint.heardAt < digest.firstSeenAt)')
      .andWhere('record.project IN (:...projects)', { projects })
      .limit(MOST)
      .getRawMany<{ digest_firstSeenAt: Date | string; heardAt: Date | string | null }>();
    return pushes.filter(({ digest_firstSeenAt: seenAt, heardAt }) => {
      return heardAt === null || timeOf(heardAt) < timeOf(seenAt) - CLOCKS_DIFFER_MS;
    }).length;
  }
}

/** SQLite has its times as text in UTC, without a zone. */
function timeOf(told: Date | string): number {
  return typeof told === 'string' ? Date.parse(`${told.replace(' ', 'T')}Z`) : told.getTime();
}
