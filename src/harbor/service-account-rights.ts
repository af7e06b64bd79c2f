import type { RobotPermission } from './harbor.types';

type Rights = Readonly<Record<string, readonly string[]>>;

/**
 * What Berth's robot must be allowed, and nothing more: on a live 2.15.2 each was taken away once, and something
 * stopped working. On namespace `*` Harbor takes `project:update` for the right to update anything in any project.
 */
const SYSTEM_RIGHTS: Rights = {
  project: ['create'],
  user: ['create', 'read', 'list', 'update', 'delete'],
  quota: ['read', 'list', 'update'],
  robot: ['create', 'list', 'delete'],
  'audit-log': ['list'],
};

const PROJECT_RIGHTS: Rights = {
  project: ['read', 'update'],
  repository: ['pull', 'list'],
  artifact: ['read', 'list'],
  accessory: ['list'],
  tag: ['create', 'list', 'delete'],
  log: ['list'],
  member: ['create', 'list', 'delete'],
  robot: ['create', 'list', 'delete'],
  'immutable-tag': ['create', 'list', 'delete'],
  'notification-policy': ['create', 'list', 'delete'],
};

/** The permissions of Berth's robot, as Harbor wants them when it is made. */
export function serviceAccountPermissions(): RobotPermission[] {
  return [
    { kind: 'system', namespace: '/', access: accessOf(SYSTEM_RIGHTS) },
    { kind: 'project', namespace: '*', access: accessOf(PROJECT_RIGHTS) },
  ];
}

/** What Berth needs and this robot may not, as people read it: `user:create`, `tag:list in all projects`. */
export function missingRights(granted: readonly RobotPermission[]): string[] {
  return serviceAccountPermissions().flatMap(({ kind, namespace, access }) => {
    const has = granted
      .filter((each) => each.kind === kind && each.namespace === namespace)
      .flatMap((each) => each.access);
    return access
      .filter(
        ({ resource, action }) =>
          !has.some((right) => right.resource === resource && right.action === action),
      )
      .map(({ resource, action }) => `${resource}:${action}${kind === 'project' ? ' in all projects' : ''}`);
  });
}

function accessOf(rights: Rights): RobotPermission['access'] {
  return Object.entries(rights).flatMap(([resource, actions]) =>
    actions.map((action) => ({ resource, action })),
  );
}
