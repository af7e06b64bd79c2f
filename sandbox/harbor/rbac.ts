import type { Caller } from './caller';
import { isAuthenticated, isSystemAdmin, nameOf } from './caller';
import { HarborError, forbidden, unauthorized } from './errors';
import type { Member, Project } from './model';
import type { World } from './world';

/** `resource:action`; the project itself is the resource `project`. */
type Permissions = Record<string, string>;

export const ROLE_NAMES: Record<number, string> = {
  1: 'projectAdmin',
  2: 'developer',
  3: 'guest',
  4: 'maintainer',
  5: 'limitedGuest',
};

/** From src/common/rbac/project/rbac_role.go: actions by resource. */
const ROLES: Record<number, Permissions> = {
  1: {
    project: 'read update delete',
    member: 'create read update delete list',
    metadata: 'create read update delete list',
    log: 'list',
    label: 'create read update delete list',
    quota: 'read',
    repository: 'create read update delete list pull push',
    'tag-retention': 'create read update delete list operate',
    'immutable-tag': 'create update delete list',
    robot: 'create read update delete list',
    'notification-policy': 'create update delete list read',
    scan: 'create read stop',
    sbom: 'create read stop',
    scanner: 'read create',
    artifact: 'create read delete list',
    'artifact-addition': 'read',
    tag: 'list create delete',
    accessory: 'list',
  },
  4: {
    project: 'read',
    member: 'read list',
    metadata: 'create read update delete list',
    log: 'list',
    label: 'create read update delete list',
    quota: 'read',
    repository: 'create read update delete list push pull',
    'tag-retention': 'create read update delete list operate',
    'immutable-tag': 'create update delete list',
    robot: 'read list',
    'notification-policy': 'list read',
    scan: 'create read stop',
    sbom: 'create read stop',
    scanner: 'read',
    artifact: 'create read delete list',
    'artifact-addition': 'read',
    tag: 'list create delete',
    accessory: 'list',
  },
  2: {
    project: 'read',
    member: 'read list',
    log: 'list',
    label: 'read list',
    quota: 'read',
    repository: 'create read update list push pull',
    'tag-retention': 'create read update delete list operate',
    robot: 'read list',
    scan: 'read',
    sbom: 'read',
    scanner: 'read',
    artifact: 'create read list',
    'artifact-addition': 'read',
    tag: 'list create',
    accessory: 'list',
  },
  3: {
    project: 'read',
    member: 'read list',
    log: 'list',
    label: 'read list',
    quota: 'read',
    repository: 'read list pull',
    robot: 'read list',
    scan: 'read',
    sbom: 'read',
    scanner: 'read',
    tag: 'list',
    accessory: 'list',
    artifact: 'read list',
    'artifact-addition': 'read',
  },
  5: {
    project: 'read',
    quota: 'read',
    repository: 'list pull',
    scan: 'read',
    sbom: 'read',
    scanner: 'read',
    tag: 'list',
    accessory: 'list',
    artifact: 'read list',
    'artifact-addition': 'read',
  },
};

/** What a public project lets anybody do. */
const PUBLIC: Permissions = {
  project: 'read',
  label: 'read list',
  repository: 'list pull',
  scan: 'read',
  sbom: 'read',
  scanner: 'read',
  artifact: 'read list',
  'artifact-addition': 'read',
  tag: 'list',
  accessory: 'list',
};

const holds = (permissions: Permissions | undefined, resource: string, action: string): boolean =>
  permissions?.[resource]?.split(' ').includes(action) ?? false;

export function membersOf(world: World, projectId: number): Member[] {
  return world.database.members.filter((member) => member.projectId === projectId);
}

export function rolesOf(world: World, caller: Caller, projectId: number): number[] {
  if (caller.kind !== 'user') return [];
  return membersOf(world, projectId)
    .filter((member) => member.userId === caller.user.id)
    .map((member) => member.roleId);
}

export function mayInSystem(caller: Caller, resource: string, action: string): boolean {
  if (caller.kind === 'user') return caller.user.isSystemAdmin;
  if (caller.kind !== 'robot') return false;
  return caller.robot.permissions.some(
    (permission) =>
      permission.kind === 'system' &&
      permission.access.some((access) => access.resource === resource && access.action === action),
  );
}

export function mayInProject(
  world: World,
  caller: Caller,
  project: Project,
  resource: string,
  action: string,
): boolean {
  if (isSystemAdmin(caller)) return true;
  switch (caller.kind) {
    case 'robot':
      return robotMay(caller.robot.permissions, project.name, resource, action);
    case 'token':
      return resource === 'repository' && tokenMay(caller, project, action);
    case 'user':
    case 'anonymous':
      return (
        rolesOf(world, caller, project.id).some((role) => holds(ROLES[role], resource, action)) ||
        (project.metadata.public === 'true' && holds(PUBLIC, resource, action))
      );
  }
}

/**
 * `project:X` on every project (`*`) is X on everything in them: project:update refreshed and disabled robots, for
 * which no right of their own exists (seen). For a project by name it is not.
 */
function robotMay(
  permissions: readonly { kind: string; namespace: string; access: { resource: string; action: string }[] }[],
  projectName: string,
  resource: string,
  action: string,
): boolean {
  return permissions.some(({ kind, namespace, access }) => {
    const granted = (wanted: string): boolean =>
      access.some((each) => each.resource === wanted && each.action === action);
    if (kind !== 'project') return false;
    return namespace === '*'
      ? granted(resource) || granted('project')
      : namespace === projectName && granted(resource);
  });
}

/** A token from before the project was made is refused since 2.15.0: the name may have been another's. */
function tokenMay(caller: Extract<Caller, { kind: 'token' }>, project: Project, action: string): boolean {
  if (caller.issuedAt < Math.floor(Date.parse(project.createdAt) / 1000)) return false;
  return caller.access.some(
    (access) =>
      access.type === 'repository' &&
      access.name.split('/')[0] === project.name &&
      access.actions.includes(action),
  );
}

export function requireLogin(caller: Caller): void {
  if (!isAuthenticated(caller)) throw unauthorized();
}

/** 401 for nobody, else 403 with the caller's own name as its message (seen). */
export function requireInSystem(caller: Caller, resource: string, action: string): void {
  requireLogin(caller);
  if (!mayInSystem(caller, resource, action)) throw new HarborError('FORBIDDEN', nameOf(caller));
}

/**
 * The project, when the caller may do this in it. A project that is absent is 404 for a system admin with
 * `absent` as its words, 403 for everybody else who is logged in, 401 for nobody.
 */
export function requireInProject(
  world: World,
  caller: Caller,
  project: Project | undefined,
  resource: string,
  action: string,
  absent: string,
): Project {
  if (project && mayInProject(world, caller, project, resource, action)) return project;
  if (!project && isSystemAdmin(caller)) throw new HarborError('NOT_FOUND', absent);
  requireLogin(caller);
  throw forbidden();
}
