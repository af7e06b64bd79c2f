import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Request, SteadyAnswers, SteadyLoad } from './steady';

const CONNECTIONS = 64;
const LONGEST_MS = 30_000;
const LENGTH = /\r\ncontent-length: (\d+)\r\n/i;

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

function written({ method, path, body }: Request, headers: readonly string[]): string {
  const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body, 'latin1')}\r\n`;
  return `${method} ${path} HTTP/1.1\r\n${headers.join('')}${length}\r\n${body ?? ''}`;
}

/** As askSteadily, on this thread. */
async function ask({ url, headers, perSecond, seconds, requests }: SteadyLoad): Promise<SteadyAnswers> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const texts = requests.map((request) => written(request, lines));
  const total = perSecond * seconds;
  const answers = { latenciesMs: new Float64Array(total), statuses: new Uint16Array(total) };
  const late = setTimeout(
    () => {
      throw new Error('steady requests were not answered in time');
    },
    seconds * 1000 + LONGEST_MS,
  );
  const beganMs = performance.now();
  let asked = 0;
  const askInTurn = async (): Promise<void> => {
    const connection = new Connection(hostname, Number(port));
    while (asked < total) {
      const number = asked;
      asked += 1;
      const dueMs = beganMs + (number * 1000) / perSecond;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      answers.statuses[number] = await connection.ask(texts[number % texts.length] ?? '');
      answers.latenciesMs[number] = performance.now() - dueMs;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, askInTurn));
  clearTimeout(late);
  return answers;
}

void ask(workerData as SteadyLoad).then((answers) => parentPort?.postMessage(answers));
