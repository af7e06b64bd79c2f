import { isSignatureTag } from '../common/image-link';

/** Of Berth's own tags, which keep a digest from Harbor's garbage collection. */
export const HOLD_PREFIX = 'berth-hold-';

/** Is this a tag that people push and jobs name? Signatures belong to their image, and holds are Berth's own. */
export function isWatched(tag: string): boolean {
  return !tag.startsWith(HOLD_PREFIX) && !isSignatureTag(tag);
}
