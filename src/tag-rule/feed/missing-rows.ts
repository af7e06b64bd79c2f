/** An id of the audit log that was passed over: its row comes late, or never. */
export interface MissingRow {
  id: number;
  /** Counted while the log is read; no clock is asked. */
  ageMs: number;
  /** How often it was asked for. */
  asked: number;
}

const FIRST_AFTER_MS = 1_000;
/** Harbor writes rows after the change, and can be slow; what is not there by then was never written. */
const GIVEN_UP_AFTER_MS = 5 * 60_000;
/** As many as fit into one column. The newest are kept: late rows are those of just now. */
const MAX_MISSING = 1_200;

/** With the ids between the last row and these; `lost` counts those that are too many to ask for. */
export function withGap(
  missing: readonly MissingRow[],
  afterId: number,
  ids: readonly number[],
): { missing: MissingRow[]; lost: number } {
  const there = new Set(ids);
  const last = Math.max(afterId, ...ids);
  const first = Math.max(afterId + 1, last - MAX_MISSING);
  const all = [...missing];
  for (let id = first; id < last; id += 1) if (!there.has(id)) all.push({ id, ageMs: 0, asked: 0 });
  const kept = all.slice(-MAX_MISSING);
  return { missing: kept, lost: all.length - kept.length + (first - afterId - 1) };
}

/** Older by so much, without those that are given up. */
export function aged(missing: readonly MissingRow[], passedMs: number): MissingRow[] {
  return missing
    .map((row) => ({ ...row, ageMs: Math.round(row.ageMs + passedMs) }))
    .filter(({ ageMs }) => ageMs <= GIVEN_UP_AFTER_MS);
}

/** The ids to ask for now: each again after twice the time. */
export function due(missing: readonly MissingRow[]): number[] {
  return missing.filter(({ ageMs, asked }) => ageMs >= FIRST_AFTER_MS * 2 ** asked).map(({ id }) => id);
}

/** After these were asked for, and those found. */
export function answered(
  missing: readonly MissingRow[],
  asked: readonly number[],
  found: readonly number[],
): MissingRow[] {
  const wereAsked = new Set(asked);
  const wereFound = new Set(found);
  return missing
    .filter(({ id }) => !wereFound.has(id))
    .map((row) => (wereAsked.has(row.id) ? { ...row, asked: row.asked + 1 } : row));
}
