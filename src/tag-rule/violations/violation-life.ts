/**
 * A violation begins when a tag that may not move is seen on another digest than before, and is over when the tag is
 * seen where it belongs (`restored`), when an admin accepted it (`acknowledged`), or when it was overtaken (`ended`):
 * the tag moved on, which is a violation of its own, or was deleted through Berth.
 */
export type ViolationState = 'open' | 'restored' | 'acknowledged' | 'ended';

/** `flag`: a violation begins; whichever was open ends. `settle`: whichever is open is restored. */
export type ViolationStep = 'none' | 'flag' | 'settle';

export interface Standing {
  /** Null: the tag may move. */
  recordedDigest: string | null;
  /** The digest of the violation that stands, open or acknowledged; null: the tag was last seen as recorded. */
  flaggedDigest: string | null;
}

/**
 * What seeing a tag means for its violations. A tag that is not there is no move: it counts when it comes back, by
 * the digest it comes back with.
 * @param seenDigest null when the tag is not there
 */
export function violationStep(
  { recordedDigest, flaggedDigest }: Standing,
  seenDigest: string | null,
): { step: ViolationStep; flaggedDigest: string | null } {
  if (seenDigest === null || recordedDigest === null) return { step: 'none', flaggedDigest };
  if (seenDigest === recordedDigest) {
    return { step: flaggedDigest === null ? 'none' : 'settle', flaggedDigest: null };
  }
  return { step: seenDigest === flaggedDigest ? 'none' : 'flag', flaggedDigest: seenDigest };
}
