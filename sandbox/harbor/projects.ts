import type { Caller } from './caller';
import { isSystemAdmin } from './caller';
import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import type { Body } from './body';
import { HarborError, badRequest, conflict, forbidden, notFound, precondition } from './errors';
import type { Project, User } from './model';
import { NEVER } from './model';
import { listReply, pageOf } from './query';
import type { Columns } from './query';
import { mayInProject, mayInSystem, membersOf, requireInProject, requireLogin, rolesOf } from './rbac';
import { addQuota, quotaOfProject, usedBytes } from './quotas';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

const COLUMNS: Columns<Project> = {
  project_id: (project) => project.id,
  name: (project) => project.name,
  owner_id: (project) => project.ownerId,
  public: (project) => project.metadata.public,
  creation_time: (project) => project.createdAt,
  update_time: (project) => project.updatedAt,
};

export function projectRoutes(world: World): Route[] {
  return [
    route('GET', '/projects', (exchange) => list(world, exchange)),
    route('HEAD', '/projects', (exchange) => head(world, exchange)),
    route('POST', '/projects', (exchange) => create(world, exchange)),
    route('GET', '/projects/{project}', (exchange) => get(world, exchange)),
    route('PUT', '/projects/{project}', (exchange) => update(world, exchange)),
    route('DELETE', '/projects/{project}', (exchange) => remove(world, exchange)),
    route('GET', '/projects/{project}/summary', (exchange) => summary(world, exchange)),
    route('GET', '/projects/{project}/_deletable', (exchange) => deletable(world, exchange)),
    route('GET', '/projects/{project}/metadatas', (exchange) => metadata(world, exchange)),
    route('POST', '/projects/{project}/metadatas', (exchange) => setMetadata(world, exchange, 'create')),
    route('GET', '/projects/{project}/metadatas/{key}', (exchange) => metadataOf(world, exchange)),
    route('PUT', '/projects/{project}/metadatas/{key}', (exchange) => setMetadata(world, exchange, 'update')),
    route('DELETE', '/projects/{project}/metadatas/{key}', (exchange) => removeMetadata(world, exchange)),
    route('GET', '/statistics', (exchange) => statistics(world, exchange)),
  ];
}

/** Digits are an id unless `X-Is-Resource-Name` says otherwise. */
export function projectAsked(world: World, exchange: Exchange): Project | undefined {
  const asked = exchange.param('project');
  const isName = exchange.headers['x-is-resource-name'] === 'true' || !/^\d+$/.test(asked);
  return isName ? world.projectNamed(asked) : world.project(Number(asked));
}

/** The project of the path, when the caller may do this in it. */
export function projectFor(world: World, exchange: Exchange, resource: string, action: string): Project {
  const absent = `project ${exchange.param('project')} not found`;
  return requireInProject(world, exchange.caller, projectAsked(world, exchange), resource, action, absent);
}

function show(world: World, caller: Caller, project: Project, isDetailed: boolean): unknown {
  const roles = rolesOf(world, caller, project.id);
  const owner = world.database.users.get(project.ownerId);
  return {
    creation_time: project.createdAt,
    ...(roles.length > 0 ? { current_user_role_id: highest(roles) } : {}),
    current_user_role_ids: roles.length > 0 ? roles : null,
    cve_allowlist: {
      creation_time: NEVER,
      ...(isDetailed ? { id: project.allowlistId } : {}),
      items: isDetailed ? [] : null,
      ...(isDetailed ? { project_id: project.id } : {}),
      update_time: NEVER,
    },
    ...(isDetailed ? { metadata: project.metadata } : {}),
    name: project.name,
    owner_id: project.ownerId,
    ...(isDetailed ? { owner_name: owner?.username ?? '' } : {}),
    project_id: project.id,
    repo_count: repositoryCount(world, project.id),
    update_time: project.updatedAt,
  };
}

/** Admin, maintainer, developer, guest, limited guest. */
function highest(roles: number[]): number {
  return [1, 4, 2, 3, 5].find((role) => roles.includes(role)) ?? 0;
}

const repositoryCount = (world: World, projectId: number): number =>
  world.database.repositories.filter((repository) => repository.projectId === projectId).length;

/** Wrong credentials are not refused here: they see what nobody sees, the public projects (seen). */
function list(world: World, exchange: Exchange): Reply {
  pageOf(exchange);
  const { caller, query } = exchange;
  const name = query.get('name');
  const isPublic = query.get('public');
  const owner = query.get('owner');
  const rows = world.database.projects.filter(
    (project) =>
      !project.isDeleted &&
      isListed(world, caller, project) &&
      (name === null || project.name.toLowerCase().includes(name.toLowerCase())) &&
      (isPublic === null || project.metadata.public === String(isPublic === 'true' || isPublic === '1')) &&
      (owner === null || world.database.users.get(project.ownerId)?.username === owner),
  );
  const isDetailed = exchange.flag('with_detail', true);
  return listReply(exchange, rows, COLUMNS, 'name', (project) => show(world, caller, project, isDetailed));
}

