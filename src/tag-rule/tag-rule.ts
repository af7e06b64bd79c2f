/** The one rule of the house: only `latest`, exactly, may move. */
export const MOVABLE_TAGS = ['latest'] as const;

/**
 * A tag that may not move is `as-recorded`, `moved` or `gone`; one that may is `current` or `gone`.
 * `unknown` is only answered, never recorded: Harbor could not be asked, or the project is another one.
 */
export type TagState = 'as-recorded' | 'moved' | 'current' | 'gone' | 'unknown';

export function isMovable(tag: string): boolean {
  return (MOVABLE_TAGS as readonly string[]).includes(tag);
}

/** The digest that a tag is held to from the first look on; null for a tag that may move. */
export function digestToRecord(tag: string, seenDigest: string): string | null {
  return isMovable(tag) ? null : seenDigest;
}

/** What a look means: `seenDigest` is null when Harbor said that the tag is not there. */
export function judge(
  recordedDigest: string | null,
  seenDigest: string | null,
): Exclude<TagState, 'unknown'> {
  if (seenDigest === null) return 'gone';
  if (recordedDigest === null) return 'current';
  return seenDigest === recordedDigest ? 'as-recorded' : 'moved';
}
