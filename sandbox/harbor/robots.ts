import type { Body } from './body';
import type { Caller } from './caller';
import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import { HarborError, badRequest, conflict, notFound } from './errors';
import { GRANTABLE_IN_PROJECT, GRANTABLE_IN_SYSTEM } from './grantable';
import type { Access, Robot, RobotPermission } from './model';
import { conditionsOf, listReply } from './query';
import type { Columns } from './query';
import { requireInProject, requireInSystem, requireLogin } from './rbac';
import { route } from './router';
import type { Route } from './router';
import { hashOf, isStrong, newSalt, newSecret } from './secrets';
import type { World } from './world';

const DAY_SECONDS = 24 * 60 * 60;

const COLUMNS: Columns<Robot> = {
  id: (robot) => robot.id,
  name: (robot) => robot.shortName,
  disable: (robot) => robot.isDisabled,
  creation_time: (robot) => robot.createdAt,
};

export function robotRoutes(world: World): Route[] {
  return [
    route('GET', '/robots', (exchange) => list(world, exchange)),
    route('POST', '/robots', (exchange) => create(world, exchange)),
    route('GET', '/robots/{id}', (exchange) => get(world, exchange)),
    route('PUT', '/robots/{id}', (exchange) => update(world, exchange)),
    route('PATCH', '/robots/{id}', (exchange) => setSecret(world, exchange)),
    route('DELETE', '/robots/{id}', (exchange) => remove(world, exchange)),
  ];
}

function show(world: World, robot: Robot): unknown {
  return {
    creation_time: robot.createdAt,
    creator_ref: robot.creatorId,
    creator_type: robot.creatorType,
    ...(robot.description ? { description: robot.description } : {}),
    disable: robot.isDisabled,
    duration: robot.durationDays,
    editable: true,
    expires_at: robot.expiresAt,
    id: robot.id,
    level: robot.level,
    name: robot.name,
    permissions: permissionsInOrder(world, robot),
    update_time: robot.updatedAt,
  };
}

const policyKey = (permission: RobotPermission, access: Access): string =>
  `${permission.kind} ${permission.namespace} ${access.resource}:${access.action}`;

/** By the age of the permission rows, which robots share; grouped as they first appear (seen). */
function permissionsInOrder(world: World, robot: Robot): unknown[] {
  const ages = new Map(world.database.permissionPolicies.all().map((policy) => [policy.key, policy.id]));
  const age = (permission: RobotPermission, access: Access): number =>
    ages.get(policyKey(permission, access)) ?? 0;
  return robot.permissions
    .map((permission) => ({
      permission,
      access: [...permission.access].sort((a, b) => age(permission, a) - age(permission, b)),
    }))
    .sort((a, b) => oldest(a) - oldest(b))
    .map(({ permission, access }) => ({
      access: access.map(({ action, resource }) => ({ action, resource })),
      kind: permission.kind,
      namespace: permission.namespace,
    }));

  function oldest({ permission, access }: { permission: RobotPermission; access: Access[] }): number {
    return access[0] ? age(permission, access[0]) : 0;
  }
}

function rememberPolicies(world: World, permissions: RobotPermission[]): void {
  const policies = world.database.permissionPolicies;
  for (const permission of permissions) {
    for (const access of permission.access) {
      const key = policyKey(permission, access);
      if (!policies.find((policy) => policy.key === key)) policies.insert((id) => ({ id, key }));
    }
  }
}

function permissionsIn(body: Body): RobotPermission[] {
  return body.objects('permissions').map((permission) => ({
    kind: permission.text('kind') ?? '',
    namespace: permission.text('namespace') ?? '',
    access: permission.objects('access').map((access) => ({
      resource: access.text('resource') ?? '',
      action: access.text('action') ?? '',
    })),
  }));
}

