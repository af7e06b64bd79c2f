/** Tags of Berth's own: they keep a digest from Harbor's garbage collection, and are no tags that anybody watches. */
const PREFIX = 'berth-hold-';

/** The tag that holds a digest; the same for the same digest. */
export function holdTag(digest: string): string {
  return `${PREFIX}${digest.replace(/^sha256:/, '').slice(0, 32)}`;
}

export function isHoldTag(tag: string): boolean {
  return tag.startsWith(PREFIX);
}
