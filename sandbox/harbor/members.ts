import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import { badRequest, conflict, notFound } from './errors';
import type { Body } from './body';
import type { Member, User } from './model';
import { pageReply, sorted } from './query';
import { projectFor } from './projects';
import { ROLE_NAMES, membersOf } from './rbac';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

export function memberRoutes(world: World): Route[] {
  return [
    route('GET', '/projects/{project}/members', (exchange) => list(world, exchange)),
    route('POST', '/projects/{project}/members', (exchange) => create(world, exchange)),
    route('GET', '/projects/{project}/members/{id}', (exchange) => get(world, exchange)),
    route('PUT', '/projects/{project}/members/{id}', (exchange) => update(world, exchange)),
    route('DELETE', '/projects/{project}/members/{id}', (exchange) => remove(world, exchange)),
  ];
}

function show(world: World, member: Member): unknown {
  return {
    entity_id: member.userId,
    entity_name: world.database.users.get(member.userId)?.username ?? '',
    entity_type: 'u',
    id: member.id,
    project_id: member.projectId,
    role_id: member.roleId,
    role_name: ROLE_NAMES[member.roleId] ?? '',
  };
}

/** `entityname` is exact, and the total count does not know it (seen). */
function list(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'member', 'list');
  const all = membersOf(world, project.id);
  const name = exchange.query.get('entityname');
  const nameOf = (member: Member): string => world.database.users.get(member.userId)?.username ?? '';
  const found = all.filter((member) => !name || nameOf(member) === name);
  return pageReply(
    exchange,
    sorted(found, null, { name: nameOf }, 'name'),
    (member) => show(world, member),
    all.length,
  );
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('projectMember');
  const project = projectFor(world, exchange, 'member', 'create');
  const roleId = body.number('role_id') ?? 0;
  const user = userIn(world, body.object('member_user'));
  if (ROLE_NAMES[roleId] === undefined) {
    throw badRequest('Failed to update project member, role is not in 1,2,3');
  }
  if (membersOf(world, project.id).some((member) => member.userId === user.id)) {
    throw conflict('The project member specified already exist');
  }
  const member = world.database.members.insert((id) => ({
    id,
    projectId: project.id,
    userId: user.id,
    roleId,
  }));
  return created(`${exchange.path.replace(/\/$/, '')}/${member.id}`);
}

/** By name an unknown user is 404, by id 400. */
function userIn(world: World, given: Body | undefined): User {
  const id = given?.number('user_id');
  if (id !== undefined && id > 0) {
    const user = world.user(id);
    if (!user) throw badRequest(`user ${id} does not exist`);
    return user;
  }
  const name = given?.text('username');
  if (!name) throw badRequest('the username or user id is required');
  const user = world.userNamed(name);
  if (!user) throw notFound(`user ${name} is not found`);
  return user;
}

function memberOf(world: World, projectId: number, id: number): Member | undefined {
  return membersOf(world, projectId).find((member) => member.id === id);
}

function get(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'member', 'read');
  const id = exchange.id('id');
  const member = memberOf(world, project.id, id);
  if (!member) throw notFound(`the project member ${id} is not found`);
  return ok(show(world, member));
}

/** 200 for a member that is not there too, and any role is taken (seen). */
async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('role');
  const project = projectFor(world, exchange, 'member', 'update');
  const member = memberOf(world, project.id, exchange.id('id'));
  if (member) member.roleId = body.number('role_id') ?? member.roleId;
  return ok();
}

function remove(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'member', 'delete');
  const member = memberOf(world, project.id, exchange.id('id'));
  if (member) world.database.members.delete(member.id);
  return ok();
}
