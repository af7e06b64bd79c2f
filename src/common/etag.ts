import {
  createParamDecorator,
  mixin,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { DomainError } from './errors';

/** RFC 9110 entity tag: W/ only for weak ones, which never match in If-Match. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/;

/** The strong entity tag of a resource's version. */
export function formatEtag(version: number | string): string {
  return `"${version}"`;
}

/**
 * Lets a change through when the caller sent no If-Match, `*`, or one that names the current version.
 * Throws `request.stale` (412) when it names others only, `request.malformed` (400) when it is no If-Match.
 */
export function requireFresh(ifMatch: string | undefined, version: number | string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => ENTITY_TAG.test(tag))) {
    throw new DomainError('malformed', 'request.malformed', {
      reason: 'The header If-Match must hold the ETag of an answer, in its double quotes.',
    });
  }
  if (!tags.includes(formatEtag(version))) throw new DomainError('stale', 'request.stale');
}

/** The request's If-Match header, for requireFresh; undefined when there is none. */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined =>
    context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'],
);

/** Sends the ETag of the answer's version, as `versionOf` reads it from the answer. */
export function WithEtag<T>(versionOf: (answer: T) => number | string): MethodDecorator {
  class EtagInterceptor implements NestInterceptor<T, T> {
    intercept(context: ExecutionContext, next: CallHandler<T>): Observable<T> {
      const reply = context.switchToHttp().getResponse<FastifyReply>();
      return next.handle().pipe(tap((answer) => void reply.header('etag', formatEtag(versionOf(answer)))));
    }
  }
  return UseInterceptors(mixin(EtagInterceptor));
}
