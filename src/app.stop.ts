import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger as Log } from 'pino';
import { Draining } from './common/draining';
import { LOG } from './common/logging';

/**
 * Stops in order: readiness turns 503, no new connections, running requests finish within `drainMs`, then everything
 * else (background work, the database) is closed. Rejects when closing fails.
 */
export async function stopApp(app: NestFastifyApplication, drainMs: number): Promise<void> {
  const log = app.get<Log>(LOG);
  app.get(Draining).begin();
  log.info({ drainMs }, 'stopping');
  const deadline = setTimeout(() => {
    log.warn('some requests did not finish in time and were cut');
    app.getHttpServer().closeAllConnections();
  }, drainMs);
  try {
    // Before app.close(), which would first close what running requests still need.
    await app.getHttpAdapter().getInstance().close();
    await app.close();
  } finally {
    clearTimeout(deadline);
  }
  log.info('stopped');
}

/** The first SIGTERM or SIGINT stops in order, a second one at once. */
export function stopOnSignals(app: NestFastifyApplication, drainMs: number): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    stopApp(app, drainMs).then(
      () => process.exit(0),
      (error: unknown) => {
        app.get<Log>(LOG).error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
