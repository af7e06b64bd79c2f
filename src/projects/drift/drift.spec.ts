import * as fc from 'fast-check';
import type { HarborMember, ImmutableRule } from '../../harbor/harbor.types';
import {
  findDrifts,
  type Drift,
  type ObservedProject,
  type Repair,
  type RepairKind,
  type WantedProject,
} from './drift';
import { TAG_RULE } from '../immutable-rules/immutable-rule';

const ALL: readonly RepairKind[] = ['rule', 'member', 'visibility', 'quota'];
const DEFAULT = new Set<RepairKind>(['rule', 'member', 'webhook']);
const QUOTA = 40 * 1024 ** 3;
const SERVICE_ID = 1;
const OWNER = { username: 'liuyizhou', harborUserId: 7, role: 'admin' } as const;

const wanted: WantedProject = {
  harborProjectId: 3,
  visibility: 'private',
  quotaBytes: QUOTA,
  members: [OWNER],
  offboardedUsers: new Set(),
};

function rule(change: Partial<ImmutableRule> = {}): ImmutableRule {
  return { id: 1, disabled: false, ...TAG_RULE, ...change };
}

function member(change: Partial<HarborMember> = {}): HarborMember {
  return { id: 1, entityId: 7, entityName: 'liuyizhou', entityType: 'user', role: 'admin', ...change };
}

const SERVICE = member({ id: 9, entityId: SERVICE_ID, entityName: 'admin' });

function observed(change: Partial<ObservedProject> & { isPublic?: boolean } = {}): ObservedProject {
  const { isPublic = false, ...rest } = change;
  const createdAt = new Date(0);
  return {
    inHarbor: {
      id: 3,
      name: 'user-liuyizhou',
      ownerId: SERVICE_ID,
      isPublic,
      createdAt,
      repositoryCount: 0,
      signaturesNeeded: [],
      vulnerabilityLimit: null,
    },
    members: [SERVICE, member()],
    rules: [rule()],
    webhook: 'on',
    quota: { id: 5, projectId: 3, limitBytes: QUOTA, usedBytes: 0 },
    users: new Map(),
    ...rest,
  };
}

function codesOf(found: readonly Drift[]): string[] {
  return found.map(
    ({ code, repair }) => `${code.replace('project.problem.', '')} ${repair?.kind ?? 'report'}`,
  );
}

const developer = { username: 'ada', harborUserId: 8, role: 'developer' } as const;
const leaving = { username: 'ada', harborUserId: 8, role: 'none' } as const;
const ada = (role: HarborMember['role']): HarborMember =>
  member({ id: 2, entityId: 8, entityName: 'ada', role });
const OTHER_TAGS = { decoration: 'matches', pattern: 'v*' };

