import type { RobotPermission } from './harbor.types';

interface Right {
  resource: string;
  actions: readonly string[];
  /** What stops working without it. */
  why: string;
}

/**
 * What Berth's robot must be allowed, and nothing more: on a live 2.15.2 each of these but `project:delete` was taken
 * away once, and something stopped working. On namespace `*` Harbor takes `project:update` and `project:delete` for the
 * right to update or delete anything in any project, so also members and rules; and `user:update` may reset the first
 * administrator: the secret is root's.
 */
const SYSTEM_RIGHTS: readonly Right[] = [
  {
    resource: 'project',
    actions: ['create'],
    why: 'projects of persons, also where only admins may make any',
  },
  { resource: 'user', actions: ['create'], why: 'the Harbor account of a person' },
  { resource: 'user', actions: ['list'], why: 'finding an account by its name; proving our own credentials' },
  { resource: 'user', actions: ['read'], why: 'finding an account by its id' },
  { resource: 'user', actions: ['update'], why: 'resetting a password' },
  { resource: 'user', actions: ['delete'], why: 'removing the account of a person who left' },
  { resource: 'quota', actions: ['read', 'list', 'update'], why: 'showing and setting quotas' },
  {
    resource: 'robot',
    actions: ['create', 'list', 'delete'],
    why: 'robots over several projects; the doctor',
  },
  { resource: 'audit-log', actions: ['list'], why: 'the feed; without it the log is empty, not refused' },
];

const PROJECT_RIGHTS: readonly Right[] = [
  { resource: 'project', actions: ['read', 'update'], why: 'recognising a project; keeping it private' },
  { resource: 'project', actions: ['delete'], why: 'deleting an empty shared project' },
  {
    resource: 'repository',
    actions: ['pull', 'push', 'list', 'delete'],
    why: 'browsing; giving robots the right to pull and push; putting a moved tag back; deleting a repository',
  },
  {
    resource: 'artifact',
    actions: ['read', 'list', 'delete'],
    why: 'looks at tags and digests; sweeps; deleting what has lost its last tag',
  },
  { resource: 'accessory', actions: ['list'], why: 'signatures and SBOMs of an image' },
  { resource: 'tag', actions: ['create', 'list', 'delete'], why: 'holds, and taking tags off' },
  { resource: 'log', actions: ['list'], why: 'the log of a project' },
  {
    resource: 'member',
    actions: ['create', 'list', 'delete'],
    why: 'making persons members of their projects',
  },
  { resource: 'robot', actions: ['create', 'list', 'delete'], why: 'robots of a project' },
  { resource: 'immutable-tag', actions: ['create', 'list', 'delete'], why: 'the tag rule' },
  { resource: 'notification-policy', actions: ['create', 'list', 'delete'], why: 'the webhook of a project' },
];

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

function accessOf(rights: readonly Right[]): RobotPermission['access'] {
  return rights.flatMap(({ resource, actions }) => actions.map((action) => ({ resource, action })));
}
