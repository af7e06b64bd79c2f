import type { Person } from '../auth/person.entity';

/**
 * `absent`: the directory had them not in the last search; `offboarding`: Berth refuses them, and Harbor is not done
 * yet; `offboarded`: Harbor, too.
 */
export const PERSON_STATES = ['active', 'absent', 'offboarding', 'offboarded'] as const;
export type PersonState = (typeof PERSON_STATES)[number];

export function personState({
  offboardedAt,
  suspendedAt,
  absentSince,
}: Pick<Person, 'offboardedAt' | 'suspendedAt' | 'absentSince'>): PersonState {
  if (offboardedAt !== null) return suspendedAt === null ? 'offboarding' : 'offboarded';
  return absentSince === null ? 'active' : 'absent';
}