function isListed(world: World, caller: Caller, project: Project): boolean {
  if (mayInSystem(caller, 'project', 'list') || project.metadata.public === 'true') return true;
  if (caller.kind === 'robot') return mayInProject(world, caller, project, 'project', 'read');
  return rolesOf(world, caller, project.id).length > 0;
}

/** Any login may ask whether a name is taken. */
function head(world: World, exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  const name = exchange.query.get('project_name') ?? '';
  if (!world.projectNamed(name)) throw notFound(`project ${name} not found`);
  return ok();
}

function get(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'project', 'read');
  return ok(show(world, exchange.caller, project, true));
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const { caller } = exchange;
  const body = await exchange.json('project');
  const name = body.atMost('project_name', 255);
  requireLogin(caller);
  requireCreation(world, caller);
  const metadata = metadataIn(body.object('metadata'), body.flag('public'));
  const asked = body.number('storage_limit');
  const isAdmin = mayInSystem(caller, 'project', 'create');
  const hardBytes = asked && isAdmin ? asked : Number(world.database.configuration.storage_per_project);
  if (hardBytes !== -1 && hardBytes <= 0) {
    throw badRequest(`bad request: invalid non-positive value for quota limit, value=${hardBytes}`);
  }
  if (!NAME.test(name)) throw badRequest('project name is not in lower case or contains illegal characters');
  if (world.projectNamed(name)) {
    world.database.projects.burnId();
    throw conflict(`The project named ${name} already exists`);
  }
  const project = addProject(world, name, ownerFor(world, caller), metadata);
  if (world.database.configuration.quota_per_project_enable === true) addQuota(world, project.id, hardBytes);
  world.audit(caller, {
    projectId: project.id,
    operation: 'create',
    resourceType: 'project',
    resource: name,
    description: `create project: ${name}`,
  });
  const last = exchange.headers['x-resource-name-in-location'] === 'true' ? name : String(project.id);
  return created(`${exchange.path.replace(/\/$/, '')}/${last}`);
}

/** Even a pull-only system robot may create projects while the restriction is `everyone` (seen). */
function requireCreation(world: World, caller: Caller): void {
  if (caller.kind === 'robot' && caller.robot.level !== 'system') {
    throw forbidden('Only system level robot can create project');
  }
  const isRestricted = world.database.configuration.project_creation_restriction === 'adminonly';
  if (isRestricted && !mayInSystem(caller, 'project', 'create')) {
    throw forbidden('Only system admin can create project');
  }
}

function metadataIn(given: Body | undefined, isPublic: boolean | undefined): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(given?.fields ?? {})) {
    if (typeof value === 'string' && key !== 'retention_id') metadata[key] = value;
  }
  metadata.public ??= String(isPublic ?? false);
  if (metadata.public !== 'true' && metadata.public !== 'false') {
    throw badRequest(`metadata.public should only be 'true' or 'false', but got: '${metadata.public}'`);
  }
  return metadata;
}

/** A robot's project belongs to the system admin of the lowest id, who becomes its member too (seen). */
function ownerFor(world: World, caller: Caller): User {
  if (caller.kind === 'user') return caller.user;
  const admin = world.database.users.find((user) => user.isSystemAdmin && !user.isDeleted);
  if (!admin) throw new HarborError('UNKNOWN', 'cannot create project as no system admin found');
  return admin;
}

export function addProject(
  world: World,
  name: string,
  owner: User,
  metadata: Record<string, string>,
): Project {
  const now = world.now();
  const allowlist = world.database.allowlists.insert((id) => ({ id }));
  const project = world.database.projects.insert((id) => ({
    id,
    name,
    ownerId: owner.id,
    metadata,
    allowlistId: allowlist.id,
    isDeleted: false,
    createdAt: now,
    updatedAt: now,
  }));
  world.database.members.insert((id) => ({ id, projectId: project.id, userId: owner.id, roleId: 1 }));
  return project;
}

async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('project');
  const project = projectFor(world, exchange, 'project', 'update');
  const given = body.object('metadata');
  if (given) Object.assign(project.metadata, metadataIn(given, project.metadata.public === 'true'));
  const limit = body.number('storage_limit');
  const quota = quotaOfProject(world, project.id);
  if (limit !== undefined && quota && isSystemAdmin(exchange.caller)) quota.hardBytes = limit;
  project.updatedAt = world.now();
  return ok();
}

