import type { LogRow, TagKey } from './tag-world';

/** What a look saw. */
export interface Seen {
  digest: string;
  pushedAt: Date;
}

/** A stay of a tag where it may not be. */
export interface Flagged {
  digest: string;
  state: 'open' | 'restored' | 'acknowledged' | 'ended';
}

export interface Expected {
  recordedDigest: string | null;
  currentDigest: string | null;
  /** Each stay of a tag where it may not be once, and what became of it. */
  flagged: Flagged[];
  /** Where the tag stands though it may not, whether or not an admin knows it; null: it was last seen where it belongs. */
  standing: string | null;
  /** Every digest that a look saw or the log told. */
  history: Set<string>;
}

interface Known extends Expected {
  recordedPushedAt: Date | null;
  /** Deleted through Berth, and not seen since. */
  isRetired: boolean;
  /** The log may still tell of an earlier digest. */
  isFirstLife: boolean;
}

type PushedAt = (digest: string) => Date | null;

/** What Berth should know of each tag, worked out from its looks, the rows it read and what people did through it. */
export class TagOracle {
  readonly tags = new Map<TagKey, Known>();

  /**
   * @param rows what the log told of the tag before this look
   * @param pushedAt Harbor's time of a digest; null where it has that no more
   */
  look(key: TagKey, seen: Seen | null, rows: readonly LogRow[], pushedAt: PushedAt): void {
    const pushes = rows.filter(({ kind, digest }) => kind === 'pushed' && digest !== null);
    const known = this.tags.get(key) ?? this.begin(key, pushes[0]?.digest ?? seen?.digest ?? null, pushedAt);
    if (known === null) return;
    for (const { digest } of pushes) if (digest !== null) known.history.add(digest);
    if (seen !== null) known.history.add(seen.digest);
    known.currentDigest = seen?.digest ?? null;
    if (known.isRetired && seen !== null) {
      this.startAfresh(key, known, seen);
      return;
    }
    if (known.recordedDigest === null) return;
    this.correct(known, pushes, pushedAt);
    if (seen === null) return;
    const isBack = seen.digest === known.recordedDigest;
    if (!isBack && seen.digest === known.standing) return;
    settle(known, isBack ? 'restored' : 'ended');
    known.standing = isBack ? null : seen.digest;
    if (!isBack) known.flagged.push({ digest: seen.digest, state: 'open' });
  }

  /** Deleted through Berth: what is pushed from now on owes nothing to what was. */
  retire(key: TagKey): void {
    const known = this.tags.get(key);
    if (known === undefined) return;
    settle(known, 'ended');
    Object.assign(known, { isRetired: true, standing: null, currentDigest: null });
  }

  /** An admin decided about where the tag stands. */
  acknowledge(key: TagKey, isAccepted: boolean, pushedAt: PushedAt): void {
    const known = this.tags.get(key);
    if (known === undefined) return;
    settle(known, 'acknowledged');
    if (!isAccepted) return;
    const { currentDigest } = known;
    Object.assign(known, {
      recordedDigest: currentDigest,
      recordedPushedAt: currentDigest === null ? null : pushedAt(currentDigest),
      standing: null,
      isFirstLife: false,
    });
  }

  private begin(key: TagKey, first: string | null, pushedAt: PushedAt): Known | null {
    if (first === null) return null;
    const known: Known = {
      recordedDigest: mayMove(key) ? null : first,
      recordedPushedAt: pushedAt(first),
      currentDigest: null,
      flagged: [],
      standing: null,
      history: new Set(),
      isRetired: false,
      isFirstLife: true,
    };
    this.tags.set(key, known);
    return known;
  }

  private startAfresh(key: TagKey, known: Known, { digest, pushedAt }: Seen): void {
    Object.assign(known, {
      recordedDigest: mayMove(key) ? null : digest,
      recordedPushedAt: pushedAt,
      isRetired: false,
      isFirstLife: false,
    });
  }

  /** What the log proves to have been there before what Berth first saw. */
  private correct(known: Known, pushes: readonly LogRow[], pushedAt: PushedAt): void {
    const { recordedDigest, recordedPushedAt, isFirstLife } = known;
    if (recordedPushedAt === null || !isFirstLife) return;
    const earlier = pushes.find(({ digest, at }) => digest !== recordedDigest && at < recordedPushedAt);
    const corrected = earlier?.digest ?? null;
    if (corrected === null) return;
    known.recordedDigest = corrected;
    known.recordedPushedAt = pushedAt(corrected);
  }
}

function settle({ flagged }: Known, state: Flagged['state']): void {
  const open = flagged.find((one) => one.state === 'open');
  if (open !== undefined) open.state = state;
}

function mayMove(key: TagKey): boolean {
  return key.endsWith(':latest');
}
