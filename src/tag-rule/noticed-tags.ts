import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { LoggedChange } from './digest-history';
import type { ObservationSource, TagName } from './observation';
import { TagRecord } from './tag-record.entity';
import { TagRecordsService } from './tag-records.service';

/** With an artifact all its tags go, and Harbor names one of them. */
const MAX_TAGS_OF_DIGEST = 1_000;

/** Looks at the tags of which a webhook or the audit log tells. */
@Injectable()
export class NoticedTags {
  constructor(
    @InjectRepository(TagRecord) private readonly records: Repository<TagRecord>,
    private readonly tagRecords: TagRecordsService,
  ) {}

  /** Did a look that began since find the tag there, and was recorded? Then another has nothing to add. */
  wasFound(name: TagName, sinceMs: number): boolean {
    return this.tagRecords.wasFound(name, sinceMs);
  }

  /**
   * Looks at a tag, and when it is gone at those that were on its digest.
   * @throws DomainError outages of Harbor
   */
  async check(name: TagName, source: ObservationSource, logged: readonly LoggedChange[] = []): Promise<void> {
    const { state, digestBefore: digest } =
      source === 'feed'
        ? await this.tagRecords.checkLogged(name, logged)
        : await this.tagRecords.check(name, source);
    if (state !== 'gone' || digest === null) return;
    const deletion = logged.findLast(({ kind }) => kind === 'deleted');
    await this.checkDigest(name, digest, source, deletion);
  }

  /** Looks at the tags that were last seen on a digest. @throws DomainError outages of Harbor */
  async checkDigest(
    { project, repository }: Pick<TagName, 'project' | 'repository'>,
    digest: string,
    source: ObservationSource,
    deletion?: LoggedChange,
  ): Promise<void> {
    const records = await this.records.find({
      where: { project, repository, currentDigest: digest },
      take: MAX_TAGS_OF_DIGEST,
    });
    for (const record of records) {
      if (source === 'feed') await this.tagRecords.checkLogged(record, deletion ? [deletion] : []);
      else await this.tagRecords.check(record, source);
    }
  }
}
