import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { atMost } from '../common/at-most';
import { Clock } from '../common/clock';
import { Image } from './image.entity';
import { lockImage } from './lock-image';
import { ImageAudiences } from './sharing/image-audiences';

/** Lists are sorted by the last use: it moves once in this time at most. */
const NOTED_EVERY_MS = 3_600_000;
const MAX_NAMES = 50_000;
const BATCH = 50;

/** When jobs last ran the images of the catalog. */
@Injectable()
export class ImageUses {
  /** Noted lately by this process. */
  private readonly noted = new LRUCache<string, true>({ ...atMost(MAX_NAMES), ttl: NOTED_EVERY_MS });

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly audiences: ImageAudiences,
    private readonly clock: Clock,
  ) {}

  /** Jobs run images of these names (`project/repository:tag`) now, whoever has them in the catalog. */
  async note(names: readonly string[]): Promise<void> {
    for (const name of new Set(names)) {
      if (this.noted.has(name)) continue;
      await this.noteAll(name);
      this.noted.set(name, true);
    }
  }

  private async noteAll(name: string): Promise<void> {
    const usedAtMs = this.clock.now().getTime();
    for (;;) {
      const due = await this.dataSource.query<{ id: string }[]>(
        'SELECT DISTINCT i.id AS id FROM image_audiences a JOIN images i ON i.id = a.imageId ' +
          `WHERE a.name = ? AND i.usedAtMs < ? LIMIT ${BATCH}`,
        [name, usedAtMs - NOTED_EVERY_MS],
      );
      if (due.length === 0) return;
      const ids = due.map(({ id }) => id).sort();
      await this.dataSource.transaction(async (manager) => {
        for (const id of ids) {
          const image = await lockImage(manager, id);
          if (image === null) continue;
          await manager.update(Image, { id }, { usedAtMs });
          await this.audiences.sort(manager, { ...image, usedAtMs });
        }
      });
    }
  }
}
