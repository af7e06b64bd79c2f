import { HOLD_PREFIX } from './watched-tag';

/** The tag that holds a digest; the same for the same digest. */
export function holdTag(digest: string): string {
  return `${HOLD_PREFIX}${digest.replace(/^sha256:/, '').slice(0, 32)}`;
}

export function isHoldTag(tag: string): boolean {
  return tag.startsWith(HOLD_PREFIX);
}
