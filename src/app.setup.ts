import type { INestApplication } from '@nestjs/common';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { Logger } from 'nestjs-pino';
import type { DestinationStream, Logger as Log } from 'pino';
import { createAdapter } from './app.adapter';
import { AppModule } from './app.module';
import { answerHeaders, HSTS_SECONDS } from './common/answer-headers';
import { Draining } from './common/draining';
import { readJsonBodies } from './common/json-body';
import { createLog, LOG } from './common/logging';
import { describeApi, DOCS_PATH, DOCUMENT_PATH } from './common/openapi-document';
import { ProblemFilter } from './common/problem.filter';
import { logRequests } from './common/request-log';
import { UnexpectedInputGuard } from './common/unexpected-input.guard';
import { ValidationPipe } from './common/validation.pipe';
import type { Config } from './config/config';
import { toDatabaseError } from './database/database-errors';
import { measureRequests, RequestMetrics } from './metrics/request-metrics';

export const API_PREFIX = 'api/v1';

export interface CreateAppOptions {
  /** Where log lines go; standard output without it. */
  logTo?: DestinationStream;
}

/** Berth, set up and initialised but not yet listening. Rejects when a dependency that it cannot do without is away. */
export async function createApp(
  config: Config,
  options: CreateAppOptions = {},
): Promise<NestFastifyApplication> {
  const log = createLog(config.log.level, options.logTo);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(config, log),
    createAdapter(config),
    {
      abortOnError: false,
      bodyParser: false,
      bufferLogs: true,
    },
  );
  await setUpApp(app, config);
  await app.init();
  return app;
}

/**
 * Everything between the socket and the controllers, the same in production, in tests and for the document.
 * `app` was made with createAdapter and `bodyParser: false`, and is not initialised yet.
 */
export async function setUpApp(app: NestFastifyApplication, config: Config): Promise<void> {
  app.useLogger(app.get(Logger));
  const fastify = app.getHttpAdapter().getInstance();
  logRequests(fastify, app.get<Log>(LOG));
  if (config.metrics.port !== null) measureRequests(fastify, app.get(RequestMetrics));
  readJsonBodies(fastify);
  closeConnectionsWhenDraining(fastify, app.get(Draining));
  await app.register(helmet, { global: false, ...pageHeaders(config.http.publicUrl) });
  protectAnswers(fastify, config.http.publicUrl);
  if (config.http.corsOrigins.length > 0) app.enableCors(corsOptions(config.http.corsOrigins));

  app.useGlobalFilters(new ProblemFilter(config.http.bodyLimitBytes, toDatabaseError));
  app.useGlobalGuards(new UnexpectedInputGuard());
  app.useGlobalPipes(new ValidationPipe());
  app.setGlobalPrefix(API_PREFIX);
  serveDocs(app);
}

/** The document is made when somebody first asks for it: it would slow every start. */
function serveDocs(app: INestApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup(DOCS_PATH, app, () => (document ??= describeApi(app)), {
    jsonDocumentUrl: DOCUMENT_PATH,
    raw: ['json'],
    customSiteTitle: 'Berth',
  });
}

/** A kept connection would hold a stopping Berth until its deadline. */
function closeConnectionsWhenDraining(fastify: FastifyInstance, draining: Draining): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (draining.isBegun) void reply.header('connection', 'close');
    done(null, payload);
  });
}

/** Pages get all of helmet's headers; JSON, which no browser shows as a page, those that keep it from being one. */
function protectAnswers(fastify: FastifyInstance, publicUrl: string): void {
  const headers = answerHeaders(publicUrl);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith(`/${DOCS_PATH}`)) {
      void reply.helmet();
      done();
      return;
    }
    void reply.headers(headers);
    done();
  });
}

/** Swagger UI styles itself inline; without https, browsers must not be told to insist on it. */
function pageHeaders(publicUrl: string): FastifyHelmetOptions {
  const isHttps = publicUrl.startsWith('https:');
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
    strictTransportSecurity: isHttps ? { maxAge: HSTS_SECONDS, includeSubDomains: false } : false,
  };
}

function corsOptions(
  origins: readonly string[],
): NonNullable<Parameters<NestFastifyApplication['enableCors']>[0]> {
  return {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Accept-Language', 'If-Match', 'X-Request-Id'],
    exposedHeaders: ['ETag', 'Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
  };
}
