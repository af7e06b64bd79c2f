import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
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
}
