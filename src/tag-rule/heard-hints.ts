import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Clock } from '../common/clock';
import { isUniqueViolation } from '../database/database-errors';
import type { TagName } from './observation';
import { TagHint } from './tag-hint.entity';
import { TagRecord } from './tag-record.entity';

/** Which tags webhooks named, so that those that never came can be counted. */
@Injectable()
export class HeardHints {
  constructor(
    @InjectRepository(TagHint) private readonly hints: Repository<TagHint>,
    @InjectRepository(TagRecord) private readonly records: Repository<TagRecord>,
    private readonly clock: Clock,
  ) {}

  /** Nothing where the tag has no record. */
  async note({ project, repository, tag }: TagName): Promise<void> {
    const record = await this.records.findOne({
      select: { id: true },
      where: { project, repository, tag },
    });
    if (record === null) return;
    const heardAt = this.clock.now();
    if ((await this.hints.update({ id: record.id }, { heardAt })).affected === 1) return;
    try {
      await this.hints.insert({ id: record.id, heardAt });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }
}
