import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postJson } from '../../sandbox/post-json';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { BerthProcess, freePort } from '../chaos/berth-process';
import { mariadb, type TestDatabase } from '../servers/mariadb';
import { redis } from '../servers/redis';
import { TcpProxy } from '../servers/tcp-proxy';
import { FORGET, type Memory } from './heap-probe';

const TAGS_A_REPOSITORY = 100;

export interface AskedLink {
  link: string;
  username: string;
}

/** One Berth in a process of its own, and people with many tags in Harbor that Berth has seen; proxies between them. */
export class SoakWorld {
  /** Of tags that may not move. */
  readonly links: AskedLink[] = [];
  /** Of each person's `latest`. */
  readonly latest: AskedLink[] = [];
  token = '';

  private constructor(
    readonly around: Surroundings,
    private readonly database: TestDatabase,
    readonly proxies: Readonly<Record<'harbor' | 'directory' | 'redis', TcpProxy>>,
    readonly berth: BerthProcess,
    private readonly ports: Readonly<Record<'metrics' | 'probe', number>>,
  ) {}

  /** @param main the built `src/main.js` */
  static async start(main: string, people: number, repositoriesEach: number): Promise<SoakWorld> {
    const around = await startSurroundings(
      manyPeople(people).map((person) => ({ ...person, admin: person.username === 'p001' })),
    );
    const database = await mariadb();
    const proxies = {
      harbor: await proxyTo(around.harbor.url),
      directory: await proxyTo(around.directory.url),
      redis: await proxyTo(redis()),
    };
    const port = await freePort();
    const ports = { metrics: await freePort(), probe: await freePort() };
    const env = {
      ...around.env(database.url, port),
      LOG_LEVEL: 'fatal',
      HARBOR_URL: through(around.harbor.url, proxies.harbor),
      LDAP_URL: through(around.directory.url, proxies.directory),
      REDIS_URL: through(redis(), proxies.redis),
      WEBHOOK_URL: `http://127.0.0.1:${port}`,
      METRICS_PORT: String(ports.metrics),
      HEAP_PROBE_PORT: String(ports.probe),
      NODE_OPTIONS: `--require ${join(__dirname, 'heap-probe.js')}`,
    };
    const berth = new BerthProcess(main, env, `http://127.0.0.1:${port}`);
    const world = new SoakWorld(around, database, proxies, berth, ports);
    try {
      await berth.start();
      await world.fill(repositoriesEach);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async memory(path = '/'): Promise<Memory> {
    return (await (await fetch(`http://127.0.0.1:${this.ports.probe}${path}`)).json()) as Memory;
  }

  /** Of the memory, what came before does not count. */
  async forgetMostMemory(): Promise<void> {
    await this.memory(FORGET);
  }

  /** Does Berth ask Harbor nothing, because it was down a moment ago? */
  async isBreakerOpen(): Promise<boolean> {
    const metrics = await (await fetch(`http://127.0.0.1:${this.ports.metrics}/metrics`)).text();
    return /^berth_harbor_breaker_open 1$/m.test(metrics);
  }

  /** Pushed to Harbor, also while nobody reaches it. */
  moveLatest(round: string): void {
    for (const { username } of this.latest) {
      this.around.harbor.moveTag(`user-${username}/filled-0`, 'latest', `${username} ${round}`);
    }
  }

  async stop(): Promise<void> {
    await this.berth.kill();
    for (const proxy of Object.values(this.proxies)) await proxy.down();
    await this.around.stop();
    await this.database.drop();
  }

  private async fill(repositories: number): Promise<void> {
    const { harbor, people } = this.around;
    for (const { username } of people) {
      const project = `user-${username}`;
      const { accessToken } = await this.logIn(username);
      await postJson(this.api('/account/credentials'), `Bearer ${accessToken}`, {});
      harbor.fill({ project, repositories, tags: TAGS_A_REPOSITORY });
      for (let number = 0; number < repositories * TAGS_A_REPOSITORY; number += 1) {
        const repository = `filled-${Math.floor(number / TAGS_A_REPOSITORY)}`;
        const link = `${harbor.address}/${project}/${repository}:v${number % TAGS_A_REPOSITORY}`;
        this.links.push({ link, username });
      }
      this.latest.push({ link: `${harbor.address}/${project}/filled-0:latest`, username });
    }
    this.moveLatest('first');
    const admin = `Bearer ${(await this.logIn('p001')).accessToken}`;
    await postJson(this.api('/admin/sweeps'), admin, { force: true });
    while (await this.isSweeping(admin)) await sleep(200);
    const wanted = { kind: 'scheduler', name: 'soak' };
    this.token = (await postJson<{ token: string }>(this.api('/admin/service-tokens'), admin, wanted)).token;
  }

  private async isSweeping(authorization: string): Promise<boolean> {
    const response = await fetch(this.api('/admin/sweeps'), { headers: { authorization } });
    const { running, due } = (await response.json()) as { running: number; due: number };
    return running > 0 || due > 0;
  }

  private async logIn(username: string): Promise<{ accessToken: string }> {
    const password = this.around.people.find((person) => person.username === username)?.password;
    return postJson(this.api('/auth/login'), null, { username, password });
  }

  private api(path: string): string {
    return `${this.berth.url}/api/v1${path}`;
  }
}

/** The path of a lookup. */
export function lookupPath({ link, username }: AskedLink): string {
  return `/api/v1/lookup?${new URLSearchParams({ link, for: username }).toString()}`;
}

async function proxyTo(url: string): Promise<TcpProxy> {
  const { hostname: host, port } = new URL(url);
  return TcpProxy.start({ host, port: Number(port) });
}

function through(url: string, proxy: TcpProxy): string {
  const changed = new URL(url);
  changed.host = `127.0.0.1:${proxy.port}`;
  return changed.toString().replace(/\/$/, '');
}
