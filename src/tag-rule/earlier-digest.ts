import type { LoggedChange } from './digest-history';

/** What the audit log may still correct of a record. */
export interface Correctable {
  recordedDigest: string | null;
  recordedPushedAt: Date | null;
  life: number;
}

/**
 * The digest that a tag had before the one it is recorded with, when the log proves it: the tag was pushed before
 * Harbor had the recorded artifact at all. Both times are Harbor's own. Null: the record stands.
 */
export function earlierDigest(record: Correctable, logged: readonly LoggedChange[]): string | null {
  const { recordedDigest, recordedPushedAt, life } = record;
  // What an admin accepted, or what was pushed after a deletion through Berth, is not to be corrected.
  if (recordedDigest === null || recordedPushedAt === null || life > 1) return null;
  const earlier = logged.find(
    ({ kind, digest, at }) =>
      kind === 'pushed' && digest !== null && digest !== recordedDigest && at < recordedPushedAt,
  );
  return earlier?.digest ?? null;
}
