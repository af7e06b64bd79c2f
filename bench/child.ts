import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productFlags } from '../test/chaos/product-flags';

const WAIT_MS = 20_000;

/** A program of ours in a process of its own. */
export interface Child {
  url: string;
  /** From the start of the process until it answered. */
  startMs: number;
  rssBytes(): number;
  stop(): Promise<void>;
}

/**
 * @param module under the built folder, such as `src/main.js`
 * @param readyPath answers 200 when the program is ready
 */
export async function startChild(module: string, readyPath: string, env: NodeJS.ProcessEnv): Promise<Child> {
  const port = Number(env.PORT ?? (await freePort()));
  const url = `http://127.0.0.1:${port}`;
  const began = performance.now();
  const child = spawn(process.execPath, [...productFlags(), join(__dirname, '..', module)], {
    env: {
      PATH: process.env.PATH,
      // As `npm start` and the image have it; Node 20 knows none.
      NODE_COMPILE_CACHE: join(tmpdir(), 'berth-bench-compiled'),
      ...env,
      PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Not left behind, whatever ends the bench.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  await untilReady(child, `${url}${readyPath}`, began + WAIT_MS);
  return {
    url,
    startMs: performance.now() - began,
    rssBytes: () => rssBytes(child),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

async function untilReady(child: ChildProcess, url: string, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${url}: the program ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGKILL');
  throw new Error(`${url} was not ready in time`);
}

/** Resident memory as Linux counts it. */
function rssBytes(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