function whyNotDeletable(world: World, project: Project): string | null {
  return repositoryCount(world, project.id) > 0
    ? 'the project contains repositories, can not be deleted'
    : null;
}

function deletable(world: World, exchange: Exchange): Reply {
  const reason = whyNotDeletable(world, projectFor(world, exchange, 'project', 'delete'));
  return ok(reason === null ? { deletable: true } : { message: reason });
}

/** The row stays under the name `name#id`; the name may be taken again at once, by anyone who may create projects. */
function remove(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'project', 'delete');
  const reason = whyNotDeletable(world, project);
  if (reason !== null) throw precondition(`precondition failed: ${reason}`);
  const { id, name } = project;
  Object.assign(project, { name: `${name}#${id}`, isDeleted: true, updatedAt: world.now() });
  const ofProject = (row: { projectId: number }): boolean => row.projectId === id;
  world.database.members.deleteWhere(ofProject);
  world.database.rules.deleteWhere(ofProject);
  world.database.quotas.deleteWhere(ofProject);
  world.database.robots.deleteWhere(ofProject);
  world.database.webhookPolicies.deleteWhere(ofProject);
  world.database.retentions.deleteWhere(ofProject);
  world.audit(exchange.caller, {
    projectId: id,
    operation: 'delete',
    resourceType: 'project',
    resource: name,
    description: `delete project: ${name}`,
  });
  return ok();
}

function summary(world: World, exchange: Exchange): Reply {
  const { caller } = exchange;
  const project = projectFor(world, exchange, 'project', 'read');
  const quota = quotaOfProject(world, project.id);
  const counts: Record<string, number> = {};
  if (mayInProject(world, caller, project, 'member', 'list')) {
    const names = { 1: 'project_admin', 4: 'maintainer', 2: 'developer', 3: 'guest', 5: 'limited_guest' };
    for (const [role, name] of Object.entries(names)) {
      const count = membersOf(world, project.id).filter((member) => member.roleId === Number(role)).length;
      if (count > 0) counts[`${name}_count`] = count;
    }
  }
  return ok({
    ...counts,
    ...(quota && mayInProject(world, caller, project, 'quota', 'read')
      ? { quota: { hard: { storage: quota.hardBytes }, used: { storage: usedBytes(world, project.id) } } }
      : {}),
    repo_count: repositoryCount(world, project.id),
  });
}

function metadata(world: World, exchange: Exchange): Reply {
  return ok(projectFor(world, exchange, 'metadata', 'list').metadata);
}

function metadataOf(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'metadata', 'read');
  const key = exchange.param('key');
  const value = project.metadata[key];
  if (value === undefined) throw notFound(`metadata ${key} not found`);
  return ok({ [key]: value });
}

async function setMetadata(world: World, exchange: Exchange, action: 'create' | 'update'): Promise<Reply> {
  const body = await exchange.json('metadata');
  const project = projectFor(world, exchange, 'metadata', action);
  for (const [key, value] of Object.entries(body.fields)) {
    if (typeof value !== 'string') throw badRequest(`invalid value of metadata ${key}`);
    if (action === 'create' && project.metadata[key] !== undefined)
      throw conflict(`metadata ${key} already exists`);
    project.metadata[key] = value;
  }
  return ok();
}

function removeMetadata(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'metadata', 'delete');
  const { [exchange.param('key')]: _removed, ...kept } = project.metadata;
  project.metadata = kept;
  return ok();
}

/** A robot gets the answer too, without totals, and sees public projects only (seen). */
function statistics(world: World, exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  const all = world.database.projects.filter((project) => !project.isDeleted);
  const isPublic = (project: Project): boolean => project.metadata.public === 'true';
  const repositories = (projects: Project[]): number =>
    projects.reduce((sum, project) => sum + repositoryCount(world, project.id), 0);
  const mine = all.filter(
    (project) =>
      isSystemAdmin(exchange.caller) ||
      (!isPublic(project) && rolesOf(world, exchange.caller, project.id).length > 0),
  );
  const isAdmin = isSystemAdmin(exchange.caller);
  const hidden = mine.filter((project) => !isPublic(project));
  return ok({
    private_project_count: hidden.length,
    private_repo_count: repositories(hidden),
    public_project_count: all.filter(isPublic).length,
    public_repo_count: repositories(all.filter(isPublic)),
    total_project_count: isAdmin ? all.length : 0,
    total_repo_count: isAdmin ? repositories(all) : 0,
    total_storage_consumption: isAdmin
      ? all.reduce((sum, project) => sum + usedBytes(world, project.id), 0)
      : 0,
  });
}
