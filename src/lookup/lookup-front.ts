import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { labelOf } from '../auth/allowed';
import type { ServiceCaller } from '../auth/caller';
import { ServiceTokenMemory } from '../auth/service-token-memory';
import { answerHeaders } from '../common/answer-headers';
import { Draining } from '../common/draining';
import { LookupPressure } from '../common/lookup-pressure';
import { LOG } from '../common/logging';
import { languageOf } from '../common/messages';
import { requestIdOf } from '../common/request-id';
import { logAnswer } from '../common/request-log';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { RequestMetrics } from '../metrics/request-metrics';
import { LookupRate } from './lookup-rate';
import { answerText } from './lookup-text';
import type { Answer } from './lookup-answer';
import { LookupService } from './lookup.service';

const ROUTE = '/api/v1/lookup';
const PATH = `${ROUTE}?`;

/**
 * Schedulers ask plain questions very often. Those are answered here, before the framework is: by the same rules, with
 * the same headers and the same line in the log. All else goes the usual way, and so do problems, which are told there.
 */
@Injectable()
export class LookupFront implements OnModuleInit {
  private readonly problems = new WeakMap<IncomingMessage, { error: unknown; startedAtMs: number }>();
  /** Name and value in turn, as Node writes them fastest. */
  private readonly headers: readonly string[];

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly tokens: ServiceTokenMemory,
    private readonly lookups: LookupService,
    private readonly rate: LookupRate,
    private readonly pressure: LookupPressure,
    private readonly draining: Draining,
    private readonly metrics: RequestMetrics,
    @Inject(LOG) private readonly log: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    const headers = {
      ...answerHeaders(config.http.publicUrl),
      'content-type': 'application/json; charset=utf-8',
    };
    this.headers = Object.entries(headers).flat();
  }

  onModuleInit(): void {
    const { server } = this.host.httpAdapter.getInstance<FastifyInstance>();
    const usual = server.listeners('request').filter(isRequestListener);
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const goOn = (): void => {
        for (const listener of usual) listener(request, response);
      };
      if (!this.answers(request, response, goOn)) goOn();
    });
  }

  /** What became of this request here, so that it is not asked twice, since it came. @throws what it threw */
  throwProblem({ raw, notes }: FastifyRequest): void {
    const problem = this.problems.get(raw);
    if (problem === undefined) return;
    notes.startedAtMs = problem.startedAtMs;
    throw problem.error;
  }

  /** @param goOn the usual way, for what turns out to be a problem */
  private answers(request: IncomingMessage, response: ServerResponse, goOn: () => void): boolean {
    const startedAtMs = performance.now();
    const { method, url = '', headers } = request;
    if (method !== 'GET' || !url.startsWith(PATH) || this.draining.isBegun || !isPlain(request)) return false;
    const caller = headers.authorization === undefined ? null : this.tokens.recall(headers.authorization);
    if (caller?.kind !== 'scheduler') return false;
    if (!this.rate.hasRoom(caller)) return false;
    const found = this.lookups.answerPlain(caller, url.slice(PATH.length));
    if (found === null) return false;
    this.rate.require(caller, 1);
    this.pressure.take();
    const told = (answer: Answer): void => {
      // Only warnings have words.
      const language = answer.warnings.length === 0 ? 'en' : languageOf(headers['accept-language']);
      const id = requestIdOf(headers['x-request-id']);
      this.send(response, answerText(answer, language), id, startedAtMs, caller);
    };
    const fail = (error: unknown): void => {
      this.problems.set(request, { error, startedAtMs });
      goOn();
    };
    if (found instanceof Promise) void found.then(told, fail);
    else told(found);
    return true;
  }

  private send(
    response: ServerResponse,
    text: string,
    id: string,
    startedAtMs: number,
    caller: ServiceCaller,
  ): void {
    const length = Buffer.byteLength(text);
    const headers = [...this.headers, 'x-request-id', id, 'content-length', String(length)];
    // A kept connection would hold a stopping Berth until its deadline.
    if (this.draining.isBegun) headers.push('connection', 'close');
    // Node writes a text of ASCII alone faster when it is told so; most are.
    response.writeHead(200, headers).end(text, length === text.length ? 'latin1' : 'utf8');
    logAnswer(this.log, 'GET', ROUTE, 200, { id, startedAtMs, caller: labelOf(caller) });
    this.metrics.answered('GET', ROUTE, 200, startedAtMs);
  }
}

/** Without a body, and without what only the usual way understands. */
function isPlain({ headers }: IncomingMessage): boolean {
  return (
    headers['x-berth-act-for'] === undefined &&
    headers.origin === undefined &&
    headers.expect === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  );
}

function isRequestListener(listener: unknown): listener is RequestListener {
  return typeof listener === 'function';
}
