import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one of those may be taken again at any moment. */
const FROM = 20_000;
const TO = 32_000;

/** A port that nobody listens on now, for a server that must know its address before it listens. */
export async function freePort(host: string): Promise<number> {
  for (;;) {
    const port = randomInt(FROM, TO);
    if (await isFree(host, port)) return port;
  }
}

async function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
