import type { Body } from './body';
import type { Exchange, Reply } from './exchange';
import { created, ok } from './exchange';
import { badRequest, conflict, notFound } from './errors';
import type { WebhookPolicy, WebhookTarget } from './model';
import { projectFor } from './projects';
import { listReply } from './query';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

const EVENT_TYPES = [
  'PUSH_ARTIFACT',
  'PULL_ARTIFACT',
  'DELETE_ARTIFACT',
  'QUOTA_EXCEED',
  'QUOTA_WARNING',
  'SCANNING_FAILED',
  'SCANNING_STOPPED',
  'SCANNING_COMPLETED',
  'REPLICATION',
  'TAG_RETENTION',
];

export function webhookRoutes(world: World): Route[] {
  const policies = '/projects/{project}/webhook/policies';
  return [
    route('GET', '/projects/{project}/webhook/events', (exchange) => events(world, exchange)),
    route('GET', policies, (exchange) => list(world, exchange)),
    route('POST', policies, (exchange) => create(world, exchange)),
    route('GET', `${policies}/{id}`, (exchange) => get(world, exchange)),
    route('PUT', `${policies}/{id}`, (exchange) => update(world, exchange)),
    route('DELETE', `${policies}/{id}`, (exchange) => remove(world, exchange)),
  ];
}

function events(world: World, exchange: Exchange): Reply {
  projectFor(world, exchange, 'notification-policy', 'read');
  return ok({
    event_type: EVENT_TYPES,
    notify_type: ['http', 'slack'],
    payload_formats: [{ formats: ['Default', 'CloudEvents'], notify_type: 'http' }],
  });
}

function show(policy: WebhookPolicy): unknown {
  return {
    creation_time: policy.createdAt,
    ...(policy.description ? { description: policy.description } : {}),
    enabled: policy.isEnabled,
    event_types: policy.eventTypes,
    id: policy.id,
    name: policy.name,
    project_id: policy.projectId,
    targets: policy.targets,
    update_time: policy.updatedAt,
  };
}

type PolicyBody = Pick<WebhookPolicy, 'name' | 'description' | 'isEnabled' | 'eventTypes' | 'targets'>;

function policyIn(body: Body): PolicyBody {
  const policy = {
    name: body.text('name') ?? '',
    description: body.text('description') ?? '',
    isEnabled: body.flag('enabled') ?? false,
    eventTypes: body.texts('event_types'),
    targets: body.objects('targets').map(targetIn),
  };
  if (policy.targets.length === 0) throw badRequest('empty notification target with policy');
  if (policy.eventTypes.length === 0) throw badRequest('empty event type');
  const unknown = policy.eventTypes.find((type) => !EVENT_TYPES.includes(type));
  if (unknown !== undefined) throw badRequest(`unsupported event type ${unknown}`);
  return policy;
}

function targetIn(body: Body): WebhookTarget {
  const type = body.text('type') ?? '';
  const address = body.text('address') ?? '';
  if (!/^https?:\/\/./.test(address)) throw badRequest(`invalid webhook address ${address}`);
  if (type !== 'http' && type !== 'slack') throw badRequest(`unsupported target type ${type}`);
  const authorization = body.text('auth_header');
  const format = body.text('payload_format');
  return {
    address,
    ...(authorization ? { auth_header: authorization } : {}),
    ...(format ? { payload_format: format } : {}),
    skip_cert_verify: body.flag('skip_cert_verify') ?? false,
    type,
  };
}

const policiesOf = (world: World, projectId: number): WebhookPolicy[] =>
  world.database.webhookPolicies.filter((policy) => policy.projectId === projectId);

function existing(world: World, projectId: number, id: number): WebhookPolicy {
  const policy = policiesOf(world, projectId).find((one) => one.id === id);
  if (!policy) throw notFound(`notification policy ${id} not found`);
  return policy;
}

function list(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'notification-policy', 'list');
  return listReply(
    exchange,
    policiesOf(world, project.id),
    {
      id: (policy) => policy.id,
      name: (policy) => policy.name,
      creation_time: (policy) => policy.createdAt,
    },
    '-creation_time,-id',
    show,
  );
}

function get(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'notification-policy', 'read');
  return ok(show(existing(world, project.id, exchange.id('id'))));
}

async function create(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('policy');
  const project = projectFor(world, exchange, 'notification-policy', 'create');
  const policy = policyIn(body);
  if (policiesOf(world, project.id).some((other) => other.name === policy.name)) {
    world.database.webhookPolicies.burnId();
    throw conflict(`notification policy named ${policy.name} already exists`);
  }
  const now = world.now();
  const { id } = world.database.webhookPolicies.insert((made) => ({
    ...policy,
    id: made,
    projectId: project.id,
    createdAt: now,
    updatedAt: now,
  }));
  return created(`${exchange.path.replace(/\/$/, '')}/${id}`);
}

async function update(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('policy');
  const project = projectFor(world, exchange, 'notification-policy', 'update');
  const policy = existing(world, project.id, exchange.id('id'));
  Object.assign(policy, policyIn(body), { updatedAt: world.now() });
  return ok();
}

function remove(world: World, exchange: Exchange): Reply {
  const project = projectFor(world, exchange, 'notification-policy', 'delete');
  const policy = existing(world, project.id, exchange.id('id'));
  world.database.webhookPolicies.delete(policy.id);
  return ok();
}
