import type { HarborMember } from '../harbor/harbor.types';
import { adoptedQuotaBytes, adoptionChanges, foreignMembers, type ProjectFacts } from './adoption-plan';

const member = (entityId: number, role: HarborMember['role']): HarborMember => ({
  id: entityId + 100,
  entityId,
  entityName: `user${entityId}`,
  entityType: 'user',
  role,
});

const facts = (change: Partial<ProjectFacts> = {}): ProjectFacts => ({
  inHarbor: {
    id: 7,
    name: 'user-ada',
    ownerId: 1,
    isPublic: false,
    createdAt: new Date(0),
    repositoryCount: 1,
    signaturesNeeded: [],
    vulnerabilityLimit: null,
  },
  quota: { id: 9, projectId: 7, limitBytes: 100, usedBytes: 5 },
  members: [member(3, 'admin')],
  isTagRuleOn: true,
  isWebhookOn: true,
  ...change,
});
const target = {
  kind: 'personal',
  recordedId: 7,
  quotaBytes: 100,
  ownerUser: { id: 3, username: 'ada' },
} as const;

describe('adoptionChanges', () => {
  it('has nothing to do for what is as it should be', () => {
    expect(adoptionChanges(facts(), target)).toEqual([]);
  });

  it('lists every difference', () => {
    const { inHarbor } = facts();
    const found = facts({
      inHarbor: { ...inHarbor, isPublic: true },
      quota: { id: 9, projectId: 7, limitBytes: null, usedBytes: 5 },
      members: [member(3, 'guest')],
      isTagRuleOn: false,
      isWebhookOn: false,
    });
    expect(adoptionChanges(found, { ...target, recordedId: 4 })).toEqual([
      { what: 'record', from: '4', to: '7' },
      { what: 'tag-rule', from: null, to: 'on' },
      { what: 'webhook', from: null, to: 'on' },
      { what: 'visibility', from: 'public', to: 'private' },
      { what: 'quota', from: null, to: '100' },
      { what: 'membership', from: 'ada guest', to: 'ada admin' },
    ]);
  });

  it('leaves a shared project public, and asks no quota where Harbor keeps none', () => {
    const { inHarbor } = facts();
    const found = facts({ inHarbor: { ...inHarbor, isPublic: true }, quota: null });
    expect(adoptionChanges(found, { ...target, kind: 'shared', ownerUser: null })).toEqual([]);
  });
});

describe('foreignMembers', () => {
  it('takes a group for foreign whose number is that of the owner', () => {
    const group: HarborMember = { ...member(3, 'guest'), entityType: 'group' };
    expect(foreignMembers([member(3, 'admin'), member(5, 'guest'), group], [3])).toEqual([
      member(5, 'guest'),
      group,
    ]);
  });
});

describe('adoptedQuotaBytes', () => {
  it('keeps the limit that there is, and gives the default to what has none', () => {
    expect(adoptedQuotaBytes({ id: 1, projectId: 1, limitBytes: 5, usedBytes: 0 }, 40)).toBe(5);
    expect(adoptedQuotaBytes({ id: 1, projectId: 1, limitBytes: null, usedBytes: 0 }, 40)).toBe(40);
    expect(adoptedQuotaBytes(null, 40)).toBe(40);
  });
});
