import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SandboxDirectory } from '../../sandbox/directory/sandbox-directory';
import { createAdapter } from '../../src/app.adapter';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app.setup';
import { Clock } from '../../src/common/clock';
import { createLog } from '../../src/common/logging';
import type { Config } from '../../src/config/config';
import { loadConfig } from '../../src/config/load-config';
import { SLOW_DIRECTORY } from './journey';

/** A clock that a test moves. */
export class TestClock extends Clock {
  private aheadMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.aheadMs);
  }

  forward(ms: number): void {
    this.aheadMs += ms;
  }
}

export interface TestApp {
  app: NestFastifyApplication;
  directory: SandboxDirectory;
  clock: TestClock;
  config: Config;
  /** Every line of the log so far. */
  logText(): string;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  controllers?: Type[];
  variables?: Record<string, string>;
  /** Shared with another app: two replicas. */
  directory?: SandboxDirectory;
  databasePath?: string;
}

export const PEOPLE = [
  { username: 'liuyizhou', password: 'correct horse', displayName: '刘一舟', email: 'liuyizhou@example.com' },
  { username: 'ada', password: 'battery staple', displayName: 'Ada Lovelace', email: null },
  { username: 'grace', password: 'cobol forever', displayName: 'Grace Hopper', email: null, admin: true },
];

/** Berth on a database of its own, a sandbox directory, and a Harbor that nobody serves. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-e2e-'));
  const directory = options.directory ?? (await SandboxDirectory.start({ people: PEOPLE }));
  const config = loadConfig({
    NODE_ENV: 'test',
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: `sqlite:${options.databasePath ?? join(folder, 'berth.db')}`,
    HARBOR_URL: 'http://127.0.0.1:9',
    HARBOR_USERNAME: 'robot$berth',
    HARBOR_PASSWORD: 'nobody-listens-there',
    LDAP_URL: directory.url,
    LDAP_BIND_DN: directory.bindDn,
    LDAP_BIND_PASSWORD: directory.bindPassword,
    LDAP_BASE_DN: directory.baseDn,
    LDAP_ADMIN_GROUP_DN: directory.adminGroupDn,
    LDAP_GROUP_BASE_DN: directory.groupBaseDn,
    AUTH_SECRET: 'a-secret-of-at-least-32-characters',
    LOG_LEVEL: 'info',
    REPLICAS_WITHOUT_REDIS: 'true',
    ...SLOW_DIRECTORY,
    ...options.variables,
  });
  const lines: string[] = [];
  const log = createLog(
    config.log.level,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  const clock = new TestClock();
  const module = await Test.createTestingModule({
    imports: [AppModule.of(config, log)],
    controllers: options.controllers ?? [],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(createAdapter(config), {
    bodyParser: false,
  });
  const stop = async (): Promise<void> => {
    await app.close();
    if (options.directory === undefined) await directory.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    await setUpApp(app, config);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    app,
    directory,
    clock,
    config,
    logText: () => lines.join(''),
    stop,
  };
}
