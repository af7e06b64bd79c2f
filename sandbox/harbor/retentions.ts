import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import { badRequest, notFound } from './errors';
import type { Project, RetentionPolicy } from './model';
import { requireInProject, requireLogin } from './rbac';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

const COUNT = { required: true, type: 'int', unit: 'COUNT' };
const DAYS = { required: true, type: 'int', unit: 'DAYS' };

const METADATA = {
  scope_selectors: [
    { decorations: ['repoMatches', 'repoExcludes'], display_text: 'Repositories', kind: 'doublestar' },
  ],
  tag_selectors: [{ decorations: ['matches', 'excludes'], display_text: 'Tags', kind: 'doublestar' }],
  templates: [
    template('latestPushedK', 'the most recently pushed # artifacts', [COUNT]),
    template('latestPulledN', 'the most recently pulled # artifacts', [COUNT]),
    template('nDaysSinceLastPush', 'pushed within the last # days', [DAYS]),
    template('nDaysSinceLastPull', 'pulled within the last # days', [DAYS]),
    template('always', 'always', []),
  ],
};

function template(name: string, text: string, params: unknown[]): unknown {
  return { action: 'retain', display_text: text, params, rule_template: name };
}

/** Retention policies are kept and shown; the sandbox never runs them. */
export function retentionRoutes(world: World): Route[] {
  return [
    route('GET', '/retentions/metadatas', (exchange) => metadata(exchange)),
    route('POST', '/retentions', (exchange) => create(world, exchange)),
    route('GET', '/retentions/{id}', (exchange) => get(world, exchange)),
    route('PUT', '/retentions/{id}', (exchange) => update(world, exchange)),
    route('DELETE', '/retentions/{id}', (exchange) => remove(world, exchange)),
  ];
}

function metadata(exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  return ok(METADATA);
}

function requireProject(world: World, exchange: Exchange, id: number, action: string): Project {
  return requireInProject(
    world,
    exchange.caller,
    world.project(id),
    'tag-retention',
    action,
    `project ${id} not found`,
  );
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('policy');
  const projectId = body.object('scope')?.number('ref') ?? 0;
  const project = requireProject(world, exchange, projectId, 'create');
  const other = world.database.retentions.find((policy) => policy.projectId === project.id);
  if (other) throw badRequest(`bad request: project ${project.id} already has retention policy ${other.id}`);
  if (body.objects('rules').length > 15) throw badRequest('only 15 retention rules are allowed at most');
  const policy = world.database.retentions.insert((id) => ({ id, projectId: project.id, body: body.fields }));
  project.metadata.retention_id = String(policy.id);
  return created(`${exchange.path.replace(/\/$/, '')}/${policy.id}`);
}

function policyFor(world: World, exchange: Exchange, action: string): RetentionPolicy {
  const id = exchange.id('id');
  requireLogin(exchange.caller);
  const policy = world.database.retentions.get(id);
  if (!policy) throw notFound(`no such Retention policy with id ${id}`);
  requireProject(world, exchange, policy.projectId, action);
  return policy;
}

function get(world: World, exchange: Exchange): Reply {
  const policy = policyFor(world, exchange, 'read');
  return ok({ ...policy.body, id: policy.id });
}

async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('policy');
  policyFor(world, exchange, 'update').body = body.fields;
  return ok();
}

function remove(world: World, exchange: Exchange): Reply {
  const policy = policyFor(world, exchange, 'delete');
  world.database.retentions.delete(policy.id);
  const project = world.project(policy.projectId);
  if (project) {
    const { retention_id: _gone, ...kept } = project.metadata;
    project.metadata = kept;
  }
  return ok();
}
