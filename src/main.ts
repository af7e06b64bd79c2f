import { createApp } from './app.setup';
import { stopOnSignals } from './app.stop';
import { ConfigError } from './config/config-error';
import { loadConfigFromProcess } from './config/load-config';

async function main(): Promise<void> {
  const config = loadConfigFromProcess();
  const app = await createApp(config);
  stopOnSignals(app, config.http.drainMs);
  await app.listen(config.http.port, config.http.host);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : describe(error)}\n`);
  process.exit(1);
});

/** Name, message and where from; an error's other properties may hold secrets. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : 'Berth could not start';
}
