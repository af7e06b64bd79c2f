import type { HarborMember } from '../../harbor/harbor.types';
import { memberList, type MemberFacts } from './member-list';

const ADMIN_ID = 1;
const user = (entityId: number, entityName: string, role: HarborMember['role']): HarborMember => ({
  id: entityId * 10,
  entityId,
  entityName,
  entityType: 'user',
  role,
});

function list(change: Partial<MemberFacts>): [string | null, string | null, string][] {
  const facts: MemberFacts = {
    project: { ownerPersonId: null },
    harborOwnerId: ADMIN_ID,
    inHarbor: [],
    recorded: [],
    personIds: new Map([
      [4, 'p-ada'],
      [5, 'p-liu'],
    ]),
    persons: new Map([
      ['p-ada', { username: 'ada', displayName: 'Ada' }],
      ['p-liu', { username: 'liuyizhou', displayName: '刘一舟' }],
    ]),
    ...change,
  };
  return memberList(facts).map(({ username, harborName, state }) => [username, harborName, state]);
}

describe('memberList', () => {
  it('tells whom Berth made a member from whom others added in Harbor', () => {
    const members = list({
      inHarbor: [user(ADMIN_ID, 'admin', 'admin'), user(9, 'stranger', 'guest'), user(4, 'ada', 'developer')],
      recorded: [{ personId: 'p-ada', wantedRole: 'developer' }],
    });
    expect(members).toEqual([
      ['ada', 'ada', 'as-set'],
      [null, 'admin', 'service'],
      [null, 'stranger', 'foreign'],
    ]);
  });

  it.each<[string, HarborMember[], 'guest' | 'none', [string | null, string | null, string][]]>([
    ['changed in Harbor', [user(4, 'ada', 'admin')], 'guest', [['ada', 'ada', 'changed']]],
    ['missing in Harbor', [], 'guest', [['ada', null, 'missing']]],
    ['being removed', [user(4, 'ada', 'guest')], 'none', [['ada', 'ada', 'leaving']]],
    ['removed', [], 'none', []],
  ])('tells who is %s', (_, inHarbor, wantedRole, expected) => {
    expect(list({ inHarbor, recorded: [{ personId: 'p-ada', wantedRole }] })).toEqual(expected);
  });

  it('knows the owner of a personal project as its admin, and a person whom others added as foreign', () => {
    const project = { ownerPersonId: 'p-liu' };
    const others = user(4, 'ada', 'guest');
    expect(list({ project, inHarbor: [user(5, 'liuyizhou', 'admin'), others] })).toEqual([
      ['ada', 'ada', 'foreign'],
      ['liuyizhou', 'liuyizhou', 'as-set'],
    ]);
    expect(list({ project, inHarbor: [user(5, 'liuyizhou', 'guest')] })).toEqual([
      ['liuyizhou', 'liuyizhou', 'changed'],
    ]);
  });

  it('takes a group for nobody, though its id is a person’s', () => {
    const group: HarborMember = { ...user(4, 'vision', 'developer'), entityType: 'group' };
    expect(list({ inHarbor: [group] })).toEqual([[null, 'vision', 'foreign']]);
  });
});
