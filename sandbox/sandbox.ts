import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, type CreateAppOptions } from '../src/app.setup';
import { SANDBOX_MARK } from '../src/config/environment-rules';
import { loadConfig } from '../src/config/load-config';
import { SandboxDirectory } from './directory/sandbox-directory';
import { SandboxHarbor } from './harbor/sandbox-harbor';
import { freePort } from './free-port';
import { GROUPS, PEOPLE } from './people';
import { postJson } from './post-json';
import { closeProjectCreation, makeServiceRobot, type ServiceRobot } from './service-robot';

const HARBOR_ADMIN_PASSWORD = `Harbor12345-${SANDBOX_MARK}`;
const AUTH_SECRET = `${SANDBOX_MARK}-signs-access-tokens-of-the-sandbox`;

export interface SandboxOptions {
  host?: string;
  /** Berth's; Harbor and the directory take the two after it. 0: any free ports. */
  port: number;
  dataFolder: string;
  /** Forgets what the folder holds. */
  fresh?: boolean;
  /** More settings of Berth, as in `.env.example`. */
  env?: NodeJS.ProcessEnv;
  /** The password of Berth's own entry in the directory. */
  directoryBindPassword?: string;
  /** Where Berth's log lines go; standard output without it. */
  logTo?: CreateAppOptions['logTo'];
}

/** What the folder keeps of a sandbox beside Berth's and Harbor's own data. */
interface Kept {
  serviceRobot: ServiceRobot;
  schedulerToken: string | null;
}

export interface Sandbox {
  /** Berth's address, without a trailing slash. */
  url: string;
  dataFolder: string;
  harbor: SandboxHarbor;
  harborAdmin: { username: string; password: string };
  directory: SandboxDirectory;
  people: typeof PEOPLE;
  schedulerToken: string;
  app: NestFastifyApplication;
  /** Berth's settings here. */
  env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Berth with a Harbor and a directory in this process, on SQLite; what happens in it is kept in the folder. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const stops: (() => Promise<unknown>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return await start(options, stops, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** @param stops what to stop, in the order of starting, however far it came */
async function start(
  options: SandboxOptions,
  stops: (() => Promise<unknown>)[],
  stopAll: () => Promise<void>,
): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1';
  const dataFolder = resolve(options.dataFolder);
  if (options.fresh === true) rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const portAfter = (step: number): number => (options.port === 0 ? 0 : options.port + step);

  const harbor = await SandboxHarbor.start({
    host,
    port: portAfter(1),
    dataFolder: join(dataFolder, 'harbor'),
    adminPassword: HARBOR_ADMIN_PASSWORD,
  });
  stops.push(() => harbor.stop());
  await closeProjectCreation(harbor.url, HARBOR_ADMIN_PASSWORD);
  const directory = await SandboxDirectory.start({
    host,
    port: portAfter(2),
    people: PEOPLE,
    groups: GROUPS,
    ...(options.directoryBindPassword === undefined ? {} : { bindPassword: options.directoryBindPassword }),
  });
  stops.push(() => directory.stop());
  const keptFile = join(dataFolder, 'sandbox.json');
  const kept = readKept(keptFile) ?? {
    serviceRobot: await makeServiceRobot(harbor.url, HARBOR_ADMIN_PASSWORD),
    schedulerToken: null,
  };
  keep(keptFile, kept);

  // Known before it listens, for Harbor is told where to reach Berth.
  const port = options.port === 0 ? await freePort(host) : options.port;
  const env = { ...environment(host, port, dataFolder, harbor, directory, kept), ...options.env };
  const app = await createApp(loadConfig(env), options.logTo === undefined ? {} : { logTo: options.logTo });
  stops.push(() => app.close());
  await app.listen(port, host);
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');

  const schedulerToken = kept.schedulerToken ?? (await makeSchedulerToken(url));
  keep(keptFile, { ...kept, schedulerToken });

  return {
    url,
    dataFolder,
    harbor,
    harborAdmin: { username: 'admin', password: HARBOR_ADMIN_PASSWORD },
    directory,
    people: PEOPLE,
    schedulerToken,
    app,
    env,
    stop: stopAll,
  };
}

function environment(
  host: string,
  port: number,
  dataFolder: string,
  harbor: SandboxHarbor,
  directory: SandboxDirectory,
  kept: Kept,
): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'development',
    HOST: host,
    PORT: String(port),
    PUBLIC_URL: `http://${host}:${port}`,
    LOG_LEVEL: 'warn',
    DATABASE_URL: `sqlite:${join(dataFolder, 'berth.sqlite')}`,
    HARBOR_URL: harbor.url,
    HARBOR_USERNAME: kept.serviceRobot.name,
    HARBOR_PASSWORD: kept.serviceRobot.secret,
    REGISTRY_ADDRESS: harbor.address,
    LDAP_URL: directory.url,
    LDAP_BIND_DN: directory.bindDn,
    LDAP_BIND_PASSWORD: directory.bindPassword,
    LDAP_BASE_DN: directory.baseDn,
    LDAP_ADMIN_GROUP_DN: directory.adminGroupDn,
    LDAP_GROUP_BASE_DN: directory.groupBaseDn,
    AUTH_SECRET,
    ACCESS_TOKEN_SECONDS: '600',
    CREDENTIALS_PER_HOUR: '1000',
    ACCOUNT_EMAIL_DOMAIN: 'users.example.com',
  };
}

function keep(file: string, kept: Kept): void {
  writeFileSync(file, JSON.stringify(kept), { mode: 0o600 });
}

function readKept(file: string): Kept | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : null;
}

async function makeSchedulerToken(url: string): Promise<string> {
  const admin = PEOPLE.find((person) => person.admin);
  if (admin === undefined) throw new Error('the sandbox has no admin');
  const { username, password } = admin;
  const { accessToken } = await postJson<{ accessToken: string }>(`${url}/api/v1/auth/login`, null, {
    username,
    password,
  });
  const tokens = `${url}/api/v1/admin/service-tokens`;
  const made = await postJson<{ token: string }>(tokens, `Bearer ${accessToken}`, {
    kind: 'scheduler',
    name: 'sandbox',
  });
  return made.token;
}