function requireValid(duration: number, level: string, permissions: RobotPermission[]): void {
  if (!(duration === -1 || (Number.isInteger(duration) && duration > 0 && duration < 2 ** 31))) {
    throw badRequest(
      `bad request error duration input: ${duration}, duration must be either -1(Never) or a positive integer`,
    );
  }
  if (level !== 'system' && level !== 'project') throw badRequest(`bad request error level input: ${level}`);
  if (permissions.length === 0) throw badRequest('bad request empty permission');
  if (permissions.some((permission) => permission.access.length === 0))
    throw badRequest('bad request empty access');
  if (level === 'project' && permissions.length > 1) throw badRequest('bad request permission');
  for (const { kind, access } of permissions) {
    if (kind !== 'system' && kind !== 'project') throw badRequest(`bad request permission level: ${kind}`);
    const grantable = kind === 'system' ? GRANTABLE_IN_SYSTEM : GRANTABLE_IN_PROJECT;
    for (const { resource, action } of access) {
      if (!grantable.includes(`${resource}:${action}`)) {
        throw badRequest(`bad request permission: ${resource}:${action}`);
      }
    }
  }
}

function requireAccess(
  world: World,
  caller: Caller,
  level: string,
  projectName: string,
  action: string,
): void {
  if (level === 'system') requireInSystem(caller, 'robot', action);
  else {
    const project = world.projectNamed(projectName);
    requireInProject(world, caller, project, 'robot', action, `project ${projectName} not found`);
  }
}

/** A robot gives away no more than it has. */
function requireSubset(caller: Caller, permissions: RobotPermission[]): void {
  if (caller.kind !== 'robot') return;
  const own = caller.robot.permissions;
  const isCovered = permissions.every((permission) =>
    permission.access.every((access) =>
      own.some(
        (mine) =>
          mine.kind === permission.kind &&
          (mine.namespace === '*' || mine.namespace === permission.namespace) &&
          mine.access.some((one) => one.resource === access.resource && one.action === access.action),
      ),
    ),
  );
  if (isCovered) return;
  throw new HarborError(
    'DENIED',
    `permission scope is invalid. It must be equal to or more restrictive than the creator robot's permissions: ${caller.robot.name}`,
  );
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const { caller } = exchange;
  const body = await exchange.json('robot');
  const shortName = body.atMost('name', 255);
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(shortName)) {
    throw badRequest('robot name is not in lower case or contains illegal characters');
  }
  const level = body.text('level') ?? '';
  const permissions = permissionsIn(body);
  const durationDays = body.number('duration') ?? Number(world.database.configuration.robot_token_duration);
  requireValid(durationDays, level, permissions);
  const namespace = permissions[0]?.namespace ?? '';
  requireAccess(world, caller, level, namespace, 'create');
  requireSubset(caller, permissions);
  for (const permission of permissions) requireNamespace(world, permission);
  const project = level === 'project' ? world.projectNamed(namespace) : undefined;
  const ownName = project ? `${project.name}+${shortName}` : shortName;
  const name = `${String(world.database.configuration.robot_name_prefix)}${ownName}`;
  if (world.database.robots.find((robot) => robot.name === name)) {
    world.database.robots.burnId();
    throw conflict(`robot account ${project?.id ?? 0}:${ownName} already exists`);
  }
  const secret = newSecret();
  const salt = newSalt();
  const now = world.now();
  rememberPolicies(world, permissions);
  const robot = world.database.robots.insert((id) => ({
    id,
    name,
    shortName,
    description: body.text('description') ?? '',
    level,
    projectId: project?.id ?? 0,
    durationDays,
    expiresAt: durationDays === -1 ? -1 : Math.floor(Date.now() / 1000) + durationDays * DAY_SECONDS,
    isDisabled: body.flag('disable') ?? false,
    salt,
    secretHash: hashOf(secret, salt),
    creatorType: caller.kind === 'robot' ? 'robot' : 'local',
    creatorId: caller.kind === 'robot' ? caller.robot.id : caller.kind === 'user' ? caller.user.id : 0,
    permissions,
    createdAt: now,
    updatedAt: now,
  }));
  audit(world, caller, 'create', robot);
  return created(`${exchange.path.replace(/\/$/, '')}/${robot.id}`, {
    creation_time: robot.createdAt,
    expires_at: robot.expiresAt,
    id: robot.id,
    name: robot.name,
    secret,
  });
}

