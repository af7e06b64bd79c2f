import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../sandbox/free-port';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;
/** People's PATH often leaves out where servers are. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin:/sbin`;

/** A server in a process and on a folder of its own, which can be killed and started again on what it wrote. */
export class ServerProcess {
  private child: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly data: string,
    private readonly command: string,
    private readonly args: readonly string[],
    private readonly port: number,
    readonly url: string,
  ) {}

  /** An empty MariaDB; the url names the database `berth`. */
  static async mariadb(): Promise<ServerProcess> {
    const [folder, port] = [mkdtempSync(join(tmpdir(), 'berth-mariadb-')), await freePort(HOST)];
    const [data, temporary, init] = ['data', 'tmp', 'init.sql'].map((name) => join(folder, name));
    if (data === undefined || temporary === undefined || init === undefined) throw new Error('three names');
    for (const each of [data, temporary]) mkdirSync(each);
    writeFileSync(
      init,
      "CREATE DATABASE IF NOT EXISTS berth CHARACTER SET utf8mb4;\nGRANT ALL ON *.* TO 'berth'@'%' IDENTIFIED BY 'berth';\n",
    );
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    const common = [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--tmpdir=${temporary}`,
      '--innodb-use-native-aio=0',
    ];
    const made = spawnSync('mariadb-install-db', [...common, '--skip-test-db', '--skip-name-resolve'], {
      env: { PATH },
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.error?.message ?? made.stderr}`);
    const args = [
      ...common,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--bind-address=${HOST}`,
      `--port=${port}`,
      `--init-file=${init}`,
      '--character-set-server=utf8mb4',
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=64M',
    ];
    const url = `mariadb://berth:berth@${HOST}:${port}/berth`;
    return new ServerProcess(folder, data, 'mariadbd', args, port, url).start();
  }

  /** A Redis that writes down all that it is told. */
  static async redis(): Promise<ServerProcess> {
    const [folder, port] = [mkdtempSync(join(tmpdir(), 'berth-redis-')), await freePort(HOST)];
    const data = join(folder, 'data');
    mkdirSync(data);
    const args = ['--port', `${port}`, '--bind', HOST, '--appendonly', 'yes', '--dir', data];
    return new ServerProcess(folder, data, 'redis-server', args, port, `redis://${HOST}:${port}/0`).start();
  }

  /** Resolves when it says something, or takes what it is told. */
  async start(): Promise<this> {
    const child = spawn(this.command, this.args, { cwd: this.folder, env: { PATH }, stdio: 'ignore' });
    this.child = child;
    let failure: Error | null = null;
    child.once('error', (error) => (failure = error));
    const endsAtMs = performance.now() + READY_WITHIN_MS;
    while (!(await this.answers())) {
      if (failure !== null) throw failure as Error;
      if (child.exitCode !== null) throw new Error(`${this.command} ended with ${child.exitCode}`);
      if (performance.now() > endsAtMs) throw new Error(`${this.command} does not answer`);
      await sleep(50);
    }
    return this;
  }

  /** SIGTERM lets it end in order, SIGKILL does not. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Of one that has ended: it comes back empty. */
  forget(): void {
    rmSync(this.data, { recursive: true });
    mkdirSync(this.data);
  }

  async stop(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** MariaDB speaks first; Redis answers with an error to what it does not understand, be it loading. */
  private async answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, HOST, () => socket.write('PING\r\n'));
      const decide = (value: boolean): void => {
        socket.destroy();
        resolve(value);
      };
      socket.once('data', (data) => decide(!data.toString().includes('LOADING')));
      socket.once('error', () => decide(false)).once('close', () => resolve(false));
    });
  }
}
