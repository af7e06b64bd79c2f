import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TagRecord } from './tag-record.entity';

type Follower = (manager: EntityManager, before: TagRecord, after: TagRecord) => Promise<void>;

/** Those who repeat what a record says: they write it in the transaction that changes the record. */
@Injectable()
export class RecordFollowers {
  private readonly followers: Follower[] = [];

  /** To be called before Berth has started, as in `onModuleInit`. */
  add(follower: Follower): void {
    this.followers.push(follower);
  }

  async tell(manager: EntityManager, before: TagRecord, after: TagRecord): Promise<void> {
    for (const follow of this.followers) await follow(manager, before, after);
  }
}
