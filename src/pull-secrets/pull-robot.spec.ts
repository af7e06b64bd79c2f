import type { HarborRobot } from '../harbor/harbor.types';
import { backstopDays, isRobotOf, pullPermissions, pullRobotName } from './pull-robot';

const SECRET = {
  harborName: pullRobotName('0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'),
  intentMark: 'Berth job abc',
  harborRobotId: 7,
};

describe('isRobotOf', () => {
  const robot = (change: Partial<HarborRobot>): HarborRobot => ({
    id: 7,
    name: `robot$${SECRET.harborName}`,
    description: SECRET.intentMark,
    level: 'system',
    disabled: false,
    expiresAt: null,
    createdAt: new Date(0),
    permissions: [],
    ...change,
  });

  it.each<[string, Partial<HarborRobot>, number | null, boolean]>([
    ['as it was made', {}, 7, true],
    ['with another prefix of Harbor', { name: `bot-${SECRET.harborName}` }, 7, true],
    ['with another description', { description: 'mine' }, 7, true],
    ['with another id, in a Harbor put back from a backup', { id: 9 }, 7, true],
    ['before its id was recorded', {}, null, true],
    ['of that id and another name', { name: 'robot$ci' }, 7, false],
    ['of that name, made by somebody else', { id: 9, description: 'mine' }, 7, false],
    ['of that name, before the id was recorded, made by somebody else', { description: 'mine' }, null, false],
    ['of a project', { level: 'project' }, 7, false],
  ])('knows a robot %s: %j', (_, change, harborRobotId, isOurs) => {
    expect(isRobotOf({ ...SECRET, harborRobotId }, robot(change))).toBe(isOurs);
  });
});

describe('pullPermissions', () => {
  it('lets it pull in these projects and do nothing else', () => {
    const access = [{ resource: 'repository', action: 'pull' }];
    expect(pullPermissions(['user-ada', 'team'])).toEqual([
      { kind: 'project', namespace: 'user-ada', access },
      { kind: 'project', namespace: 'team', access },
    ]);
  });
});

describe('backstopDays', () => {
  it.each([
    [60, 1],
    [86_400, 1],
    [86_401, 2],
  ])('ends a robot of %d s in Harbor after %d days', (seconds, days) => {
    expect(backstopDays(new Date(0), new Date(seconds * 1000))).toBe(days);
  });
});
