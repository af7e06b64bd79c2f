import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RecordFollowers } from '../tag-rule/record-followers';
import type { TagRecord } from '../tag-rule/tag-record.entity';
import { Image, type ImageStanding } from './image.entity';
import { ImageAudiences } from './sharing/image-audiences';

export function standingOf({ kind, platforms, sizeBytes, state }: ImageStanding): ImageStanding {
  return { kind, platforms, sizeBytes, state };
}

/** Images stand as their tag records do: both change in one transaction. */
@Injectable()
export class ImageStandings implements OnModuleInit {
  constructor(
    private readonly followers: RecordFollowers,
    private readonly audiences: ImageAudiences,
  ) {}

  onModuleInit(): void {
    this.followers.add((manager, before, after) => this.follow(manager, before, after));
  }

  private async follow(manager: EntityManager, before: TagRecord, after: TagRecord): Promise<void> {
    const [had, has] = [standingOf(before), standingOf(after)];
    if (JSON.stringify(had) === JSON.stringify(has)) return;
    // Also the lock: what is read next is as it is now.
    const { affected } = await manager.update(Image, { tagRecordId: after.id }, { standing: has });
    if (affected === 0) return;
    const images = await manager.findBy(Image, { tagRecordId: after.id });
    for (const image of images) await this.audiences.update(manager, { ...image, standing: had }, image);
  }
}
