import { createHmac } from 'node:crypto';
import { isRecord } from './body';
import type { Caller, TokenAccess } from './caller';
import { nameOf } from './caller';
import { basicOf } from './authentication-header';
import type { Exchange, Reply } from './exchange';
import { WITH_CHARSET } from './exchange';
import { HarborError } from './errors';
import { mayInProject, mayInSystem } from './rbac';
import type { World } from './world';

const base64 = (text: string): string => Buffer.from(text).toString('base64url');
const sign = (world: World, text: string): string =>
  createHmac('sha256', world.database.tokenKey).update(text).digest('base64url');

/**
 * GET /service/token. A wrong password with a scope is not refused: the token comes, and allows nothing
 * (#20930). Without a scope it is 401. `access_token` is there and empty.
 */
export function tokenReply(world: World, exchange: Exchange): Reply {
  const scopes = exchange.query.getAll('scope').flatMap((scope) => scope.split(' ').filter(Boolean));
  if (
    scopes.length === 0 &&
    exchange.caller.kind === 'anonymous' &&
    basicOf(exchange.headers.authorization)
  ) {
    throw new HarborError('UNAUTHORIZED', 'unauthorized');
  }
  const lifeSeconds = Number(world.database.configuration.token_expiration) * 60;
  const issuedAt = Math.floor(Date.now() / 1000);
  const head = base64(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
  const payload = base64(
    JSON.stringify({
      iss: 'harbor-token-issuer',
      sub: nameOf(exchange.caller),
      aud: exchange.query.get('service') ?? 'harbor-registry',
      exp: issuedAt + lifeSeconds,
      nbf: issuedAt,
      iat: issuedAt,
      access: scopes.flatMap((scope) => grantedOf(world, exchange.caller, scope)),
    }),
  );
  const text = `${head}.${payload}`;
  return {
    status: 200,
    contentType: WITH_CHARSET,
    json: {
      token: `${text}.${sign(world, text)}`,
      access_token: '',
      expires_in: lifeSeconds,
      issued_at: `${new Date(issuedAt * 1000).toISOString().slice(0, 19)}Z`,
    },
  };
}

/** `repository:user-ada/app:pull,push` cut down to what the caller may; a project that is absent gives nothing. */
function grantedOf(world: World, caller: Caller, scope: string): TokenAccess[] {
  const match = /^([^:]+):(.+):([^:]*)$/.exec(scope);
  if (!match) return [];
  const [, type = '', name = '', wanted = ''] = match;
  const asked = wanted.split(',');
  const isAsked = (action: string): boolean => asked.includes(action) || asked.includes('*');
  if (type === 'registry') {
    return [{ type, name, actions: isAsked('*') && mayInSystem(caller, 'catalog', 'read') ? ['*'] : [] }];
  }
  const project = world.projectNamed(name.split('/')[0] ?? '');
  const actions = project
    ? ['pull', 'push', 'delete'].filter(
        (action) => isAsked(action) && mayInProject(world, caller, project, 'repository', action),
      )
    : [];
  return [{ type, name, actions }];
}

/** Null for a token that is not ours, or over. */
export function readToken(world: World, token: string): Caller | null {
  const [head = '', payload = '', signature] = token.split('.');
  if (signature !== sign(world, `${head}.${payload}`)) return null;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  if (!isRecord(claims) || Number(claims.exp) * 1000 < Date.now()) return null;
  const list = Array.isArray(claims.access) ? claims.access : [];
  return {
    kind: 'token',
    name: typeof claims.sub === 'string' ? claims.sub : '',
    issuedAt: Number(claims.iat),
    access: list.filter(isTokenAccess),
  };
}

function isTokenAccess(value: unknown): value is TokenAccess {
  return (
    isRecord(value) &&
    typeof value.type === 'string' &&
    typeof value.name === 'string' &&
    Array.isArray(value.actions)
  );
}
