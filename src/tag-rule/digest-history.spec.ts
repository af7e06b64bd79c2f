import fc from 'fast-check';
import { planHistory, type HistoryPlan, type KnownEntry, type LoggedChange } from './digest-history';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string, string];
const START_MS = Date.parse('2026-11-22T10:00:00Z');
const at = (second: number) => new Date(START_MS + second * 1_000);

const pushed = (row: number, digest: string | null, second = row): LoggedChange => ({
  row,
  at: at(second),
  who: 'ada',
  kind: 'pushed',
  digest,
});
const tagged = (row: number): LoggedChange => ({ ...pushed(row, null), kind: 'tagged' });
const deleted = (row: number): LoggedChange => ({ ...pushed(row, null), kind: 'deleted' });

/** A history that grows as records do; `second` is when a look saw. */
class History {
  entries: KnownEntry[] = [];
  loggedRow: number | null = null;
  loggedDigest: string | null = null;

  record(logged: readonly LoggedChange[], seen: string | null, second: number): HistoryPlan {
    const plan = planHistory(this, logged, seen);
    for (const { id, explanation } of plan.explain) {
      this.entries = this.entries.map((entry) =>
        entry.id === id ? { ...entry, logRow: explanation.logRow } : entry,
      );
    }
    for (const { digest, looked, explanation } of plan.append) {
      const logRow = explanation?.logRow ?? null;
      const id = String(this.entries.length);
      this.entries.push({ id, digest, looked, firstSeenAt: at(second), logRow });
    }
    ({ loggedRow: this.loggedRow, loggedDigest: this.loggedDigest } = plan);
    return plan;
  }

  /** As `digest@row`, a question mark for what no look saw. */
  get shown(): string[] {
    return this.entries.map(({ digest, looked, logRow }) => {
      const name = digest === null ? 'gone' : (digest.at(-1) ?? '');
      return `${name}@${logRow ?? '-'}${looked ? '' : '?'}`;
    });
  }
}

describe('the history of a tag', () => {
  let history: History;
  beforeEach(() => {
    history = new History();
  });

  it('has one entry for a push, whether the hint or the log was first', () => {
    history.record([], A, 1);
    history.record([pushed(1, A, 1)], A, 2);
    expect(history.shown).toEqual(['a@1']);
    const other = new History();
    other.record([pushed(1, A)], A, 2);
    other.record([], A, 3);
    expect(other.shown).toEqual(['a@1']);
  });

  it('has a move that was undone between two looks, and says that nobody saw it', () => {
    history.record([pushed(1, A)], A, 1);
    history.record([pushed(2, B), pushed(3, A)], A, 4);
    expect(history.shown).toEqual(['a@1', 'b@2?', 'a@3']);
  });

  it('has what came between two looks when the look was sooner than its row', () => {
    history.record([pushed(1, A)], A, 1);
    history.record([], C, 4);
    history.record([pushed(2, B)], C, 5);
    history.record([pushed(3, C)], C, 6);
    expect(history.shown).toEqual(['a@1', 'c@3', 'b@2?']);
  });

  it('has no more for rows that come again, or for the same digest pushed again', () => {
    history.record([pushed(1, A)], A, 1);
    history.record([pushed(1, A), pushed(2, A), pushed(3, B)], B, 3);
    history.record([pushed(2, A), pushed(3, B)], B, 4);
    expect(history.shown).toEqual(['a@1', 'b@3']);
  });

  it('takes a row that comes late for what it is', () => {
    history.record([pushed(1, A)], A, 1);
    history.record([pushed(4, C)], C, 4);
    history.record([pushed(3, B)], C, 9);
    expect(history.shown).toEqual(['a@1', 'c@4', 'b@3?', 'c@-']);
    history.record([pushed(3, B)], C, 10);
    expect(history.entries).toHaveLength(4);
  });

  it('does not explain what was there long before by a push of the same digest', () => {
    history.record([], A, 1);
    history.record([pushed(90, A)], A, 91);
    expect(history.shown).toEqual(['a@-']);
  });

  it('knows a tag set by API by what the look then saw', () => {
    history.record([pushed(1, A)], A, 1);
    history.record([deleted(2), tagged(3)], B, 4);
    expect(history.shown).toEqual(['a@1', 'gone@2?', 'b@3']);
  });

  it('has deletions, seen or told', () => {
    history.record([pushed(1, A)], A, 1);
    history.record([], null, 3);
    history.record([deleted(2), deleted(4)], null, 5);
    history.record([pushed(6, A)], A, 6);
    expect(history.shown).toEqual(['a@1', 'gone@2', 'a@6']);
  });

  it('takes what it can from a log without digests', () => {
    history.record([], A, 1);
    history.record([pushed(1, null)], A, 1);
    history.record([pushed(2, null)], B, 2);
    expect(history.shown).toEqual(['a@1', 'b@2']);
  });

  /** What happens to a tag, how far the log was read before each look, and which rows it gives again. */
  const changes = fc.array(
    fc.record({
      digest: fc.constantFrom(A, B, C, null),
      rowsRead: fc.nat({ max: 3 }),
      looks: fc.boolean(),
      again: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  );

  it('ends with what the last look saw, and holds every digest that the log told or a look saw', () => {
    fc.assert(
      fc.property(changes, (happening) => {
        const grown = new History();
        const rows: LoggedChange[] = [];
        let read = 0;
        let now: string | null = null;
        const seen = new Set<string>();
        const told = new Set<string>();
        const look = (upTo: number, again: boolean): void => {
          const batch = rows.slice(again ? 0 : read, upTo);
          for (const { digest } of batch) if (digest !== null) told.add(digest);
          read = Math.max(read, upTo);
          grown.record(batch, now, rows.length + 1);
          if (now !== null) seen.add(now);
        };
        for (const { digest, rowsRead, looks, again } of happening) {
          if (digest === now) continue;
          now = digest;
          rows.push(digest === null ? deleted(rows.length + 1) : pushed(rows.length + 1, digest));
          if (looks) look(Math.min(rows.length, read + rowsRead), again);
        }
        look(rows.length, false);
        const held = new Set(grown.entries.flatMap(({ digest }) => digest ?? []));
        expect(held).toEqual(new Set([...seen, ...told]));
        expect(grown.entries.filter(({ looked }) => looked).at(-1)?.digest ?? null).toBe(now);
        const explained = grown.entries.flatMap(({ logRow }) => logRow ?? []);
        expect(new Set(explained).size).toBe(explained.length);
      }),
      { numRuns: 500 },
    );
  });
});
