/** So many units a second for each key, and those of one second at once. What is asked for last may be on credit. */
export class TokenBuckets {
  private readonly buckets = new Map<string, { left: number; atMs: number }>();

  constructor(private readonly maxKeys: number) {}

  /** Takes them and answers 0; else takes nothing, and answers the ms until there are some again. */
  take(key: string, units: number, perSecond: number, nowMs: number): number {
    const bucket = this.bucketOf(key, perSecond, nowMs);
    const earned = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000;
    bucket.left = Math.min(perSecond, bucket.left + earned);
    bucket.atMs = nowMs;
    if (bucket.left < 1) return Math.max(1, Math.ceil(((1 - bucket.left) * 1000) / perSecond));
    bucket.left -= units;
    return 0;
  }

  private bucketOf(key: string, perSecond: number, nowMs: number): { left: number; atMs: number } {
    const found = this.buckets.get(key);
    if (found !== undefined) return found;
    const oldest = this.buckets.size < this.maxKeys ? undefined : this.buckets.keys().next().value;
    if (oldest !== undefined) this.buckets.delete(oldest);
    const bucket = { left: perSecond, atMs: nowMs };
    this.buckets.set(key, bucket);
    return bucket;
  }
}
