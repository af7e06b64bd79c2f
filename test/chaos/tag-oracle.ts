import type { LogRow, TagKey } from './tag-world';

/** What a look saw. */
export interface Seen {
  digest: string;
  pushedAt: Date;
}

export interface Expected {
  recordedDigest: string | null;
  currentDigest: string | null;
  /** Where the tag was seen though it may not move: each such stay once. */
  flagged: string[];
  /** Whether the last of them stands. */
  isOpen: boolean;
  /** Every digest that a look saw or the log told. */
  history: Set<string>;
}

interface Known extends Expected {
  recordedPushedAt: Date | null;
  standing: string | null;
}

/** What Berth should know of each tag, worked out from its looks and the rows it read, by nothing of Berth's. */
export class TagOracle {
  readonly tags = new Map<TagKey, Known>();

  /**
   * @param rows what the log told of the tag before this look
   * @param pushedAt Harbor's time of a digest; null where it has that no more
   */
  look(
    key: TagKey,
    seen: Seen | null,
    rows: readonly LogRow[],
    pushedAt: (digest: string) => Date | null,
  ): void {
    const pushes = rows.filter(({ kind, digest }) => kind === 'pushed' && digest !== null);
    const known = this.tags.get(key) ?? this.begin(key, pushes[0]?.digest ?? seen?.digest ?? null, pushedAt);
    if (known === null) return;
    for (const { digest } of pushes) if (digest !== null) known.history.add(digest);
    if (seen !== null) known.history.add(seen.digest);
    known.currentDigest = seen?.digest ?? null;
    if (known.recordedDigest === null) return;
    const { recordedPushedAt } = known;
    const earlier = pushes.find(
      ({ digest, at }) =>
        digest !== known.recordedDigest && recordedPushedAt !== null && at < recordedPushedAt,
    );
    const corrected = earlier?.digest ?? null;
    if (corrected !== null) {
      known.recordedDigest = corrected;
      known.recordedPushedAt = pushedAt(corrected);
    }
    if (seen === null) return;
    if (seen.digest === known.recordedDigest) {
      Object.assign(known, { standing: null, isOpen: false });
    } else if (seen.digest !== known.standing) {
      known.flagged.push(seen.digest);
      Object.assign(known, { standing: seen.digest, isOpen: true });
    }
  }

  private begin(key: TagKey, first: string | null, pushedAt: (digest: string) => Date | null): Known | null {
    if (first === null) return null;
    const mayMove = key.endsWith(':latest');
    const known: Known = {
      recordedDigest: mayMove ? null : first,
      recordedPushedAt: pushedAt(first),
      currentDigest: null,
      flagged: [],
      isOpen: false,
      standing: null,
      history: new Set(),
    };
    this.tags.set(key, known);
    return known;
  }
}
