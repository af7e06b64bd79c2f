export interface Percentiles {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

/** By nearest rank: a value that was measured. Null of nothing. */
export function percentiles(measuredMs: readonly number[]): Percentiles | null {
  if (measuredMs.length === 0) return null;
  const sorted = [...measuredMs].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.ceil(sorted.length * part) - 1] ?? 0;
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}
