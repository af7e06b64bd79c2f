const ALWAYS_ALLOWED = 3;

/** How many of these people one run may offboard: the larger of 3 and 10 %, so that a wrong search harms few. */
export function allowedOffboardings(people: number): number {
  return Math.max(ALWAYS_ALLOWED, Math.floor(people / 10));
}
