import type { FastifyInstance } from 'fastify';
import { DomainError } from './errors';

const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Of a route that takes the body as the text that came, JSON or not. */
export const ANY_TEXT = { anyText: true };

/**
 * Bodies are JSON and nothing else (415). An empty one is no body: clients send the media type with each POST.
 * Keys that would poison prototypes are refused as broken JSON.
 */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_MEDIA_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    if ('anyText' in request.routeOptions.config) {
      done(null, body);
      return;
    }
    void parse(request, body.toString(), (error, value: unknown) => {
      if (error === null) done(null, value);
      else done(new DomainError('malformed', 'request.not-json'), undefined);
    });
  });
}
