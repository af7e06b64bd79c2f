import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from './common/errors';
import { PROBLEM_MEDIA_TYPE, toProblem } from './common/problem';
import { ProblemFilter } from './common/problem.filter';
import { requestIdOf } from './common/request-id';
import { beginNotes } from './common/request-log';
import type { Config } from './config/config';

/** A request whose head and body do not arrive in this time is given up. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A username of 256 characters, each of them percent-encoded; project names have at most 255. */
const MAX_PARAM_LENGTH = 256 * 9;

/** Fastify, so that also what it refuses before Nest sees it is answered as problem details. */
export function createAdapter({ http }: Config): FastifyAdapter {
  const filter = new ProblemFilter(http.bodyLimitBytes, () => null);
  return new FastifyAdapter({
    logger: false,
    bodyLimit: http.bodyLimitBytes,
    trustProxy: http.trustedProxies === 0 ? false : http.trustedProxies,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    requestIdHeader: false,
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers['x-request-id']),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      beginNotes(request, reply);
      const reason = 'The address holds what no address may hold.';
      filter.answer(new DomainError('malformed', 'request.malformed', { reason }), request, reply);
    },
    clientErrorHandler: refuseConnection,
  });
}

/** Bytes that are no HTTP request: there is no request to answer, only a socket to tell and to close. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statusOfClientError(error.code);
  const reason = `${STATUS_CODES[status]}.`;
  const context = {
    language: 'en',
    instance: '',
    method: '',
    requestId: requestIdOf(undefined),
    bodyLimitBytes: 0,
  } as const;
  const failure = { status, code: 'request.malformed', params: { reason }, errors: [] } as const;
  const body = JSON.stringify(toProblem(failure, context));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${context.requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function statusOfClientError(code: string | undefined): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
}
