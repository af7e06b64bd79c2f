import type { Exchange, Reply } from './exchange';
import { ok } from './exchange';
import { isAuthenticated } from './caller';
import { badRequest } from './errors';
import { GRANTABLE_IN_PROJECT, GRANTABLE_IN_SYSTEM } from './grantable';
import { requireInSystem, requireLogin } from './rbac';
import { route } from './router';
import type { Route } from './router';
import type { World } from './world';

export function systemRoutes(world: World): Route[] {
  return [
    route('GET', '/ping', () => ({ status: 200, bytes: Buffer.from('Pong'), contentType: 'text/plain' })),
    route('GET', '/health', () => ok(health())),
    route('GET', '/systeminfo', (exchange) => ok(systemInformation(world, exchange))),
    route('GET', '/permissions', (exchange) => permissions(exchange)),
    route('GET', '/configurations', (exchange) => configuration(world, exchange)),
    route('PUT', '/configurations', (exchange) => configure(world, exchange)),
  ];
}

function health(): unknown {
  const names = ['core', 'database', 'jobservice', 'portal', 'redis', 'registry', 'registryctl'];
  return { components: names.map((name) => ({ name, status: 'healthy' })), status: 'healthy' };
}

/** Who is not logged in learns how to log in, and no more. */
function systemInformation(world: World, exchange: Exchange): unknown {
  const { configuration: kept } = world.database;
  return {
    auth_mode: kept.auth_mode,
    banner_message: kept.banner_message,
    oidc_provider_name: kept.oidc_name,
    primary_auth_mode: kept.primary_auth_mode,
    self_registration: kept.self_registration,
    ...(isAuthenticated(exchange.caller)
      ? {
          current_time: world.now(),
          external_url: `http://${world.settings.address}`,
          harbor_version: world.settings.version,
          has_ca_root: false,
          notification_enable: kept.notification_enable,
          project_creation_restriction: kept.project_creation_restriction,
          read_only: kept.read_only,
          registry_storage_provider_name: 'filesystem',
          registry_url: world.settings.address,
        }
      : {}),
  };
}

function permissions(exchange: Exchange): Reply {
  requireLogin(exchange.caller);
  const split = (all: readonly string[]): unknown =>
    all.map((permission) => {
      const [resource, action] = permission.split(':');
      return { action, resource };
    });
  return ok({ project: split(GRANTABLE_IN_PROJECT), system: split(GRANTABLE_IN_SYSTEM) });
}

function configuration(world: World, exchange: Exchange): Reply {
  requireInSystem(exchange.caller, 'configuration', 'read');
  const kept = Object.entries(world.database.configuration);
  return ok(
    Object.fromEntries(
      kept.map(([key, value]) => [key, { editable: key !== 'auth_mode' || mayChangeAuthMode(world), value }]),
    ),
  );
}

const mayChangeAuthMode = (world: World): boolean =>
  world.database.users.find((user) => user.id > 2 && !user.isDeleted) === undefined;

/** The one write that read-only mode lets through. */
async function configure(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('configurations');
  requireInSystem(exchange.caller, 'configuration', 'update');
  for (const [key, value] of Object.entries(body.fields)) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    if (
      key === 'auth_mode' &&
      value !== world.database.configuration.auth_mode &&
      !mayChangeAuthMode(world)
    ) {
      throw badRequest('the auth mode cannot be modified as new users have been inserted into database');
    }
    if (key === 'project_creation_restriction' && value !== 'everyone' && value !== 'adminonly') {
      throw badRequest(`invalid value for ${key}, it should be one of everyone, adminonly`);
    }
    world.database.configuration[key] = value;
  }
  world.audit(exchange.caller, {
    operation: 'update',
    resourceType: 'configuration',
    resource: '',
    description: 'update configuration',
  });
  return ok();
}
