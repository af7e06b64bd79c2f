import { LRUCache } from 'lru-cache';
import type { ArtifactLook } from '../harbor/harbor.types';
import type { LoggedChange } from './digest-history';
import type { TagRecord } from './tag-record.entity';

/** The log tells within a second or two what a webhook told, and the other way round. */
const REMEMBERED = { max: 500, ttl: 10_000 };

type FoundLook = Extract<ArtifactLook, { found: true }>;

interface Found {
  look: FoundLook;
  beganAt: Date;
  /** The same, of `performance.now()`. */
  beganAtMs: number;
  /** Of the record that it left. */
  version: number;
}

/** Looks of just now that found their tags, so that one serves both the webhook and the log that tell of a push. */
export class FoundTags {
  private readonly found = new LRUCache<string, Found>(REMEMBERED);

  note(key: string, { record, ...seen }: Omit<Found, 'version'> & { record: TagRecord | null }): void {
    if (record !== null && record.currentDigest === seen.look.artifact.digest) {
      this.found.set(key, { ...seen, version: record.version });
    } else this.found.delete(key);
  }

  wasFound(key: string, sinceMs: number): boolean {
    return (this.found.get(key)?.beganAtMs ?? Number.NEGATIVE_INFINITY) > sinceMs;
  }

  /**
   * The look after which nothing else was recorded, when it saw just what the log tells last and all is as it should
   * be. What came after that, the log tells in a later row.
   */
  find(key: string, before: TagRecord | null, logged: readonly LoggedChange[] = []): Found | null {
    const last = logged.at(-1);
    const found = last === undefined ? undefined : this.found.get(key);
    if (found === undefined || before === null || before.version !== found.version) return null;
    const { digest } = found.look.artifact;
    const isSame = last?.kind === 'pushed' && last.digest === digest && before.currentDigest === digest;
    const isRight = before.state === 'as-recorded' || before.state === 'current';
    return isSame && isRight && before.retiredAt === null ? found : null;
  }
}