describe('findDrifts', () => {
  it.each<[string, Partial<WantedProject>, Parameters<typeof observed>[0], string[]]>([
    ['nothing differs', {}, {}, []],
    ['the rule is off', {}, { rules: [rule({ disabled: true })] }, ['tag-rule-off rule']],
    ['there is no rule', {}, { rules: [] }, ['tag-rule-missing rule']],
    ['another rule stands', {}, { rules: [rule({ tags: OTHER_TAGS })] }, ['tag-rule-changed rule']],
    [
      'Harbor stored a rule that protects nothing',
      {},
      { rules: [rule({ tags: null })] },
      ['tag-rule-changed rule'],
    ],
    ['one of two equal rules is off', {}, { rules: [rule({ disabled: true }), rule({ id: 2 })] }, []],
    ['others have rules beside', {}, { rules: [rule({ id: 2, tags: OTHER_TAGS }), rule()] }, []],
    ['the webhook is gone', {}, { webhook: 'missing' }, ['webhook-missing webhook']],
    ['the webhook is off', {}, { webhook: 'off' }, ['webhook-off webhook']],
    ['the webhook is another', {}, { webhook: 'changed' }, ['webhook-changed webhook']],
    ['Berth keeps no webhooks', {}, { webhook: null }, []],
    ['it was made public', {}, { isPublic: true }, ['visibility-changed report']],
    ['it was made private', { visibility: 'public' }, {}, ['visibility-changed report']],
    [
      'the quota is another',
      {},
      { quota: { id: 5, projectId: 3, limitBytes: 1, usedBytes: 0 } },
      ['quota-changed report'],
    ],
    [
      'the quota has no limit',
      {},
      { quota: { id: 5, projectId: 3, limitBytes: null, usedBytes: 0 } },
      ['quota-changed report'],
    ],
    ['Harbor keeps no quotas', {}, { quota: null }, []],
    ['the owner is no member', {}, { members: [SERVICE] }, ['membership-missing member']],
    ['the owner is lowered', {}, { members: [member({ role: 'guest' })] }, ['membership-changed member']],
    [
      'the owner has a role that is none',
      {},
      { members: [member({ role: 'none' })] },
      ['membership-changed member'],
    ],
    [
      'a group has the owner’s number',
      {},
      { members: [member({ entityType: 'group', role: 'guest' })] },
      ['membership-missing member'],
    ],
    ['the owner’s user is deleted', {}, { members: [], users: new Map([[7, 'gone']]) }, ['user-gone report']],
    [
      'the owner’s user is another',
      {},
      { members: [], users: new Map([[7, 'replaced']]) },
      ['user-replaced report'],
    ],
    ['a member is missing', { members: [OWNER, developer] }, {}, ['membership-missing member']],
    [
      'a member was raised',
      { members: [OWNER, developer] },
      { members: [member(), ada('admin')] },
      ['membership-changed member'],
    ],
    [
      'one who was removed is there',
      { members: [OWNER, leaving] },
      { members: [member(), ada('guest')] },
      ['membership-left member'],
    ],
    ['one who was removed is gone', { members: [OWNER, leaving] }, {}, []],
    ['a stranger is a member', {}, { members: [member(), ada('maintainer')] }, []],
    ['a stranger is an admin', {}, { members: [member(), ada('admin')] }, ['foreign-admin report']],
    [
      'a group is admin',
      {},
      { members: [member(), member({ id: 4, entityType: 'group' })] },
      ['foreign-admin report'],
    ],
    [
      'an offboarded person is an admin',
      { offboardedUsers: new Set([8]) },
      { members: [member(), ada('admin')] },
      [],
    ],
  ])('when %s', (_, wants, sees, expected) => {
    const found = findDrifts({ ...wanted, ...wants }, { state: 'ours', project: observed(sees) }, DEFAULT);
    expect(codesOf(found)).toEqual(expected);
  });

  it.each(['gone', 'replaced'] as const)('of a project that is %s says only that', (state) => {
    expect(codesOf(findDrifts(wanted, { state }, new Set(ALL)))).toEqual([`${state} report`]);
  });

  it('repairs what policy says, and nothing without one', () => {
    const project = observed({
      isPublic: true,
      rules: [],
      members: [],
      quota: { id: 5, projectId: 3, limitBytes: 1, usedBytes: 0 },
    });
    const repairs = (kinds: readonly RepairKind[]): (RepairKind | undefined)[] =>
      findDrifts(wanted, { state: 'ours', project }, new Set(kinds)).flatMap(
        ({ repair }) => repair?.kind ?? [],
      );
    expect(repairs([])).toEqual([]);
    for (const kind of ALL) expect(repairs([kind])).toEqual([kind]);
    expect(repairs(ALL)).toHaveLength(ALL.length);
  });

  it('finds nothing left to repair once everything was repaired, whatever was there, and touches nobody else', () => {
    fc.assert(
      fc.property(anyWanted, anyObserved, fc.subarray([...ALL]), (wants, sees, kinds) => {
        const policy = new Set(kinds);
        const found = findDrifts(wants, { state: 'ours', project: sees }, policy);
        const after = found.reduce((project, { repair }) => repaired(project, repair), sees);
        const again = findDrifts(wants, { state: 'ours', project: after }, policy);
        expect(again.filter(({ repair }) => repair !== null)).toEqual([]);

        const ours = new Set(wants.members.map(({ harborUserId }) => harborUserId));
        const foreign = ({ entityType, entityId }: HarborMember): boolean =>
          entityType === 'group' || !ours.has(entityId);
        expect(after.members.filter(foreign)).toEqual(sees.members.filter(foreign));
        const isNotOurs = ({ tags }: ImmutableRule): boolean => tags?.pattern !== TAG_RULE.tags.pattern;
        expect(after.rules.filter(isNotOurs)).toEqual(sees.rules.filter(isNotOurs));
      }),
      { numRuns: 1000 },
    );
  });

  it('names a drift once: the same code and subject never come twice', () => {
    fc.assert(
      fc.property(anyWanted, anyObserved, (wants, sees) => {
        const found = findDrifts(wants, { state: 'ours', project: sees }, DEFAULT);
        const keys = found.map(({ code, subject }) => `${code} ${subject}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
});

const userIds = fc.integer({ min: 7, max: 12 });
const anyWanted = fc.record({
  harborProjectId: fc.constant(3),
  visibility: fc.constantFrom('private', 'public'),
  quotaBytes: fc.constantFrom(1, QUOTA),
  members: fc.uniqueArray(
    fc
      .record({
        harborUserId: userIds,
        role: fc.constantFrom('guest', 'developer', 'maintainer', 'admin', 'none'),
      })
      .map((one) => ({ ...one, username: `person-${one.harborUserId}` })),
    { selector: ({ harborUserId }) => harborUserId },
  ),
  offboardedUsers: fc.constant(new Set<number>()),
}) satisfies fc.Arbitrary<WantedProject>;

const anyMembers = fc.uniqueArray(
  fc
    .record({
      entityId: fc.oneof(fc.constant(SERVICE_ID), userIds),
      entityType: fc.constantFrom('user', 'group'),
      role: fc.constantFrom('admin', 'maintainer', 'developer', 'guest', 'limited-guest', 'none'),
    })
    .map((one) => ({ ...one, id: one.entityId, entityName: `name-${one.entityId}` })),
  { selector: ({ entityType, entityId }) => `${entityType} ${entityId}` },
) satisfies fc.Arbitrary<HarborMember[]>;

const anyObserved = fc
  .record({
    isPublic: fc.boolean(),
    members: anyMembers,
    rules: fc.uniqueArray(
      fc.record({
        id: fc.integer({ min: 1, max: 50 }),
        disabled: fc.boolean(),
        repositories: fc.option(fc.constant(TAG_RULE.repositories)),
        tags: fc.option(fc.constantFrom<ImmutableRule['tags']>(TAG_RULE.tags, OTHER_TAGS)),
      }),
      { selector: ({ id }) => id },
    ),
    webhook: fc.constantFrom('on', 'missing', 'off', 'changed', null),
    quota: fc.option(
      fc.record({
        id: fc.constant(5),
        projectId: fc.constant(3),
        limitBytes: fc.constantFrom(null, 1, QUOTA),
        usedBytes: fc.constant(0),
      }),
    ),
    gone: fc.subarray([7, 8, 9]),
  })
  .map(({ gone, ...rest }) => {
    const members = rest.members.filter((one) => one.entityType === 'group' || !gone.includes(one.entityId));
    return observed({ ...rest, members, users: new Map(gone.map((id) => [id, 'gone'])) });
  });

/** Harbor after a repair. */
function repaired(project: ObservedProject, repair: Repair | null): ObservedProject {
  switch (repair?.kind) {
    case undefined:
      return project;
    case 'visibility':
      return { ...project, inHarbor: { ...project.inHarbor, isPublic: repair.isPublic } };
    case 'quota':
      return {
        ...project,
        quota: project.quota === null ? null : { ...project.quota, limitBytes: repair.quotaBytes },
      };
    case 'rule':
      return { ...project, rules: [...project.rules, rule({ id: 1000 })] };
    case 'webhook':
      return { ...project, webhook: 'on' };
    case 'member': {
      const { harborUserId, role } = repair;
      const isHim = (one: HarborMember): boolean =>
        one.entityType === 'user' && one.entityId === harborUserId;
      const others = project.members.filter((one) => !isHim(one));
      const him = project.members.find(isHim) ?? member({ id: 1000 + harborUserId, entityId: harborUserId });
      return { ...project, members: role === 'none' ? others : [...others, { ...him, role }] };
    }
  }
}
