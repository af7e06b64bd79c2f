import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import { DomainError } from './errors';

/** What a controller's method reads: everything its DTO decides on, or these names. */
interface Reads {
  query: 'dto' | ReadonlySet<string>;
  body: boolean;
}

/**
 * Refuses query parameters and bodies that a method does not read at all; those that it reads through a DTO are
 * judged by the ValidationPipe. Runs after the guard that says who calls.
 */
@Injectable()
export class UnexpectedInputGuard implements CanActivate {
  private readonly readsByMethod = new WeakMap<object, Reads>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reads = this.readsOf(context);
    const unknown = [...unreadQuery(request.query, reads), ...unreadBody(request.body, reads)];
    if (unknown.length > 0) {
      const names = unknown.map((name) => `"${name}"`).join(', ');
      throw new DomainError('malformed', 'request.unknown-field', { names });
    }
    return true;
  }

  private readsOf(context: ExecutionContext): Reads {
    const method = context.getHandler();
    const known = this.readsByMethod.get(method);
    if (known !== undefined) return known;
    const reads = readsFrom(Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), method.name));
    this.readsByMethod.set(method, reads);
    return reads;
  }
}

function readsFrom(metadata: unknown): Reads {
  const names = new Set<string>();
  const reads: Reads = { query: names, body: false };
  for (const [key, argument] of Object.entries(Object(metadata) as Record<string, { data?: unknown }>)) {
    const type = Number(key.split(':')[0]);
    if (type === Number(RouteParamtypes.BODY)) reads.body = true;
    if (type !== Number(RouteParamtypes.QUERY)) continue;
    if (typeof argument.data === 'string') names.add(argument.data);
    else reads.query = 'dto';
  }
  return reads;
}

function unreadQuery(query: unknown, { query: reads }: Reads): string[] {
  return reads === 'dto' ? [] : Object.keys(Object(query) as object).filter((name) => !reads.has(name));
}

function unreadBody(body: unknown, reads: Reads): string[] {
  return reads.body ? [] : Object.keys(Object(body) as object);
}
