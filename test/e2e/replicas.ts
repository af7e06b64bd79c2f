import { Writable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { createApp } from '../../src/app.setup';
import { ServiceTokensService } from '../../src/auth/service-tokens.service';
import { loadConfig } from '../../src/config/load-config';
import { Client, SLOW_DIRECTORY } from './journey';

/** One Berth or several on one database, with a sandbox Harbor and people `p001`, `p002` … */
export class Replicas {
  private readonly lines: string[];

  private constructor(
    readonly around: Surroundings,
    readonly apps: readonly NestFastifyApplication[],
    readonly urls: readonly string[],
    lines: string[],
  ) {
    this.lines = lines;
  }

  static async start(options: {
    databaseUrl: string;
    replicas: number;
    people: number;
    /** The first person is an admin of Berth. */
    withAdmin?: boolean;
    env?: NodeJS.ProcessEnv;
  }): Promise<Replicas> {
    const [first, ...others] = manyPeople(options.people);
    if (first === undefined) throw new Error('nobody to begin with');
    const around = await startSurroundings([{ ...first, admin: options.withAdmin ?? false }, ...others]);
    const lines: string[] = [];
    const apps: NestFastifyApplication[] = [];
    const urls: string[] = [];
    for (let number = 0; number < options.replicas; number += 1) {
      const settings = {
        LOG_LEVEL: 'info',
        REPLICAS_WITHOUT_REDIS: 'true',
        ...SLOW_DIRECTORY,
        ...options.env,
      };
      const env = { ...around.env(options.databaseUrl, 3000), ...settings };
      const logTo = new Writable({
        write(chunk: Buffer, _encoding, done) {
          lines.push(chunk.toString());
          done();
        },
      });
      const app = await createApp(loadConfig(env), { logTo });
      await app.listen(0, '127.0.0.1');
      apps.push(app);
      urls.push((await app.getUrl()).replace('[::1]', '127.0.0.1'));
    }
    return new Replicas(around, apps, urls, lines);
  }

  /** A person's client at each replica. */
  async login(username: string): Promise<Client[]> {
    const password = this.around.people.find((person) => person.username === username)?.password;
    return Promise.all(
      this.urls.map(async (url) => {
        const { status, body } = await new Client(url).post('/auth/login', { username, password });
        if (status !== 200) throw new Error(`${username} cannot log in: ${JSON.stringify(body)}`);
        return new Client(url, String(body.accessToken));
      }),
    );
  }

  /** A scheduler's client at each replica, with one token. */
  async schedulers(): Promise<Client[]> {
    const [app] = this.apps;
    if (app === undefined) throw new Error('no replica');
    const tokens = app.get(ServiceTokensService, { strict: false });
    const { secret } = await tokens.create('scheduler', 'slurm', null);
    return this.urls.map((url) => new Client(url, secret));
  }

  get harbor(): SandboxHarbor {
    return this.around.harbor;
  }

  /** Every log line so far, of all replicas. */
  logText(): string {
    return this.lines.join('');
  }

  async stop(): Promise<void> {
    for (const app of this.apps) await app.close();
    await this.around.stop();
  }
}
