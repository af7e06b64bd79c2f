import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { aboutServiceToken } from '../changes/change-key';
import { ChangeFeed } from '../changes/change-feed';
import { ChangeMarks } from '../changes/change-marks';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isDatabaseAway } from '../database/database-errors';
import type { ServiceCaller } from './caller';
import { hashOfToken, SERVICE_TOKEN_PREFIX } from './secret-token';
import { ServiceTokensService } from './service-tokens.service';

const MAX_TOKENS = 1_000;
const READ_AGAIN_MS = 60_000;
/** A token can come without being announced. */
const UNKNOWN_READ_AGAIN_MS = 1_000;
/** The scheme's case says nothing (RFC 9110, 11.1). */
const BEARER = new RegExp(`^bearer +(${SERVICE_TOKEN_PREFIX}.*)$`, 'i');

interface Verdict {
  caller: ServiceCaller;
  mark: number;
  readAtMs: number;
}

/**
 * Whose service tokens are. A revoked one dies at once here, and within a second on every replica. While the database
 * is away, those that were good stay so as long as lookups are answered.
 */
@Injectable()
export class ServiceTokenMemory {
  private readonly verdicts = new LRUCache<string, Verdict>({ max: MAX_TOKENS });
  /** Beside the good ones, which bad ones, in any number, must not push out. */
  private readonly refused = new LRUCache<string, true>({ max: MAX_TOKENS, ttl: UNKNOWN_READ_AGAIN_MS });

  constructor(
    private readonly tokens: ServiceTokensService,
    private readonly feed: ChangeFeed,
    private readonly marks: ChangeMarks,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Null when the token is not ours or was revoked.
   * @throws DomainError upstream-unavailable `database.unavailable`
   */
  async authenticate(secret: string): Promise<ServiceCaller | null> {
    const hash = hashOfToken(secret);
    const kept = this.verdicts.get(hash);
    if (!(await this.feed.catchUp())) return this.lastKnown(kept);
    if (kept !== undefined && this.isGood(kept)) return kept.caller;
    if (this.refused.has(hash)) return null;
    const mark = this.marks.mark();
    try {
      const caller = await this.tokens.findByHash(hash);
      this.keep(hash, caller, mark);
      return caller;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      return this.lastKnown(kept);
    }
  }

  private keep(hash: string, caller: ServiceCaller | null, mark: number): void {
    if (caller !== null) {
      this.verdicts.set(hash, { caller, mark, readAtMs: performance.now() });
      return;
    }
    this.verdicts.delete(hash);
    this.refused.set(hash, true);
  }

  private lastKnown(kept: Verdict | undefined): ServiceCaller {
    if (kept !== undefined && this.holds(kept)) return kept.caller;
    throw new DomainError('upstream-unavailable', 'database.unavailable', {}, { retryAfterSeconds: 5 });
  }

  /** By the value of the header Authorization, without asking; null: it has to be asked for, or is no such token. */
  recall(authorization: string): ServiceCaller | null {
    const secret = BEARER.exec(authorization)?.[1];
    const kept = secret === undefined ? undefined : this.verdicts.get(hashOfToken(secret));
    return kept !== undefined && this.feed.isUpToDate && this.isGood(kept) ? kept.caller : null;
  }

  private isGood(verdict: Verdict): boolean {
    return this.isUnchanged(verdict) && performance.now() - verdict.readAtMs < READ_AGAIN_MS;
  }

  private holds(verdict: Verdict): boolean {
    const awayMs = performance.now() - this.feed.upToDateAtMs;
    return this.isUnchanged(verdict) && awayMs <= this.config.lookup.withoutDatabaseMs;
  }

  private isUnchanged({ caller, mark }: Verdict): boolean {
    return this.marks.isUnchanged([aboutServiceToken(caller.tokenId)], mark);
  }
}
