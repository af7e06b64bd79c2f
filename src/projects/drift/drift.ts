import type { MessageCode, MessageParams } from '../../common/messages.en';
import type { HarborMember, HarborProject, HarborQuota, ImmutableRule } from '../../harbor/harbor.types';
import { tagRuleNeed } from '../immutable-rules/immutable-rule';
import type { MemberRole } from '../members/project-member.entity';
import type { Visibility } from '../project.entity';
import type { WebhookState } from '../webhooks/webhook';

/** How Harbor can differ from what should be. Each is a problem that people are shown, under the same code. */
export type DriftCode = Extract<
  MessageCode,
  | 'project.problem.gone'
  | 'project.problem.replaced'
  | 'project.problem.tag-rule-missing'
  | 'project.problem.tag-rule-off'
  | 'project.problem.tag-rule-changed'
  | 'project.problem.webhook-missing'
  | 'project.problem.webhook-off'
  | 'project.problem.webhook-changed'
  | 'project.problem.visibility-changed'
  | 'project.problem.quota-changed'
  | 'project.problem.user-gone'
  | 'project.problem.user-replaced'
  | 'project.problem.membership-missing'
  | 'project.problem.membership-changed'
  | 'project.problem.membership-left'
  | 'project.problem.foreign-admin'
>;

/** What a change through Berth settles, because Berth looked at it in Harbor itself. */
const CODES_OF_PART = {
  quota: ['project.problem.quota-changed'],
  visibility: ['project.problem.visibility-changed'],
  member: [
    'project.problem.membership-missing',
    'project.problem.membership-changed',
    'project.problem.membership-left',
    'project.problem.user-gone',
    'project.problem.user-replaced',
    'project.problem.foreign-admin',
  ],
  project: [
    'project.problem.gone',
    'project.problem.replaced',
    'project.problem.tag-rule-missing',
    'project.problem.tag-rule-off',
    'project.problem.tag-rule-changed',
  ],
  webhook: [
    'project.problem.webhook-missing',
    'project.problem.webhook-off',
    'project.problem.webhook-changed',
  ],
} as const satisfies Record<string, readonly DriftCode[]>;

export type SettledPart = keyof typeof CODES_OF_PART;

export function driftCodesOf(part: SettledPart): DriftCode[] {
  return [...CODES_OF_PART[part]];
}

/** What Berth may put right by itself. Nothing else is ever changed. */
export type Repair =
  | { kind: 'rule' }
  | { kind: 'webhook' }
  | { kind: 'member'; harborUserId: number; role: MemberRole | 'none' }
  | { kind: 'visibility'; isPublic: boolean }
  | { kind: 'quota'; quotaBytes: number };

export type RepairKind = Repair['kind'];

export interface Drift {
  code: DriftCode;
  /** Whom or what it is about where a project can have several of one code: a username, or a name in Harbor. */
  subject: string;
  params: MessageParams;
  /** Null: only reported, because nothing can be done or the policy does not want it. */
  repair: Repair | null;
}

/** A project as it should be. */
export interface WantedProject {
  harborProjectId: number;
  visibility: Visibility;
  quotaBytes: number;
  /** The owner and those whom Berth made members, as far as they have Harbor users. */
  members: readonly WantedMember[];
  /** The Harbor users of people who were offboarded: whether they are members is not looked at. */
  offboardedUsers: ReadonlySet<number>;
}

export interface WantedMember {
  username: string;
  harborUserId: number;
  /** `none`: being removed. */
  role: MemberRole | 'none';
}

/** `gone`: Harbor has no user of that name; `replaced`: it is another user by now. */
export type UserStanding = 'there' | 'gone' | 'replaced';

/** A project as Harbor showed it, whole: what could not be read is no observation. */
export interface ObservedProject {
  inHarbor: HarborProject;
  members: readonly HarborMember[];
  rules: readonly ImmutableRule[];
  /** Null where Berth keeps no webhooks. */
  webhook: WebhookState | null;
  /** Null where Harbor keeps no quotas. */
  quota: HarborQuota | null;
  /** Of wanted members, by the Harbor user's id; who is not named is there. */
  users: ReadonlyMap<number, UserStanding>;
}

