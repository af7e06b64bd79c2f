import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { productFlags } from './product-flags';

const READY_WITHIN_MS = 60_000;

/** The built service in a process of its own, on one port for all its lives. */
export class BerthProcess {
  private child: ChildProcess | undefined;

  /** @param main the built `src/main.js` */
  constructor(
    private readonly main: string,
    private readonly env: NodeJS.ProcessEnv,
    readonly url: string,
  ) {}

  /** Resolves when it is ready to be asked. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [...productFlags(), this.main], {
      env: { PATH: process.env.PATH, ...this.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.child = child;
    const endsAt = performance.now() + READY_WITHIN_MS;
    while (performance.now() < endsAt) {
      if (child.exitCode !== null) throw new Error(`Berth ended with ${child.exitCode}`);
      const answer = await fetch(`${this.url}/api/v1/health/ready`).catch(() => null);
      if (answer?.ok === true) return;
      await sleep(10);
    }
    throw new Error('Berth was not ready in time');
  }

  /** SIGKILL: nothing of it is told. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
