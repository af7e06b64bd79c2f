import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Filling } from '../sandbox/harbor/filling';
import type { Calls, Request, Started } from './surroundings-process';

/** The sandbox's Harbor and directory in a process of their own: what they do slows neither Berth nor the load. */
export class SurroundingsChild {
  private constructor(
    private readonly process: ChildProcess,
    readonly started: Started,
  ) {}

  static async start(people: number, databaseUrl: string): Promise<SurroundingsChild> {
    const child = fork(join(__dirname, 'surroundings-process.js'), { stdio: 'inherit' });
    return new SurroundingsChild(child, (await ask(child, { ask: 'start', people, databaseUrl })) as Started);
  }

  async fill(filling: Filling): Promise<void> {
    await ask(this.process, { ask: 'fill', filling });
  }

  async calls(holding: string): Promise<Calls> {
    return (await ask(this.process, { ask: 'calls', holding })) as Calls;
  }

  /** Harbor and directory are away from then on. */
  async stop(): Promise<void> {
    if (!this.process.connected) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.disconnect();
    await ended;
  }
}

async function ask(child: ChildProcess, request: Request): Promise<unknown> {
  const answer = new Promise((resolve) => child.once('message', resolve));
  child.send(request);
  return answer;
}