/** Of a project that is gone or replaced nothing more is looked at. */
export type Observation = { state: 'gone' | 'replaced' } | { state: 'ours'; project: ObservedProject };

/**
 * How a project in Harbor differs from what it should be. Members, robots, rules and webhooks of others are no
 * drift; that others are project admins is told, and left to people.
 */
export function findDrifts(
  wanted: WantedProject,
  observation: Observation,
  repairs: ReadonlySet<RepairKind>,
): Drift[] {
  if (observation.state !== 'ours') return [drift(`project.problem.${observation.state}`)];
  const { project } = observation;
  const found = [
    ...ruleDrifts(project),
    ...webhookDrifts(project),
    ...visibilityDrifts(wanted, project),
    ...quotaDrifts(wanted, project),
    ...wanted.members.flatMap((member) => memberDrifts(member, project)),
    ...foreignAdmins(wanted, project),
  ];
  return found.map((one) =>
    one.repair !== null && !repairs.has(one.repair.kind) ? { ...one, repair: null } : one,
  );
}

function ruleDrifts({ rules }: ObservedProject): Drift[] {
  const { need } = tagRuleNeed(rules);
  if (need === 'nothing') return [];
  const code = need === 'enable' ? 'off' : rules.length === 0 ? 'missing' : 'changed';
  return [drift(`project.problem.tag-rule-${code}`, { repair: { kind: 'rule' } })];
}

function webhookDrifts({ webhook }: ObservedProject): Drift[] {
  if (webhook === null || webhook === 'on') return [];
  return [drift(`project.problem.webhook-${webhook}`, { repair: { kind: 'webhook' } })];
}

function visibilityDrifts({ visibility }: WantedProject, { inHarbor }: ObservedProject): Drift[] {
  const isPublic = visibility === 'public';
  if (inHarbor.isPublic === isPublic) return [];
  const repair = { kind: 'visibility', isPublic } as const;
  return [drift('project.problem.visibility-changed', { params: { wanted: visibility }, repair })];
}

function quotaDrifts({ quotaBytes }: WantedProject, { quota }: ObservedProject): Drift[] {
  if (quota === null || quota.limitBytes === quotaBytes) return [];
  const repair = { kind: 'quota', quotaBytes } as const;
  return [drift('project.problem.quota-changed', { params: { wantedBytes: quotaBytes }, repair })];
}

/** Of a user who is gone or replaced the membership went with him: that is one drift, and nobody's to repair. */
function memberDrifts(member: WantedMember, { members, users }: ObservedProject): Drift[] {
  const { username, harborUserId, role } = member;
  const seen = members.find((one) => one.entityType === 'user' && one.entityId === harborUserId);
  const about = { subject: username, repair: { kind: 'member', harborUserId, role } } as const;
  if (role === 'none') {
    return seen === undefined
      ? []
      : [drift('project.problem.membership-left', { ...about, params: { username } })];
  }
  const standing = users.get(harborUserId) ?? 'there';
  if (standing !== 'there') {
    return [drift(`project.problem.user-${standing}`, { subject: username, params: { username } })];
  }
  if (seen === undefined) {
    return [drift('project.problem.membership-missing', { ...about, params: { username, wanted: role } })];
  }
  if (seen.role === role) return [];
  const params = { username, wanted: role, role: seen.role };
  return [drift('project.problem.membership-changed', { ...about, params })];
}

/** Harbor makes the account that makes a project its admin: that one is not foreign. */
function foreignAdmins(wanted: WantedProject, { inHarbor, members }: ObservedProject): Drift[] {
  const ours = new Set([
    inHarbor.ownerId,
    ...wanted.offboardedUsers,
    ...wanted.members.map(({ harborUserId }) => harborUserId),
  ]);
  return members
    .filter(
      ({ role, entityType, entityId }) => role === 'admin' && (entityType === 'group' || !ours.has(entityId)),
    )
    .map(({ entityType, entityName }) => {
      const subject = entityType === 'group' ? `group ${entityName}` : entityName;
      return drift('project.problem.foreign-admin', { subject, params: { name: entityName } });
    });
}

function drift(code: DriftCode, more: Partial<Omit<Drift, 'code'>> = {}): Drift {
  return { code, subject: '', params: {}, repair: null, ...more };
}
