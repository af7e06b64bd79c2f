import { Writable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pushTinyImage } from '../../sandbox/registry-client';
import { manyPeople, startSurroundings, type Surroundings } from '../../sandbox/surroundings';
import { createApp } from '../../src/app.setup';
import { ServiceTokensService } from '../../src/auth/service-tokens.service';
import { ChangeFeed } from '../../src/changes/change-feed';
import { loadConfig } from '../../src/config/load-config';
import { Client, type Answer } from '../e2e/journey';
import { mariadb, type TestDatabase } from '../servers/mariadb';
import { redis } from '../servers/redis';
import { TcpProxy } from '../servers/tcp-proxy';

const SILENT = new Writable({ write: (_chunk, _encoding, done) => done() });

export interface Replica {
  app: NestFastifyApplication;
  url: string;
  scheduler: Client;
}

/** Two Berths on one MariaDB, everything that they lean on behind proxies; p001 has an account and pushes, p003 is an admin. */
export class LookupWorld {
  private constructor(
    private readonly around: Surroundings,
    private readonly database: TestDatabase,
    readonly proxies: Readonly<Record<'database' | 'harbor' | 'directory' | 'redis', TcpProxy>>,
    readonly replicas: readonly [Replica, Replica],
    readonly owner: Client,
    private readonly login: { username: string; password: string },
  ) {}

  /** @param env more settings, of each of the two */
  static async start(env: readonly [NodeJS.ProcessEnv, NodeJS.ProcessEnv]): Promise<LookupWorld> {
    const people = manyPeople(3).map((person) => ({ ...person, admin: person.username === 'p003' }));
    const around = await startSurroundings(people);
    const database = await mariadb();
    const plain = around.env(database.url, 3000);
    const proxies = {
      database: await proxyTo(database.url),
      harbor: await proxyTo(around.harbor.url),
      directory: await proxyTo(around.directory.url),
      redis: await proxyTo(redis()),
    };
    const through = {
      ...plain,
      LOG_LEVEL: 'silent',
      DATABASE_URL: throughProxy(database.url, proxies.database),
      HARBOR_URL: throughProxy(around.harbor.url, proxies.harbor),
      LDAP_URL: throughProxy(around.directory.url, proxies.directory),
      REDIS_URL: throughProxy(redis(), proxies.redis),
    };
    const one = await startReplica({ ...through, ...env[0] });
    const other = await startReplica({ ...through, ...env[1] });
    const owner = await logIn(one, around, 'p001');
    const { body } = await owner.post('/account/credentials', {});
    const login = { username: String(body.username), password: String(body.password) };
    return new LookupWorld(around, database, proxies, [one, other], owner, login);
  }

  link(tag: string): string {
    return `${this.around.harbor.address}/user-p001/demo:${tag}`;
  }

  async logIn(replica: Replica, username: string): Promise<Client> {
    return logIn(replica, this.around, username);
  }

  /** Pushes past Berth. @returns the digest */
  async push(tag: string, content: string): Promise<string> {
    const link = { project: 'user-p001', repository: 'demo', tag };
    return pushTinyImage({ registryUrl: this.around.harbor.url, link, ...this.login, content });
  }

  /** As an owner who takes the rule off, pushes the tag again, and puts the rule back. */
  async move(tag: string, content: string): Promise<string> {
    const rules = '/projects/user-p001/immutabletagrules';
    const [rule] = (await this.harbor('GET', rules)) as { id: number }[];
    const path = `${rules}/${rule?.id}`;
    await this.harbor('PUT', path, { ...rule, disabled: true });
    const digest = await this.push(tag, content);
    await this.harbor('PUT', path, { ...rule, disabled: false });
    return digest;
  }

  async setVulnerabilityPolicy(): Promise<void> {
    const metadata = { public: 'false', prevent_vul: 'true', severity: 'high' };
    await this.harbor('PUT', '/projects/user-p001', { metadata });
  }

  /** Harbor answers whoever would pull this digest as its policy about vulnerabilities has it. */
  refusePulls(digest: string): void {
    const path = new RegExp(digest);
    this.around.harbor.faults.add({ kind: 'status', method: 'HEAD', path, status: 412 });
  }

  /** How often Harbor was asked whether the digest can be pulled. */
  pullsAsked(digest: string): number {
    return this.around.harbor.calls.filter(({ method, path }) => method === 'HEAD' && path.includes(digest))
      .length;
  }

  async import(tag: string): Promise<string> {
    const answer = await this.owner.post('/images', {
      link: this.link(tag),
      description: tag,
      taskType: 'custom',
    });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return String(answer.body.id);
  }

  async ask(replica: Replica, tag: string, username = 'p001', maxAgeMs = 0): Promise<Answer> {
    return replica.scheduler.lookup({ link: this.link(tag), for: username, maxAgeMs: String(maxAgeMs) });
  }

  /** Until the replica saw what was committed before this call. */
  async catchUp({ app }: Replica): Promise<void> {
    await app.get(ChangeFeed).look();
  }

  private async harbor(method: string, path: string, body?: unknown): Promise<unknown> {
    const { username, password } = this.login;
    const response = await fetch(`${this.around.harbor.url}/api/v2.0${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }

  async stop(): Promise<void> {
    for (const proxy of Object.values(this.proxies)) await proxy.up();
    for (const { app } of this.replicas) await app.close();
    for (const proxy of Object.values(this.proxies)) await proxy.down();
    await this.around.stop();
    await this.database.drop();
  }
}

async function startReplica(env: NodeJS.ProcessEnv): Promise<Replica> {
  const app = await createApp(loadConfig(env), { logTo: SILENT });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const name = `slurm-${new URL(url).port}`;
  const { secret } = await app.get(ServiceTokensService).create('scheduler', name, null);
  return { app, url, scheduler: new Client(url, secret) };
}

async function logIn({ url }: Replica, around: Surroundings, username: string): Promise<Client> {
  const password = around.people.find((person) => person.username === username)?.password;
  const { status, body } = await new Client(url).post('/auth/login', { username, password });
  if (status !== 200) throw new Error(`${username} cannot log in: ${JSON.stringify(body)}`);
  return new Client(url, String(body.accessToken));
}

async function proxyTo(url: string): Promise<TcpProxy> {
  const { hostname, port, protocol } = new URL(url);
  const usual = { 'redis:': 6379, 'mariadb:': 3306 }[protocol] ?? 80;
  return TcpProxy.start({ host: hostname, port: port === '' ? usual : Number(port) });
}

function throughProxy(url: string, proxy: TcpProxy): string {
  const { host } = new URL(url);
  return url.replace(host, `127.0.0.1:${proxy.port}`);
}
