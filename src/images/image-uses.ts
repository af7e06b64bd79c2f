import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import { In, LessThan, type DataSource } from 'typeorm';
import { atMost } from '../common/at-most';
import { Clock } from '../common/clock';
import { ImageAudience } from './sharing/image-audience.entity';
import { Image } from './image.entity';

/** Lists are sorted by the last use: it moves once in this time at most. */
const NOTED_EVERY_MS = 3_600_000;
const MAX_NAMES = 50_000;
const BATCH = 500;

/** When jobs last ran the images of the catalog. */
@Injectable()
export class ImageUses {
  /** Noted lately by this process. */
  private readonly noted = new LRUCache<string, true>({ ...atMost(MAX_NAMES), ttl: NOTED_EVERY_MS });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Jobs run images of these names (`project/repository:tag`) now, whoever has them in the catalog. */
  async note(names: readonly string[]): Promise<void> {
    for (const name of new Set(names)) {
      if (this.noted.has(name)) continue;
      await this.noteOne(name);
      this.noted.set(name, true);
    }
  }

  private async noteOne(name: string): Promise<void> {
    const usedAtMs = this.clock.now().getTime();
    const before = LessThan(usedAtMs - NOTED_EVERY_MS);
    const { manager } = this.dataSource;
    for (;;) {
      const due = await manager.find(ImageAudience, {
        select: { audience: true, imageId: true },
        where: { name, usedAtMs: before },
        take: BATCH,
      });
      if (due.length === 0) return;
      const imageIds = [...new Set(due.map(({ imageId }) => imageId))].sort();
      await manager.update(Image, { id: In(imageIds) }, { usedAtMs });
      await manager.update(ImageAudience, { imageId: In(imageIds) }, { usedAtMs });
    }
  }
}
