import { connect, type Socket } from 'node:net';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;
const LONGEST_MS = 30_000;
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

export interface Steady {
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Asks so many times a second, however fast it is answered, and counts from when each request was due: what waits
 * because something before it took long is slow as well. (autocannon's `overallRate` sends each second's requests at
 * its beginning, as fast as they are answered.) The first second is for getting warm.
 * @throws when an answer is not 200, or does not come in half a minute
 */
export async function steadyLoad(
  url: string,
  paths: readonly string[],
  headers: Record<string, string>,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Steady> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const end = ` HTTP/1.1\r\n${lines.join('')}\r\n`;
  const firstMeasured = perSecond * WARM_UP_SECONDS;
  const total = firstMeasured + perSecond * seconds;
  const took = new Float64Array(total);
  const beganMs = performance.now();
  const dueMs = (number: number): number => beganMs + (number * 1000) / perSecond;
  let asked = 0;
  let lastMs = 0;
  const worker = async (): Promise<void> => {
    const connection = new Connection(hostname, Number(port));
    while (asked < total) {
      const number = asked;
      asked += 1;
      const waitMs = dueMs(number) - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const status = await connection.ask(`GET ${paths[number % paths.length]}${end}`);
      if (status !== 200) throw new Error(`a steady request was answered ${status}`);
      lastMs = performance.now();
      took[number] = lastMs - dueMs(number);
    }
    connection.close();
  };
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const error = new Error('steady requests were not answered in time');
    late = setTimeout(() => reject(error), dueMs(total) - beganMs + LONGEST_MS);
  });
  await Promise.race([Promise.all(Array.from({ length: CONNECTIONS }, worker)), tooLate]);
  clearTimeout(late);
  const sorted = took.subarray(firstMeasured).sort();
  const at = (part: number): number =>
    Math.round((sorted[Math.floor(sorted.length * part)] ?? NaN) * 10) / 10;
  const answeredInMs = lastMs - dueMs(firstMeasured);
  return { perSecond: ((total - firstMeasured) / answeredInMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** One request at a time. A client of its own, for Node's takes half of the load's core. */
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
