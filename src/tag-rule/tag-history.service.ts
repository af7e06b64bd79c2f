import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Between, IsNull, LessThan, MoreThan, type Repository } from 'typeorm';
import { TagDigest } from './tag-digest.entity';

/** What a tag had, when, by whom, and how Berth learned of it. */
@Injectable()
export class TagHistory {
  constructor(@InjectRepository(TagDigest) private readonly entries: Repository<TagDigest>) {}

  /** The newest first. @param beforePlace null begins with the newest */
  async list(tagRecordId: string, beforePlace: number | null, limit: number): Promise<TagDigest[]> {
    return this.entries.find({
      where: { tagRecordId, ...(beforePlace === null ? {} : { place: LessThan(beforePlace) }) },
      order: { place: 'DESC' },
      take: limit,
    });
  }

  /**
   * Changes noticed in that time of which Harbor's audit log told nothing. Of a tag's first digest only a webhook
   * says that it came just then.
   */
  async countUntold(since: Date, until: Date): Promise<number> {
    const untold = { firstSeenAt: Between(since, until), looked: true, changedAt: IsNull() };
    return this.entries.count({
      where: [
        { ...untold, place: MoreThan(1) },
        { ...untold, place: 1, source: 'hint' },
      ],
    });
  }
}
