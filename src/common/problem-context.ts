import type { FastifyRequest } from 'fastify';
import { languageOf } from './messages';
import type { ProblemContext } from './problem';
import { pathOf } from './request-notes';

/** What a problem says of the request that it answers. */
export function problemContextOf(request: FastifyRequest, bodyLimitBytes: number): ProblemContext {
  return {
    language: languageOf(request.headers['accept-language']),
    instance: pathOf(request.url),
    requestId: request.id,
    method: request.method,
    bodyLimitBytes,
  };
}
