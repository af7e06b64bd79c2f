import { Injectable } from '@nestjs/common';
import { aboutPerson } from '../../changes/change-key';
import { ChangeFeed } from '../../changes/change-feed';
import { ChangeMarks } from '../../changes/change-marks';
import { KeptFacts } from '../../changes/kept-facts';
import { AUDIENCES_GOOD_FOR_MS, ImageVisibility, type Audiences } from '../sharing/image-visibility';

const MAX_BYTES = 4 * 1024 * 1024;

/** The audiences of those who look at lists, in memory: no page waits for them. */
@Injectable()
export class KnownAudiences {
  private readonly kept: KeptFacts<Audiences>;

  constructor(
    private readonly visibility: ImageVisibility,
    private readonly feed: ChangeFeed,
    private readonly marks: ChangeMarks,
  ) {
    this.kept = new KeptFacts(marks, {
      maxBytes: MAX_BYTES,
      bytesOf: ({ shared }) => 200 + 100 * shared.length,
      isAbsent: () => false,
      readAgainMs: AUDIENCES_GOOD_FOR_MS,
    });
  }

  /** As they were within the last second; while it is not seen what changes, as the database has them. */
  async of(personId: string | null): Promise<Audiences> {
    if (personId === null) return this.visibility.audiencesOf(null);
    const known = this.feed.isUpToDate ? this.kept.find(personId, performance.now()) : undefined;
    if (known !== undefined) return known.value;
    const mark = this.marks.mark();
    const audiences = await this.visibility.audiencesOf(personId);
    this.kept.keep(personId, audiences, [aboutPerson(personId)], mark);
    return audiences;
  }
}
