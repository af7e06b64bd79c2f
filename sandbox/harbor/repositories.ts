import type { Exchange, Reply } from './exchange';
import { ok } from './exchange';
import { artifactsListedOf, removeRepository } from './artifact-lifecycle';
import { notFound } from './errors';
import type { Project, Repository } from './model';
import { listReply } from './query';
import type { Columns } from './query';
import { requireInProject } from './rbac';
import { decode, route } from './router';
import type { Route } from './router';
import type { World } from './world';

const COLUMNS: Columns<Repository> = {
  repository_id: (repository) => repository.id,
  id: (repository) => repository.id,
  name: (repository) => repository.name,
  pull_count: (repository) => repository.pullCount,
  creation_time: (repository) => repository.createdAt,
  update_time: (repository) => repository.updatedAt,
};

export function repositoryRoutes(world: World): Route[] {
  const one = '/projects/{project}/repositories/{repository}';
  return [
    route('GET', '/projects/{project}/repositories', (exchange) => list(world, exchange)),
    route('GET', one, (exchange) => get(world, exchange)),
    route('PUT', one, (exchange) => update(world, exchange)),
    route('DELETE', one, (exchange) => remove(world, exchange)),
  ];
}

/** `project/repository`; a slash of the repository comes encoded twice, and once is understood too (seen). */
export const fullNameAsked = (exchange: Exchange): string =>
  `${exchange.param('project')}/${decode(exchange.param('repository'))}`;

/** Below these routes a project is a name only, and an absent one is told to an admin as an absent repository. */
export function repositoryFor(
  world: World,
  exchange: Exchange,
  resource: string,
  action: string,
): Repository {
  const name = fullNameAsked(exchange);
  const absent = `repository ${name} not found`;
  const project = world.projectNamed(exchange.param('project'));
  requireInProject(world, exchange.caller, project, resource, action, absent);
  const repository = repositoryNamed(world, name);
  if (!repository) throw notFound(absent);
  return repository;
}

export const repositoryNamed = (world: World, name: string): Repository | undefined =>
  world.database.repositories.by('name', name)[0];

export function projectByNameFor(
  world: World,
  exchange: Exchange,
  resource: string,
  action: string,
): Project {
  const name = exchange.param('project');
  return requireInProject(
    world,
    exchange.caller,
    world.projectNamed(name),
    resource,
    action,
    `project ${name} not found`,
  );
}

function show(world: World, repository: Repository): unknown {
  return {
    artifact_count: artifactsListedOf(world, world.database.artifacts.by('repository', repository.id)).length,
    creation_time: repository.createdAt,
    id: repository.id,
    name: repository.name,
    project_id: repository.projectId,
    pull_count: repository.pullCount,
    update_time: repository.updatedAt,
  };
}

function list(world: World, exchange: Exchange): Reply {
  const project = projectByNameFor(world, exchange, 'repository', 'list');
  const rows = world.database.repositories.by('project', project.id);
  return listReply(exchange, rows, COLUMNS, '-creation_time,-id', (repository) => show(world, repository));
}

function get(world: World, exchange: Exchange): Reply {
  return ok(show(world, repositoryFor(world, exchange, 'repository', 'read')));
}

/** The description alone may change, and nobody here asks for it. */
function update(world: World, exchange: Exchange): Reply {
  repositoryFor(world, exchange, 'repository', 'update').updatedAt = world.now();
  return ok();
}

function remove(world: World, exchange: Exchange): Reply {
  const repository = repositoryFor(world, exchange, 'repository', 'delete');
  removeRepository(world, exchange.caller, exchange.requestId, repository);
  return ok();
}
