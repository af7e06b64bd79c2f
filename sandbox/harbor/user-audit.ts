import type { Exchange, Reply } from './exchange';
import type { World } from './world';

const OPERATIONS: Record<string, string> = { POST: 'create', PUT: 'update', DELETE: 'delete' };

/** Writes to users leave a row whatever came of them (src/pkg/auditext/event/user); other refused writes leave none. */
export function auditUserWrite(world: World, exchange: Exchange, reply: Reply): void {
  const operation = OPERATIONS[exchange.method];
  const match = /^\/api\/v2\.0\/users(?:\/(\d+)(?:\/(?:password|sysadmin))?)?$/.exec(exchange.path);
  if (!match || operation === undefined) return;
  const made = /\/(\d+)$/.exec(reply.headers?.location ?? '')?.[1];
  const id = Number(match[1] ?? made ?? 0);
  const name = (world.database.users.get(id)?.username ?? '').replace(/#\d+$/, '');
  world.audit(exchange.caller, {
    operation,
    resourceType: 'user',
    resource: name || (match[1] ?? ''),
    description: `${operation} user with name: ${name}`,
    isSuccess: reply.status < 300,
  });
}
