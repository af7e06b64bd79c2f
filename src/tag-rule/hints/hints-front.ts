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

/** A webhook whose body is not read yet. */
interface Hook {
  request: IncomingMessage;
  project: string;
  authorization: string;
  startedAtMs: number;
}

/**
 * Harbor sends a webhook for each push, and thousands when a project is copied. Those of kept projects are
 * taken here, before the framework is, with the same answer and the same line in the log. All else goes the usual
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
      const goOn = (): void => {
        for (const listener of usual) listener(request, response);
      };
      const hook = this.hookOf(request);
      if (hook === null) goOn();
      else this.meet(hook, response, goOn);
    });
  }

  private hookOf(request: IncomingMessage): Hook | null {
    const { method, url = '', headers } = request;
    if (method !== 'POST' || this.draining.isBegun) return null;
    const project = PATH.exec(url)?.[1];
    const { authorization } = headers;
    if (project === undefined || authorization === undefined) return null;
    if (!isPlain(request, this.config.http.bodyLimitBytes)) return null;
    return { request, project, authorization, startedAtMs: performance.now() };
  }

  /** Many of a project that memory does not know ask for it together; nothing of them is read before. */
  private meet(hook: Hook, response: ServerResponse, goOn: () => void): void {
    const isKnown = this.hints.isKnown(hook.project, hook.authorization);
    if (isKnown === true) this.take(hook, response);
    else if (isKnown === false) goOn();
    else {
      this.hints.isOneOfOurs(hook.project, hook.authorization).then((isOurs) => {
        if (isOurs) this.take(hook, response);
        else goOn();
      }, goOn);
    }
  }

  private take({ request, project, startedAtMs }: Hook, response: ServerResponse): void {
    const { url = '', headers } = request;
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
