import { connect, type Socket } from 'node:net';

const CONNECTIONS = 64;
const LONGEST_MS = 30_000;
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

export interface Answered {
  /** From the beginning to when it was due. */
  dueMs: number;
  /** From when it was due to the end of its answer: what waits because something before it took long is slow as well. */
  latencyMs: number;
  status: number;
}

/**
 * Asks so many times a second, however fast it is answered, as many clients do together. (autocannon's `overallRate`
 * sends each second's requests at its beginning, as fast as they are answered.)
 * @param request the one with this number, from 0
 * @throws when a connection breaks, or an answer does not come in half a minute
 */
export async function askSteadily(
  url: string,
  headers: Record<string, string>,
  { perSecond, seconds }: { perSecond: number; seconds: number },
  request: (number: number) => Request,
): Promise<Answered[]> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const answered: Answered[] = [];
  const total = perSecond * seconds;
  const beganMs = performance.now();
  let asked = 0;
  const worker = async (): Promise<void> => {
    const connection = new Connection(hostname, Number(port));
    while (asked < total) {
      const number = asked;
      asked += 1;
      const dueMs = (number * 1000) / perSecond;
      const waitMs = beganMs + dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const status = await connection.ask(written(request(number), lines));
      answered[number] = { dueMs, latencyMs: performance.now() - beganMs - dueMs, status };
    }
    connection.close();
  };
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const error = new Error('steady requests were not answered in time');
    late = setTimeout(() => reject(error), seconds * 1000 + LONGEST_MS);
  });
  await Promise.race([Promise.all(Array.from({ length: CONNECTIONS }, worker)), tooLate]);
  clearTimeout(late);
  return answered;
}

/** @param part such as 0.99 */
export function latencyAt(answered: readonly Answered[], part: number): number {
  const latencies = Float64Array.from(answered, ({ latencyMs }) => latencyMs).sort();
  return latencies[Math.ceil(latencies.length * part) - 1] ?? NaN;
}

function written({ method, path, body }: Request, headers: readonly string[]): string {
  const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body, 'latin1')}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${headers.join('')}${length}\r\n${body ?? ''}`;
}

/** One request at a time, of ASCII. A client of its own, for Node's takes half of the load's core. */
class Connection {
  private readonly socket: Socket;
  private received = '';
  private told: ((status: number) => void) | null = null;
  private failed: ((error: Error) => void) | null = null;

  constructor(host: string, port: number) {
    this.socket = connect(port, host).setNoDelay(true).setEncoding('latin1');
    this.socket.on('data', (chunk: Buffer | string) => this.take(chunk.toString()));
    this.socket.on('error', (error) => this.failed?.(error));
    this.socket.on('close', () => this.failed?.(new Error('the connection was closed')));
  }

  /** @returns the status */
  async ask(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.told = resolve;
      this.failed = reject;
      this.socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.failed = null;
    this.socket.destroy();
  }

  private take(chunk: string): void {
    this.received += chunk;
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = Number(LENGTH.exec(this.received)?.[1] ?? 0);
    if (this.received.length < headEnd + 4 + length) return;
    const status = Number(this.received.slice(9, 12));
    this.received = '';
    this.told?.(status);
  }
}
