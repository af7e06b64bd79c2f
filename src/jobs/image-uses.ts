import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock';
import { ImageUse } from './image-use.entity';

/** When images were last used, by their names. */
@Injectable()
export class ImageUses {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Jobs run images of these names now. Sorted, so that two that have names in common do not wait for each other. */
  async touch(names: readonly string[]): Promise<void> {
    const lastUsedAt = this.clock.now();
    for (const name of [...new Set(names)].sort()) {
      await this.dataSource
        .createQueryBuilder()
        .insert()
        .into(ImageUse)
        .values({ id: uuidv7(), name, lastUsedAt })
        .orUpdate(['lastUsedAt'], ['name'])
        .execute();
    }
  }
}
