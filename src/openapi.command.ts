import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createAdapter } from './app.adapter';
import { AppModule } from './app.module';
import { API_PREFIX } from './app.setup';
import { createLog } from './common/logging';
import { describeApi } from './common/openapi-document';
import { loadConfig } from './config/load-config';

const FILE = join(__dirname, '..', 'openapi', 'berth.json');

/** A preview makes no provider, so none of these is ever asked. */
const NOBODY = {
  NODE_ENV: 'test',
  PUBLIC_URL: 'https://berth.example.com',
  DATABASE_URL: 'sqlite::memory:',
  HARBOR_URL: 'https://harbor.example.com',
  HARBOR_USERNAME: 'nobody',
  HARBOR_PASSWORD: 'nobody',
  LDAP_URL: 'ldaps://ldap.example.com',
  LDAP_BIND_DN: 'cn=nobody',
  LDAP_BIND_PASSWORD: 'nobody',
  LDAP_BASE_DN: 'dc=example,dc=com',
  AUTH_SECRET: 'nobody-signs-anything-with-this-one',
};

/**
 * `npm run openapi` writes openapi/berth.json from the code; `-- --check` only compares, and fails on a difference.
 * Needs no server and no database.
 */
async function main(): Promise<void> {
  const config = loadConfig(NOBODY);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(config, createLog('silent')),
    createAdapter(config),
    { preview: true, logger: false, abortOnError: false },
  );
  app.setGlobalPrefix(API_PREFIX);
  const text = `${JSON.stringify(sorted(describeApi(app)), null, 2)}\n`;
  if (process.argv.includes('--check')) check(text);
  else writeFileSync(FILE, text);
}

function check(text: string): void {
  if (text === readFileSync(FILE, 'utf8')) return;
  console.error('openapi/berth.json is not what the code serves: run `npm run openapi` and commit it.');
  process.exitCode = 1;
}

/** Keys in one order, whichever module is loaded first. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

void main();
