import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { parse } from 'dotenv';
import { isDomainError } from '../common/errors';
import { messagesEn } from '../common/messages.en';
import type { HarborConfig } from '../config/config';
import { makeServiceAccount, type ServiceAccountOutcome } from './service-account';

const USAGE = `Usage: npm run service-account -- [--admin admin] [--name berth] [--replace]

Makes Berth's robot in the Harbor at HARBOR_URL (environment or .env; HARBOR_CA_FILE for a private certificate
authority). Asks for the administrator's password once, or reads it from standard input; it is kept nowhere.`;

const DEADLINE_MS = 30_000;
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

/** `npm run service-account`: the configuration to use goes to standard output, everything else to standard error. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      admin: { type: 'string', default: 'admin' },
      name: { type: 'string', default: 'berth' },
      replace: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const place = readPlace();
  const password = await readPassword(`Password of ${values.admin} at ${place.url}: `);
  const admin = { ...place, username: values.admin, password };
  const made = await makeServiceAccount(admin, { name: values.name, replace: values.replace });
  report(made, values.name);
}

function readPlace(): Omit<HarborConfig, 'username' | 'password'> {
  const file = existsSync('.env') ? parse(readFileSync('.env')) : {};
  const setting = (key: string): string => process.env[key] ?? file[key] ?? '';
  const url = URL.canParse(setting('HARBOR_URL')) ? new URL(setting('HARBOR_URL')) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '') {
    throw new CommandError(
      'Set HARBOR_URL to scheme, host and port of Harbor, such as https://harbor.example.com.',
    );
  }
  const caFile = setting('HARBOR_CA_FILE');
  const ca = caFile === '' ? null : readFileSync(caFile, 'utf8');
  return { url: url.origin, ca, deadlineMs: DEADLINE_MS, maxResponseBytes: MAX_RESPONSE_BYTES };
}

/** Not echoed at a terminal; elsewhere the first line of standard input. */
async function readPassword(question: string): Promise<string> {
  const password = process.stdin.isTTY
    ? await ask(question)
    : ((await text(process.stdin)).split(/\r?\n/)[0] ?? '');
  if (password === '') throw new CommandError('No password was given.');
  return password;
}

async function ask(question: string): Promise<string> {
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silence, terminal: true });
  process.stderr.write(question);
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

function report(made: ServiceAccountOutcome, name: string): void {
  switch (made.outcome) {
    case 'made':
      console.error(
        'Harbor has made the robot. Its secret is shown this once, and is worth as much as an administrator’s\n' +
          'password. Put these two lines into the configuration:\n',
      );
      console.log(`HARBOR_USERNAME='${made.username}'\nHARBOR_PASSWORD='${made.password}'`);
      return;
    case 'exists':
      throw new CommandError(
        `Harbor has a robot "${name}" already, and never shows its secret again. Choose another --name, or delete\n` +
          'and make it anew with --replace: a Berth that uses it stops until it has the new secret.',
      );
    case 'ambiguous':
      throw new CommandError(
        `Several robots of Harbor end in "${name}". Delete the right one in Harbor (Administration, Robot Accounts).`,
      );
    case 'not-an-administrator':
      throw new CommandError('This needs a system administrator of Harbor: name one with --admin.');
    case 'too-old':
      throw new CommandError(
        `${made.version === null ? 'This Harbor does not tell its version' : `This is Harbor ${made.version}`}; before ` +
          '2.15 a robot may not keep users.\nMake a user for Berth in Harbor instead, set it as administrator there, ' +
          'and put its name and password into\nHARBOR_USERNAME and HARBOR_PASSWORD.',
      );
  }
}

/** What a person can act on; printed without a stack. */
class CommandError extends Error {}

function explain(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  if (!isDomainError(error)) return error instanceof Error ? error.message : 'It failed.';
  if (error.code === 'harbor.unauthorized') return 'Harbor does not accept this name and password.';
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${messagesEn[error.code].title}${cause}.`;
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
