import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Hint {
  path: string;
  authorization: string;
  body: string;
}

/** Stands between Harbor and Berth: takes every webhook, and passes on what it is told to, in any order. */
export class HintRelay {
  private readonly taken: Hint[] = [];

  private constructor(
    private readonly server: Server,
    /** Where Harbor sends its webhooks. */
    readonly url: string,
  ) {}

  static async start(): Promise<HintRelay> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url: path = '', headers } = request;
        const body = Buffer.concat(chunks).toString();
        relay.taken.push({ path, authorization: headers.authorization ?? '', body });
        response.writeHead(200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const relay = new HintRelay(server, `http://127.0.0.1:${port}`);
    return relay;
  }

  /**
   * Those that wait: half of them are lost, some come twice, and all in any order, each to any of the replicas. Returns
   * how many were sent.
   */
  async pass(berthUrls: readonly string[], random: () => number): Promise<number> {
    const passed = this.taken.splice(0).flatMap((hint) => {
      if (random() < 0.5) return [];
      return random() < 0.3 ? [hint, hint] : [hint];
    });
    passed.sort(() => random() - 0.5);
    for (const hint of passed) await send(berthUrls[Math.floor(random() * berthUrls.length)] ?? '', hint);
    return passed.length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function send(berthUrl: string, { path, authorization, body }: Hint): Promise<void> {
  const headers = { authorization, 'content-type': 'application/json' };
  const { status } = await fetch(`${berthUrl}${path}`, { method: 'POST', headers, body });
  if (status !== 202) throw new Error(`a hint was answered ${status}`);
}
