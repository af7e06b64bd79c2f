const DAY_MS = 86_400_000;

/** Nobody gets a robot that lives longer. */
export const MAX_ROBOT_DAYS = 365;
/** A robot's end is announced this long ahead. */
export const ANNOUNCED_DAYS = 14;

/** The end of a robot that lives for these days from now. */
export function endAfterDays(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

/** May a robot that is made now end then? */
export function isPossibleEnd(now: Date, end: Date): boolean {
  return end > now && end <= endAfterDays(now, MAX_ROBOT_DAYS);
}

/** Harbor counts whole days: so many that the robot lives no shorter. */
export function wholeDaysUntil(now: Date, end: Date): number {
  return Math.max(1, Math.ceil((end.getTime() - now.getTime()) / DAY_MS));
}

/** The end of a robot that replaces another, and lives as long as that one was made for. */
export function endOfReplacement(now: Date, replaced: { createdAt: Date; expiresAt: Date }): Date {
  const lifeMs = replaced.expiresAt.getTime() - replaced.createdAt.getTime();
  return new Date(now.getTime() + Math.min(lifeMs, MAX_ROBOT_DAYS * DAY_MS));
}
