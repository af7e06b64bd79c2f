import type { HarborRobot } from '../../harbor/harbor.types';
import { permissionFor } from './robot-access';
import { robotList } from './robot-list';
import { nameInProject } from './robot-name';
import type { Robot } from './robot.entity';

const NOW = new Date('2026-11-21T09:30:00.000Z');
const LATER = new Date('2027-01-01T00:00:00.000Z');

const RECORDED: Robot = {
  id: 'b',
  projectId: 'project',
  name: 'ci',
  currentName: 'ci',
  access: 'push',
  harborName: 'ci',
  intentMark: 'Berth 0123',
  harborRobotId: 7,
  createdByPersonId: 'ada',
  rotatedFromId: null,
  expiresAt: LATER,
  dueAt: LATER,
  createdAt: NOW,
};

const IN_HARBOR: HarborRobot = {
  id: 7,
  name: 'robot$user-ada+ci',
  description: 'Berth 0123',
  level: 'project',
  disabled: false,
  expiresAt: LATER,
  createdAt: NOW,
  permissions: [permissionFor('user-ada', 'push')],
};

describe('robotList', () => {
  it.each([
    ['active', {}, {}],
    ['ending', { currentName: null }, {}],
    ['ended', { expiresAt: NOW }, {}],
    ['disabled', {}, { disabled: true }],
    ['changed', {}, { permissions: [permissionFor('user-ada', 'pull')] }],
    ['missing', {}, { id: 8, name: 'robot$user-ada+other' }],
  ])('says %s of a robot with %j, in Harbor %j', (state, recorded, inHarbor) => {
    const [robot] = robotList([{ ...RECORDED, ...recorded }], [{ ...IN_HARBOR, ...inHarbor }], NOW);
    expect(robot).toMatchObject({ id: 'b', name: 'ci', state });
  });

  it('shows the robots of others without an id, whatever they say of themselves', () => {
    const theirs = { ...IN_HARBOR, id: 8, name: 'robot$user-ada+theirs', expiresAt: null };
    expect(robotList([RECORDED], [theirs, IN_HARBOR], NOW)).toMatchObject([
      { id: 'b', name: 'ci', username: 'robot$user-ada+ci' },
      { id: null, name: 'theirs', username: 'robot$user-ada+theirs', state: 'active', expiresAt: null },
    ]);
  });

  it('says of the robots of others that they are disabled or over', () => {
    const disabled = { ...IN_HARBOR, disabled: true };
    const over = { ...IN_HARBOR, id: 9, name: 'robot$user-ada+over', expiresAt: NOW };
    expect(robotList([], [over, disabled], NOW).map(({ state }) => state)).toEqual(['disabled', 'ended']);
  });

  it('leaves out what is being made, in Berth and in Harbor', () => {
    const making = { ...RECORDED, harborRobotId: null, currentName: null };
    expect(robotList([making], [IN_HARBOR], NOW)).toEqual([]);
    const sameMark = { ...IN_HARBOR, name: 'robot$user-ada+theirs' };
    expect(robotList([making], [sameMark], NOW)).toMatchObject([{ id: null, name: 'theirs' }]);
  });
});

describe('nameInProject', () => {
  it.each([
    ['robot$user-ada+ci', 'ci'],
    ['bot-user-ada+ci-3fa9c1', 'ci-3fa9c1'],
    ['robot$system', 'robot$system'],
  ])('of %j is %j', (loginName, name) => {
    expect(nameInProject(loginName)).toBe(name);
  });
});
