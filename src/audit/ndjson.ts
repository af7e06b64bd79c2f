/** One JSON value a line. */
export const NDJSON = 'application/x-ndjson';

/** Does the caller accept NDJSON by name? Whoever accepts anything gets JSON. */
export function isNdjsonAsked(accept: string | undefined): boolean {
  return (accept ?? '')
    .split(',')
    .some(
      (range) => range.split(';')[0]?.trim().toLowerCase() === NDJSON && !/;\s*q=0(\.0*)?\s*$/.test(range),
    );
}

export function toNdjson(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
