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

const LINES_TOGETHER = 32_768;
const LATEST_MS = 1_000;

/**
 * Standard output, written many lines at a time, at most a second late, and to the last line when the process ends.
 * pino's own gathering measures all that waits anew with each line.
 */
class StandardOutput implements DestinationStream {
  private waiting = '';
  private readonly output = destination({ dest: 1, sync: false });

  constructor() {
    setInterval(() => this.writeWaiting(), LATEST_MS).unref();
    process.once('exit', () => this.flushSync());
  }

  write(line: string): void {
    this.waiting += line;
    if (this.waiting.length >= LINES_TOGETHER) this.writeWaiting();
  }

  /** pino's name for it: what was written is out before this returns. */
  flushSync(): void {
    this.writeWaiting();
    this.output.flushSync();
  }

  private writeWaiting(): void {
    if (this.waiting === '') return;
    this.output.write(this.waiting);
    this.waiting = '';
  }
}

let ofProcess: StandardOutput | undefined;

function standardOutput(): DestinationStream {
  return (ofProcess ??= new StandardOutput());
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
