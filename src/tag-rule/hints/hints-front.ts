import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { answerHeaders } from '../../common/answer-headers';
import { Draining } from '../../common/draining';
import { LOG } from '../../common/logging';
import { requestIdOf } from '../../common/request-id';
import { logAnswer } from '../../common/request-log';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HintsService } from './hints.service';

const PATH = /^\/api\/v1\/hooks\/harbor\/([a-z0-9._-]{1,255})$/;
const JSON_MEDIA_TYPE = /^application\/(?:cloudevents\+)?json(?:; ?charset=utf-8)?$/i;
const LENGTH = /^\d{1,9}$/;

/**
 * Harbor sends a webhook for each push, and thousands when a project is copied. Those of projects that memory knows
 * are taken here, before the framework is, with the same answer and the same line in the log. All else goes the usual
 * way, which also tells what is wrong with it.
 */
@Injectable()
export class HintsFront implements OnModuleInit {
  /** Name and value in turn, as Node writes them fastest. */
  private readonly headers: readonly string[];

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly hints: HintsService,
    private readonly draining: Draining,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.headers = Object.entries({ ...answerHeaders(config.http.publicUrl), 'content-length': '0' }).flat();
  }

  onModuleInit(): void {
    const { server } = this.host.httpAdapter.getInstance<FastifyInstance>();
    const usual = server.listeners('request').filter(isRequestListener);
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.takes(request, response)) for (const listener of usual) listener(request, response);
    });
  }

  private takes(request: IncomingMessage, response: ServerResponse): boolean {
    const startedAtMs = performance.now();
    const { method, url = '', headers } = request;
    if (method !== 'POST' || this.draining.isBegun) return false;
    const project = PATH.exec(url)?.[1];
    if (project === undefined || headers.authorization === undefined) return false;
    if (!isPlain(request, this.config.http.bodyLimitBytes)) return false;
    if (!this.hints.isKnown(project, headers.authorization)) return false;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // One that breaks off is not answered, so Harbor sends it again.
    request.on('error', () => undefined);
    request.on('end', () => {
      this.hints.accept(project, Buffer.concat(chunks).toString('utf8'));
      const id = requestIdOf(headers['x-request-id']);
      response.writeHead(202, [...this.headers, 'x-request-id', id]).end();
      logAnswer(this.log, 'POST', url, 202, { id, startedAtMs });
    });
    return true;
  }
}

/** Of a known length, and without what only the usual way understands. */
function isPlain({ headers }: IncomingMessage, bodyLimitBytes: number): boolean {
  const length = headers['content-length'] ?? '';
  return (
    LENGTH.test(length) &&
    Number(length) <= bodyLimitBytes &&
    JSON_MEDIA_TYPE.test(headers['content-type'] ?? '') &&
    headers.origin === undefined &&
    headers.expect === undefined &&
    headers['transfer-encoding'] === undefined
  );
}

function isRequestListener(listener: unknown): listener is RequestListener {
  return typeof listener === 'function';
}
