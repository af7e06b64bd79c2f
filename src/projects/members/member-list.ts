import type { HarborMember } from '../../harbor/harbor.types';
import type { MemberRole, ProjectMember } from './project-member.entity';
import type { Project } from '../project.entity';

/**
 * How a member in Harbor stands to what Berth gave: `as-set`; `changed`, in another role; `missing` in Harbor;
 * `leaving`, being removed; `foreign`, added in Harbor by others; `service`, Harbor's owner of what Berth makes.
 */
export type MemberState = 'as-set' | 'changed' | 'missing' | 'leaving' | 'foreign' | 'service';

export interface ListedMember {
  /** Stands for the member in cursors; ascending in the list. */
  key: string;
  personId: string | null;
  username: string | null;
  displayName: string | null;
  /** The user or group in Harbor; null while it is not a member there. */
  harborName: string | null;
  entity: 'user' | 'group';
  /** In Harbor. */
  role: HarborMember['role'] | null;
  /** As Berth gave it; null where it gave none. */
  givenRole: MemberRole | null;
  state: MemberState;
}

export interface MemberFacts {
  project: Pick<Project, 'ownerPersonId'>;
  /** Of the project in Harbor. */
  harborOwnerId: number;
  inHarbor: readonly HarborMember[];
  recorded: readonly Pick<ProjectMember, 'personId' | 'wantedRole'>[];
  /** By the id of the Harbor user. */
  personIds: ReadonlyMap<number, string>;
  persons: ReadonlyMap<string, { username: string; displayName: string }>;
}

/** What is in Harbor and what should be, as one list by name. */
export function memberList(facts: MemberFacts): ListedMember[] {
  const here = facts.inHarbor.map((member) => fromHarbor(member, facts));
  const personsHere = new Set(here.map(({ personId }) => personId));
  const missing = facts.recorded
    .filter(({ personId, wantedRole }) => wantedRole !== 'none' && !personsHere.has(personId))
    .map((row) => fromRecord(row, facts));
  return [...here, ...missing].sort((one, other) => (one.key < other.key ? -1 : 1));
}

function fromHarbor(member: HarborMember, facts: MemberFacts): ListedMember {
  const personId = member.entityType === 'user' ? (facts.personIds.get(member.entityId) ?? null) : null;
  const person = personId === null ? undefined : facts.persons.get(personId);
  const wanted = personId === null ? undefined : wantedRole(personId, facts);
  return {
    key: `${person?.username ?? member.entityName} ${member.id}`,
    personId,
    username: person?.username ?? null,
    displayName: person?.displayName ?? null,
    harborName: member.entityName,
    entity: member.entityType,
    role: member.role,
    givenRole: wanted === undefined || wanted === 'none' ? null : wanted,
    state: stateOf(member, personId, wanted, facts),
  };
}

function fromRecord(row: MemberFacts['recorded'][number], { persons }: MemberFacts): ListedMember {
  const person = persons.get(row.personId);
  return {
    key: `${person?.username ?? ''} ${row.personId}`,
    personId: row.personId,
    username: person?.username ?? null,
    displayName: person?.displayName ?? null,
    harborName: null,
    entity: 'user',
    role: null,
    givenRole: row.wantedRole === 'none' ? null : row.wantedRole,
    state: 'missing',
  };
}

function stateOf(
  member: HarborMember,
  personId: string | null,
  wanted: MemberRole | 'none' | undefined,
  facts: MemberFacts,
): MemberState {
  if (wanted === 'none') return 'leaving';
  if (wanted !== undefined) return wanted === member.role ? 'as-set' : 'changed';
  const isService =
    personId === null && member.entityType === 'user' && member.entityId === facts.harborOwnerId;
  return isService ? 'service' : 'foreign';
}

function wantedRole(personId: string, { project, recorded }: MemberFacts): MemberRole | 'none' | undefined {
  if (project.ownerPersonId === personId) return 'admin';
  return recorded.find((row) => row.personId === personId)?.wantedRole;
}
