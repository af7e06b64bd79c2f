/** What a row of Harbor's audit log says of one tag. */
export interface LoggedChange {
  /** The row's place: ids of the newer of Harbor's two logs come after those of the older. */
  row: number;
  /** Harbor's own time of the change. */
  at: Date;
  /** Harbor username. */
  who: string;
  kind: 'pushed' | 'tagged' | 'deleted';
  /** Null where the row does not carry it: tags set by API, and all rows before Harbor 2.13. */
  digest: string | null;
}

/** An entry of the history that is there already, as far as new rows are matched with it. */
export interface KnownEntry {
  id: string;
  /** Null: the tag was not there. */
  digest: string | null;
  /** Berth saw it itself, not only a row of the log. */
  looked: boolean;
  firstSeenAt: Date;
  /** Of the row that explains it; null until there is one. */
  logRow: number | null;
}

export interface KnownHistory {
  /** The newest entries, oldest first. */
  entries: readonly KnownEntry[];
  /** The newest row so far, and the digest after it: `gone`, or null where it is not known. */
  loggedRow: number | null;
  loggedDigest: string | null;
}

/** Who and when, from the log. */
export interface Explanation {
  changedAt: Date;
  changedBy: string;
  logRow: number;
}

export interface NewEntry {
  digest: string | null;
  looked: boolean;
  explanation: Explanation | null;
}

export interface HistoryPlan {
  append: NewEntry[];
  /** Entries that were there, and whose row came now. */
  explain: { id: string; digest: string | null; firstSeenAt: Date; explanation: Explanation }[];
  loggedRow: number | null;
  loggedDigest: string | null;
}

export const GONE = 'gone';

/** A row explains what was seen before it was read, so its time is not later but for what two clocks differ. */
const CLOCKS_DIFFER_MS = 10_000;

/**
 * What a look, and the rows of the log that were read before it, add to a tag's history. Each row counts once,
 * however often and in whatever order rows come. What the log tells and no look saw (a move undone between two
 * looks) stands in the history as such.
 */
export function planHistory(
  known: KnownHistory,
  logged: readonly LoggedChange[],
  seenDigest: string | null,
): HistoryPlan {
  const planned = new Planning(known);
  for (const change of logged) planned.read(change);
  planned.see(seenDigest);
  return planned.plan;
}

class Planning {
  readonly plan: HistoryPlan;
  private readonly looked: KnownEntry[];
  private readonly rows: Set<number | null>;
  /** The digest after all that is known; before anything is, the tag is not there. */
  private digest: string | null;
  /** Of a tag set by API, whose digest the look tells. */
  private unexplained: Explanation | null = null;

  constructor(private readonly known: KnownHistory) {
    this.plan = {
      append: [],
      explain: [],
      loggedRow: known.loggedRow,
      loggedDigest: known.loggedDigest,
    };
    this.looked = known.entries.filter(({ looked }) => looked);
    this.rows = new Set(known.entries.map(({ logRow }) => logRow));
    this.digest = this.looked.at(-1)?.digest ?? null;
  }

  read(change: LoggedChange): void {
    const { row, kind } = change;
    if (row === this.plan.loggedRow || this.rows.has(row)) return;
    const digest = kind === 'deleted' ? null : change.digest;
    const isKnown = kind === 'deleted' || digest !== null;
    const after = isKnown ? (digest ?? GONE) : null;
    const isLate = this.plan.loggedRow !== null && row < this.plan.loggedRow;
    const before = isLate ? this.digestBefore(row) : this.plan.loggedDigest;
    const isRepeated = after !== null && after === before;
    if (!isLate) Object.assign(this.plan, { loggedRow: row, loggedDigest: after });
    if (isRepeated) return;
    const explanation = { changedAt: change.at, changedBy: change.who, logRow: row };
    if (this.explain(digest, isKnown, explanation)) return;
    if (!isKnown) this.unexplained = explanation;
    else this.add(digest, explanation);
  }

  /** What the log said of the tag before a row that comes late. */
  private digestBefore(row: number): string | null {
    const explained = this.known.entries.filter(({ logRow }) => logRow !== null && logRow < row);
    const last = explained.reduce<KnownEntry | null>(
      (one, entry) => ((entry.logRow ?? 0) > (one?.logRow ?? 0) ? entry : one),
      null,
    );
    return last === null ? null : (last.digest ?? GONE);
  }

  see(digest: string | null): void {
    const last = this.plan.append.at(-1);
    if (last?.digest === digest) last.looked = true;
    else if (digest !== this.digest && !this.isToBeExplained(digest)) {
      this.plan.append.push({ digest, looked: true, explanation: this.unexplained });
    }
  }

  /** What the log told was before this, which a hint let us see at once: its own row is still to come. */
  private isToBeExplained(digest: string | null): boolean {
    const last = this.looked.at(-1);
    return this.unexplained === null && last?.logRow === null && last.digest === digest;
  }

  /** The row of what a look saw already, after the last whose row is known. */
  private explain(digest: string | null, isKnown: boolean, explanation: Explanation): boolean {
    const first = this.looked.findLastIndex(({ logRow }) => logRow !== null) + 1;
    const latestMs = explanation.changedAt.getTime() - CLOCKS_DIFFER_MS;
    const index = this.looked.findIndex(
      (entry, at) =>
        at >= first &&
        (isKnown ? entry.digest === digest : entry.digest !== null) &&
        entry.firstSeenAt.getTime() >= latestMs,
    );
    const entry = this.looked[index];
    if (entry === undefined) return false;
    this.looked[index] = { ...entry, logRow: explanation.logRow };
    const { id, firstSeenAt } = entry;
    this.plan.explain.push({ id, digest: entry.digest, firstSeenAt, explanation });
    if (index === this.looked.length - 1) this.digest = entry.digest;
    return true;
  }

  private add(digest: string | null, explanation: Explanation): void {
    this.unexplained = null;
    if (digest === this.digest) return;
    this.plan.append.push({ digest, looked: false, explanation });
    this.digest = digest;
  }
}
