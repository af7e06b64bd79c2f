import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarborClient } from '../../src/harbor/harbor.client';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** A starved machine answers a login, of all things the first, after more than the usual 2.5 s. */
export const SLOW_DIRECTORY = { LDAP_TIMEOUT_MS: '20000' };

/** A sandbox in a folder of its own, on free ports. */
export async function startTestSandbox(
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox & { forget(): Promise<void> }> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'berth-sandbox-'));
  // Tests that count or fail calls to Harbor ask for the feed where it is what they are about.
  const env = { LOG_LEVEL: 'silent', AUDIT_FEED: 'off', ...SLOW_DIRECTORY, ...options.env };
  const sandbox = await startSandbox({ port: 0, ...options, env, dataFolder });
  const forget = async () => {
    await sandbox.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  };
  return { ...sandbox, forget };
}

/** Calls Berth's API as somebody. */
export class Client {
  constructor(
    private readonly url: string,
    private readonly token: string | null = null,
  ) {}

  static async login(sandbox: Sandbox, username: string): Promise<Client> {
    const password = sandbox.people.find((person) => person.username === username)?.password;
    const { status, body } = await new Client(sandbox.url).post('/auth/login', { username, password });
    if (status !== 200) throw new Error(`${username} cannot log in: ${JSON.stringify(body)}`);
    return new Client(sandbox.url, String(body.accessToken));
  }

  static scheduler(sandbox: Sandbox): Client {
    return new Client(sandbox.url, sandbox.schedulerToken);
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  async post(path: string, body?: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  async patch(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('PATCH', path, body, headers);
  }

  async put(path: string, body: unknown): Promise<Answer> {
    return this.send('PUT', path, body);
  }

  async delete(path: string): Promise<Answer> {
    return this.send('DELETE', path);
  }

  async lookup(query: Record<string, string>): Promise<Answer> {
    return this.get(`/lookup?${new URLSearchParams(query).toString()}`);
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  }
}

/** Background work met the outage too, so that the breaker may stay open for a moment after it. */
export async function untilHarborAnswers(sandbox: Sandbox): Promise<void> {
  const harbor = sandbox.app.get(HarborClient);
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await harbor.system().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Harbor's own API, as a person or its admin. */
export async function callHarbor(
  sandbox: Sandbox,
  login: { username: string; password: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  const response = await fetch(`${sandbox.harbor.url}/api/v2.0${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}
