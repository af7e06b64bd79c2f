import type { RobotPermission } from '../../harbor/harbor.types';
import { accessOf, permissionFor } from './robot-access';

function rights(...names: string[]): RobotPermission[] {
  const access = names.map((name) => {
    const [resource = '', action = ''] = name.split(':');
    return { resource, action };
  });
  return [{ kind: 'project', namespace: 'user-ada', access }];
}

describe('permissionFor', () => {
  it('lets a robot that pulls pull from its project alone', () => {
    expect(permissionFor('user-ada', 'pull')).toEqual({
      kind: 'project',
      namespace: 'user-ada',
      access: [{ resource: 'repository', action: 'pull' }],
    });
  });

  it.each(['pull', 'push'] as const)('gives what accessOf reads as %s', (access) => {
    expect(accessOf([permissionFor('user-ada', access)])).toBe(access);
  });
});

describe('accessOf', () => {
  it.each([
    ['pull', rights('repository:pull')],
    ['push', rights('repository:push', 'repository:pull')],
    ['other', rights('repository:push')],
    ['other', rights('repository:pull', 'repository:delete')],
    ['other', rights('repository:pull', 'tag:delete')],
    ['other', rights('tag:pull')],
    ['other', rights('repository:pull', 'repository:push', 'repository:delete')],
    ['other', [...rights('repository:pull'), ...rights('repository:pull')]],
    ['other', []],
  ])('is %s for %j', (access, permissions) => {
    expect(accessOf(permissions)).toBe(access);
  });
});
