const TIME_DIGITS = 12;
const LATEST_MS = 2 ** 48 - 1;

/** The least UUIDv7 of this millisecond: ids carry their time, so that a span of time is a span of keys. */
export function earliestIdOf(time: Date): string {
  const ms = Math.min(Math.max(time.getTime(), 0), LATEST_MS);
  const digits = ms.toString(16).padStart(TIME_DIGITS, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
}
