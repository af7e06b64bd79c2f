import { createHash } from 'node:crypto';

/** Room in the column for a group's key after `group:`. */
const MAX_GROUP_KEY = 190;

/** Everybody. */
export const PUBLIC = 'public';

/** The one whose image it is. */
export function ownerAudience(personId: string): string {
  return `owner:${personId}`;
}

export function isOwnerAudience(audience: string): boolean {
  return audience.startsWith('owner:');
}

/** A person with whom it is shared. */
export function personAudience(personId: string): string {
  return `person:${personId}`;
}

/** The members of a group with whom it is shared; `key` is Berth's id of the group. */
export function groupAudience(key: string): string {
  const short = key.length <= MAX_GROUP_KEY ? key : createHash('sha256').update(key).digest('hex');
  return `group:${short}`;
}
