import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { TokenBuckets } from './token-bucket';

const MAX_KEYS = 10_000;

/**
 * How many links a second may be looked up: by each service token of a scheduler, and apart from them by each person.
 * Each replica counts by itself: asking Redis would take longer than most lookups.
 */
@Injectable()
export class LookupRate {
  private readonly buckets = {
    scheduler: new TokenBuckets(MAX_KEYS),
    person: new TokenBuckets(MAX_KEYS),
  };

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** Counts nothing. */
  hasRoom(caller: Caller): boolean {
    return this.waitMs(caller, 0) === 0;
  }

  /** Counts the links. @throws DomainError too-many `lookup.too-many` */
  require(caller: Caller, links: number): void {
    const waitMs = this.waitMs(caller, links);
    if (waitMs === 0) return;
    const waitSeconds = Math.ceil(waitMs / 1000);
    const params = { perSecond: this.perSecond(caller), waitSeconds };
    throw new DomainError('too-many', 'lookup.too-many', params, { retryAfterSeconds: waitSeconds });
  }

  private waitMs(caller: Caller, links: number): number {
    const [kind, key] =
      caller.kind === 'person'
        ? (['person', caller.personId] as const)
        : (['scheduler', caller.tokenId] as const);
    return this.buckets[kind].take(key, links, this.perSecond(caller), performance.now());
  }

  private perSecond({ kind }: Caller): number {
    const { lookupsPerSecond, personLookupsPerSecond } = this.config.throttle;
    return kind === 'person' ? personLookupsPerSecond : lookupsPerSecond;
  }
}
