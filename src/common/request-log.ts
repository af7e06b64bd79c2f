import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { currentRequest, pathOf, type RequestNotes } from './request-notes';

/** Gives a request its notes, and its answer the request's id. */
export function beginNotes(request: FastifyRequest, reply: FastifyReply): RequestNotes {
  request.notes = { id: request.id, startedAtMs: performance.now() };
  void reply.header('x-request-id', request.id);
  return request.notes;
}

/**
 * One line per request: method, path without its query, status, ms, request id, caller, the problem's code, and the
 * error where Berth or a server behind it is at fault. Never a header, a body or a query.
 */
export function logRequests(fastify: FastifyInstance, log: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    currentRequest.run(beginNotes(request, reply), done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    logAnswer(log, request.method, request.url, reply.statusCode, request.notes);
    done();
  });
}

/** The line of one request. @param url with or without its query, which is left out */
export function logAnswer(
  log: Logger,
  method: string,
  url: string,
  status: number,
  notes: RequestNotes,
): void {
  const { id, startedAtMs, caller, code, error } = notes;
  const line = {
    requestId: id,
    method,
    path: pathOf(url),
    status,
    ms: Math.round((performance.now() - startedAtMs) * 10) / 10,
    caller,
    code,
    ...(error === undefined ? {} : { err: error }),
  };
  log[levelOf(status)](line, 'request');
}

/** 500 is a fault of Berth; 502 to 504 speak of a server behind it. */
function levelOf(status: number): 'error' | 'warn' | 'info' {
  if (status === 500) return 'error';
  return status > 500 ? 'warn' : 'info';
}
