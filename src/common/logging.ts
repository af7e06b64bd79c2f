import { Global, Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error';
import { currentRequest } from './request-notes';

/**
 * JSON lines on standard output (or `logTo`). Every line that is written while a request is served carries
 * its id.
 */
export function createLog(level: string, logTo: DestinationStream = standardOutput()): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: describeError },
    mixin(): Record<string, string> {
      const request = currentRequest.getStore();
      return request === undefined ? {} : { requestId: request.id };
    },
  };
  return pino(options, logTo);
}

/** Written some lines at a time, at most a second late, and to the last line when the process ends. */
function standardOutput(): DestinationStream {
  return destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 1000 });
}

/** The token of the process's pino logger. Features inject nestjs-pino's PinoLogger, or use Nest's Logger. */
export const LOG = Symbol('Log');

/** Makes Nest's loggers and injected PinoLoggers write to `log`. The line per request is request-log's. */
@Global()
@Module({})
export class LoggingModule {
  static of(log: Logger): DynamicModule {
    return {
      module: LoggingModule,
      imports: [LoggerModule.forRoot({ pinoHttp: { logger: log, autoLogging: false }, forRoutes: [] })],
      providers: [{ provide: LOG, useValue: log }],
      exports: [LOG],
    };
  }
}
