import type { HarborMember, HarborProject, HarborQuota } from '../harbor/harbor.types';

/** One thing that an adoption changes: in Berth's records (`record`), or in Harbor. */
export interface AdoptionChange {
  what: 'record' | 'tag-rule' | 'webhook' | 'quota' | 'visibility' | 'membership';
  /** Null: nothing. */
  from: string | null;
  to: string;
}

export interface ProjectFacts {
  inHarbor: HarborProject;
  /** Null where Harbor keeps no quotas. */
  quota: HarborQuota | null;
  members: readonly HarborMember[];
  isTagRuleOn: boolean;
  /** Also where Berth keeps no webhooks. */
  isWebhookOn: boolean;
}

export interface ProjectTarget {
  kind: 'personal' | 'shared';
  /** The id that Berth recorded before; null where it knew no such project in Harbor. */
  recordedId: number | null;
  /** What the project is to hold at most. */
  quotaBytes: number;
  /** The owner's user in Harbor; null where there is no owner, or he has none yet. */
  ownerUser: { id: number; username: string } | null;
}

/** What an adopted project keeps as its quota: Harbor's own limit, or the default where it has none. */
export function adoptedQuotaBytes(quota: HarborQuota | null, defaultQuotaBytes: number): number {
  return quota?.limitBytes ?? defaultQuotaBytes;
}

/** Everything that has to be changed so that Berth keeps this project. Members, robots and webhooks of others stay. */
export function adoptionChanges(facts: ProjectFacts, target: ProjectTarget): AdoptionChange[] {
  const changes: AdoptionChange[] = [];
  const { inHarbor, quota, members, isTagRuleOn, isWebhookOn } = facts;
  const { kind, recordedId, quotaBytes, ownerUser } = target;
  if (recordedId !== inHarbor.id) {
    changes.push({
      what: 'record',
      from: recordedId === null ? null : String(recordedId),
      to: String(inHarbor.id),
    });
  }
  if (!isTagRuleOn) changes.push({ what: 'tag-rule', from: null, to: 'on' });
  if (!isWebhookOn) changes.push({ what: 'webhook', from: null, to: 'on' });
  if (kind === 'personal' && inHarbor.isPublic) {
    changes.push({ what: 'visibility', from: 'public', to: 'private' });
  }
  if (quota !== null && quota.limitBytes !== quotaBytes) {
    const from = quota.limitBytes === null ? null : String(quota.limitBytes);
    changes.push({ what: 'quota', from, to: String(quotaBytes) });
  }
  if (ownerUser !== null) {
    const member = userMember(members, ownerUser.id);
    if (member?.role !== 'admin') {
      const from = member === null ? null : `${ownerUser.username} ${member.role}`;
      changes.push({ what: 'membership', from, to: `${ownerUser.username} admin` });
    }
  }
  return changes;
}

/** Members who are neither the owner nor the user of Harbor who owns what Berth makes. */
export function foreignMembers(
  members: readonly HarborMember[],
  ownUserIds: readonly number[],
): HarborMember[] {
  return members.filter(
    ({ entityType, entityId }) => entityType === 'group' || !ownUserIds.includes(entityId),
  );
}

export function userMember(members: readonly HarborMember[], harborUserId: number): HarborMember | null {
  return (
    members.find(({ entityType, entityId }) => entityType === 'user' && entityId === harborUserId) ?? null
  );
}
