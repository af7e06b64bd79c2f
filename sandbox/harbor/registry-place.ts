import { nameOf } from './caller';
import { HarborError } from './errors';
import type { Exchange } from './exchange';
import type { Project } from './model';
import { requireRoom } from './quotas';
import { mayInProject } from './rbac';
import type { World } from './world';

/** What the registry behind Harbor's core says of itself; core's own answers leave it out. */
export const REGISTRY_VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The repository a request speaks of, once the caller may do this in it. */
export interface Place {
  project: Project;
  /** With the project. */
  name: string;
}

/**
 * 401 whether the login is wrong or the right is missing, never 403. Without an `Authorization` it names the
 * token service, else plain Basic (src/server/middleware/v2auth). The message comes twice, as Harbor prints it.
 */
export function refused(exchange: Exchange, message: string, scopes: string[]): HarborError {
  const service = `Bearer realm="${exchange.base}/service/token",service="harbor-registry"`;
  const challenge = exchange.headers.authorization
    ? 'Basic realm="harbor"'
    : [service, ...(scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : [])].join(',');
  return new HarborError('UNAUTHORIZED', `${message}: ${message}`, {
    headers: { ...REGISTRY_VERSION, 'www-authenticate': challenge },
  });
}

function actionOf(method: string): string {
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'push';
}

const scopeOf = (name: string, action: string): string =>
  `repository:${name}:${action === 'push' ? 'pull,push' : action}`;

export function placeFor(world: World, exchange: Exchange, name: string): Place {
  const action = actionOf(exchange.method);
  const scopes = [scopeOf(name, action)];
  const from = exchange.method === 'POST' ? exchange.query.get('from') : null;
  if (from) scopes.push(scopeOf(from, 'pull'));
  if (exchange.method === 'HEAD' && !exchange.headers.authorization) {
    throw refused(exchange, 'authorize header needed to send HEAD to repository', scopes);
  }
  const project = requirePlace(world, exchange, name, action, scopes);
  if (from) requirePlace(world, exchange, from, 'pull', scopes);
  return { project, name };
}

/** A project that is absent is 401 here, and without a challenge that would help. */
function requirePlace(
  world: World,
  exchange: Exchange,
  name: string,
  action: string,
  scopes: string[],
): Project {
  const projectName = name.split('/')[0] ?? '';
  const project = world.projectNamed(projectName);
  if (!project) {
    const message = `project ${projectName} not found`;
    throw new HarborError('UNAUTHORIZED', `${message}: ${message}`, {
      headers: { ...REGISTRY_VERSION, 'www-authenticate': '' },
    });
  }
  if (mayInProject(world, exchange.caller, project, 'repository', action)) return project;
  throw refused(exchange, `unauthorized to access repository: ${name}, action: ${action}`, scopes);
}

/** 403 DENIED, and the project's webhooks hear of it. */
export function requireQuota(world: World, exchange: Exchange, place: Place, addedBytes: number): void {
  try {
    requireRoom(world, place.project.id, addedBytes);
  } catch (error) {
    if (error instanceof HarborError) {
      world.webhooks.fire({
        type: 'QUOTA_EXCEED',
        project: place.project,
        repositoryName: place.name,
        operator: nameOf(exchange.caller),
        requestId: exchange.requestId,
        details: error.message,
      });
    }
    throw error;
  }
}