function requireNamespace(world: World, { kind, namespace }: RobotPermission): void {
  if (kind === 'project' && namespace !== '*' && !world.projectNamed(namespace)) {
    throw notFound(`project ${namespace} not found`);
  }
}

function audit(world: World, caller: Caller, operation: 'create' | 'delete', robot: Robot): void {
  world.audit(caller, {
    projectId: robot.projectId,
    operation,
    resourceType: 'robot',
    resource: robot.name,
    description: `${operation} robot: ${robot.name}`,
  });
}

function list(world: World, exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  const asked = (key: string): string | undefined => {
    const condition = conditionsOf(exchange.query.get('q')).find((one) => one.key === key);
    return condition && 'value' in condition ? condition.value : undefined;
  };
  const level = asked('level') ?? 'system';
  if (level !== 'system' && level !== 'project') throw badRequest('bad request error level input');
  const projectText = asked('projectid');
  if (level === 'project' && projectText === undefined) {
    throw badRequest('must with project ID when to query project robots');
  }
  if (level === 'project' && !/^\d+$/.test(projectText ?? ''))
    throw badRequest('Project ID must be int type.');
  const projectId = level === 'project' ? Number(projectText) : 0;
  requireAccess(world, exchange.caller, level, world.project(projectId)?.name ?? '', 'list');
  const rows = world.database.robots.filter((robot) => robot.projectId === projectId);
  return listReply(exchange, rows, COLUMNS, 'name', (robot) => show(world, robot));
}

/** The robot of the path, when the caller may do this to it; an absent one is 404 before any permission is asked. */
function robotFor(world: World, exchange: Exchange, action: string): Robot {
  requireLogin(exchange.caller);
  const id = exchange.id('id');
  const robot = world.database.robots.get(id);
  if (!robot) throw notFound(`robot ${id} not found`);
  requireAccess(world, exchange.caller, robot.level, world.project(robot.projectId)?.name ?? '', action);
  return robot;
}

function get(world: World, exchange: Exchange): Reply {
  return ok(show(world, robotFor(world, exchange, 'read')));
}

async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('robot');
  const robot = robotFor(world, exchange, 'update');
  const permissions = permissionsIn(body);
  const durationDays = body.number('duration') ?? robot.durationDays;
  requireValid(durationDays, body.text('level') ?? '', permissions);
  if (body.text('level') !== robot.level || body.text('name') !== robot.name) {
    throw badRequest('cannot update the level or name of robot');
  }
  requireSubset(exchange.caller, permissions);
  for (const permission of permissions) requireNamespace(world, permission);
  rememberPolicies(world, permissions);
  if (durationDays !== robot.durationDays) {
    const from = Math.floor(Date.parse(robot.createdAt) / 1000);
    robot.expiresAt = durationDays === -1 ? -1 : from + durationDays * DAY_SECONDS;
  }
  Object.assign(robot, {
    durationDays,
    permissions,
    description: body.text('description') ?? '',
    isDisabled: body.flag('disable') ?? false,
    updatedAt: world.now(),
  });
  return ok();
}

/** An empty secret asks for a new one, which is answered once; a given one is kept and not repeated. */
async function setSecret(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('robotSec');
  const robot = robotFor(world, exchange, 'update');
  const given = body.text('secret') ?? '';
  if (given !== '' && !isStrong(given)) {
    throw badRequest(
      'the secret must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number',
    );
  }
  const secret = given === '' ? newSecret() : given;
  const salt = newSalt();
  Object.assign(robot, { salt, secretHash: hashOf(secret, salt), updatedAt: world.now() });
  return ok({ secret: given === '' ? secret : '' });
}

function remove(world: World, exchange: Exchange): Reply {
  const robot = robotFor(world, exchange, 'delete');
  world.database.robots.delete(robot.id);
  audit(world, exchange.caller, 'delete', robot);
  return ok();
}
