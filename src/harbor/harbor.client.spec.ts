import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DomainError } from '../common/errors';
import type { HarborConfig } from '../config/config';
import { HarborClient } from './harbor.client';

const PASSWORD = 'canary-Kanarienvogel1';
const PASSWORD_ENCODED = Buffer.from(`robot$berth:${PASSWORD}`).toString('base64');
const LIMIT_BYTES = 1_000_000;
const TLS = join(__dirname, '../../test/vectors/tls');

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
interface Seen {
  method: string;
  url: string;
  cookie: string | undefined;
}

const PROJECT = {
  project_id: 2,
  name: 'user-ada',
  owner_id: 1,
  creation_time: '2026-11-21T11:19:51.173Z',
  metadata: { public: 'false' },
};

function json(status: number, body: unknown, headers: Record<string, string> = {}): Handler {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'x', ...headers });
    response.end(JSON.stringify(body));
  };
}

function harborError(status: number, code: string, message: string): Handler {
  return json(status, { errors: [{ code, message }] });
}

const html: (status: number) => Handler = (status) => (_, response) => {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end('<html>Welcome</html>');
};
const silent: Handler = () => undefined;
const resets: Handler = (request) => request.socket.destroy();
const halfBody: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"project_id":');
  setImmediate(() => response.destroy());
};
const brokenJson: Handler = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"project_id": 2, "name": "us');
};
const FORBIDDEN = harborError(403, 'FORBIDDEN', 'forbidden');

/** A Harbor on this machine that answers what a test wants: one handler a request, the last one for all that follow. */
class WireHarbor {
  readonly seen: Seen[] = [];
  private handlers: Handler[] = [];
  private server: Server;

  static async start(tls = false): Promise<WireHarbor> {
    const harbor = new WireHarbor();
    const handle: Handler = (request, response) => harbor.handle(request, response);
    harbor.server = tls
      ? createTlsServer({ key: pem('localhost.key.pem'), cert: pem('localhost.cert.pem') }, handle)
      : createServer(handle);
    await new Promise<void>((listening) => harbor.server.listen(0, '127.0.0.1', listening));
    return harbor;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  answers(...handlers: Handler[]): void {
    this.seen.length = 0;
    this.handlers = handlers;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    this.seen.push({ method: request.method ?? '', url: request.url ?? '', cookie: request.headers.cookie });
    const handler = this.handlers.length > 1 ? this.handlers.shift() : this.handlers[0];
    handler?.(request, response);
  }
}

function pem(name: string): string {
  return readFileSync(join(TLS, name), 'utf8');
}

async function failure(run: Promise<unknown>): Promise<DomainError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('HarborClient on the wire', () => {
  let harbor: WireHarbor;
  const clients: HarborClient[] = [];

  const clientWith = (config: Partial<HarborConfig> = {}): HarborClient => {
    const defaults: HarborConfig = {
      url: `http://127.0.0.1:${harbor.port}`,
      username: 'robot$berth',
      password: PASSWORD,
      ca: null,
      deadlineMs: 5000,
      maxResponseBytes: LIMIT_BYTES,
    };
    const client = new HarborClient({ harbor: { ...defaults, ...config } });
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    harbor = await WireHarbor.start();
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.onModuleDestroy();
    await harbor.stop();
    jest.restoreAllMocks();
  });

  describe('takes a wrong reply for a rejection, never for "absent"', () => {
    it.each<[string, Handler]>([
      ['HTML with 200', html(200)],
      ['HTML with 404', html(404)],
      ['a 404 without an error of Harbor', json(404, { message: 'no such route' })],
      ['a 404 for the path itself', harborError(404, 'NOT_FOUND', 'path /api/v2.0/projects/x was not found')],
      ['broken JSON', brokenJson],
      ['a field of another type', json(200, { ...PROJECT, project_id: '2' })],
      ['a field too few', json(200, { ...PROJECT, owner_id: undefined })],
      ['an array for an object', json(200, [PROJECT])],
      ['a time that is none', json(200, { ...PROJECT, creation_time: 'yesterday' })],
      ['another success', json(202, PROJECT)],
      ['too many bytes', json(200, { ...PROJECT, more: 'x'.repeat(LIMIT_BYTES) })],
    ])('%s', async (_, handler) => {
      harbor.answers(handler);
      const error = await failure(clientWith().findProject('user-ada'));
      expect([error.kind, error.code]).toEqual(['upstream-rejected', 'harbor.rejected']);
      expect(harbor.seen).toHaveLength(1);
    });

    it('a page for a HEAD', async () => {
      harbor.answers(FORBIDDEN, html(404));
      const error = await failure(clientWith().findProject('user-ada'));
      expect(error.code).toBe('harbor.rejected');
    });

    it('HTML with 200 for a write', async () => {
      harbor.answers(html(200));
      const error = await failure(clientWith().setPassword(3, 'Fresh12345x'));
      expect(error.code).toBe('harbor.rejected');
    });

    it('a redirect, which is not followed', async () => {
      harbor.answers(
        (_, response) => {
          response.writeHead(302, { location: '/elsewhere' }).end();
        },
        json(200, PROJECT),
      );
      const error = await failure(clientWith().findProject('user-ada'));
      expect(error.code).toBe('harbor.rejected');
      expect(harbor.seen).toHaveLength(1);
    });

    it('50 MB, of which only the allowed part is read', async () => {
      let sentBytes = 0;
      const chunk = Buffer.alloc(64 * 1024, 'x');
      harbor.answers((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const more = (): void => {
          if (response.destroyed || sentBytes >= 50 * 1024 * 1024) return void response.end();
          sentBytes += chunk.length;
          if (response.write(chunk)) setImmediate(more);
          else response.once('drain', more);
        };
        more();
      });
      const error = await failure(clientWith().findProject('user-ada'));
      expect(error.code).toBe('harbor.rejected');
      expect(sentBytes).toBeLessThan(25 * 1024 * 1024);
    });
  });

  describe('tells absent from forbidden for a robot', () => {
    it('absent: 403, and the list does not have it', async () => {
      harbor.answers(FORBIDDEN, json(200, []));
      await expect(clientWith().findProject('user-ada')).resolves.toBeNull();
    });

    it('absent: no repository there, and the list does not have it', async () => {
      harbor.answers(harborError(404, 'NOT_FOUND', 'repository user-ada/app not found'), json(200, []));
      const look = await clientWith().look('user-ada', 'app', 'v1');
      expect(look).toEqual({ found: false, absent: 'project' });
    });

    it('unknown: 403, and a list that is not of this name', async () => {
      harbor.answers(FORBIDDEN, json(200, [{ name: 'library' }]));
      const error = await failure(clientWith().findProject('user-ada'));
      expect(error.code).toBe('harbor.rejected');
    });

    it('forbidden: 403, and the list has it', async () => {
      harbor.answers(FORBIDDEN, json(200, [{ name: 'user-ada' }]));
      const error = await failure(clientWith().findProject('user-ada'));
      expect(error.code).toBe('harbor.rejected');
    });

    it('unknown: 403, and no list for us', async () => {
      harbor.answers(FORBIDDEN, harborError(401, 'UNAUTHORIZED', 'unauthorized'));
      const error = await failure(clientWith().findProject('user-ada'));
      expect(error.code).toBe('harbor.unauthorized');
    });
  });

  describe('no answer', () => {
    it('repeats a read until it is answered', async () => {
      harbor.answers(html(502), resets, json(200, PROJECT));
      await expect(clientWith().findProject('user-ada')).resolves.toMatchObject({ id: 2 });
    });

    it.each<[string, Handler]>([
      ['500', harborError(500, 'UNKNOWN', 'internal server error')],
      ['a proxy that has no Harbor', html(503)],
      ['a connection that breaks', resets],
      ['a reply that breaks off', halfBody],
    ])('gives up a read after three attempts: %s', async (_, handler) => {
      harbor.answers(handler);
      const error = await failure(clientWith().findProject('user-ada'));
      expect([error.kind, error.code]).toEqual(['upstream-unavailable', 'harbor.unavailable']);
      expect(error.retryAfterSeconds).toBeGreaterThan(0);
      expect(harbor.seen).toHaveLength(3);
    });

    it.each<[string, Handler]>([
      ['500', harborError(500, 'UNKNOWN', 'internal server error')],
      ['a connection that breaks', resets],
    ])('sends a write once: %s', async (_, handler) => {
      harbor.answers(handler);
      const error = await failure(clientWith().createProject({ name: 'user-ada', quotaBytes: null }));
      expect(error.code).toBe('harbor.unavailable');
      expect(harbor.seen).toHaveLength(1);
    });

    it('ends at the deadline', async () => {
      harbor.answers(silent);
      const error = await failure(clientWith({ deadlineMs: 100 }).findProject('user-ada'));
      expect([error.kind, error.code]).toEqual(['upstream-timeout', 'harbor.timeout']);
    });

    it('has one deadline for all calls of an operation', async () => {
      const full = Array.from({ length: 100 }, (_, index) => ({
        id: index + 1,
        entity_id: index + 1,
        entity_name: `user${index}`,
        entity_type: 'u',
        role_id: 3,
      }));
      harbor.answers((request, response) => void setTimeout(() => json(200, full)(request, response), 20));
      const error = await failure(clientWith({ deadlineMs: 300 }).listMembers('user-ada'));
      expect(error.code).toBe('harbor.timeout');
    });

    it('asks at most as long as the caller has time', async () => {
      harbor.answers(silent);
      const error = await failure(
        clientWith({ deadlineMs: 60_000 }).look('p', 'r', 'v1', { deadlineMs: 50 }),
      );
      expect(error.code).toBe('harbor.timeout');
    });

    it('takes 429 for "not now", and asks once', async () => {
      harbor.answers(
        json(429, { errors: [{ code: 'TOO_MANY_REQUEST', message: '' }] }, { 'retry-after': '7' }),
      );
      const error = await failure(clientWith().findProject('user-ada'));
      expect([error.code, error.retryAfterSeconds]).toEqual(['harbor.unavailable', 7]);
      expect(harbor.seen).toHaveLength(1);
    });
  });

  describe('refusals that speak of us', () => {
    it('401 is about our credentials, and proves nothing absent', async () => {
      harbor.answers(harborError(401, 'UNAUTHORIZED', 'unauthorized'));
      const error = await failure(clientWith().findProject('user-ada'));
      expect([error.kind, error.code]).toEqual(['upstream-rejected', 'harbor.unauthorized']);
      expect(harbor.seen).toHaveLength(1);
    });

    it('403 on a write in read-only mode is an outage', async () => {
      harbor.answers(
        harborError(403, 'DENIED', 'The system is in read only mode. Any modification is prohibited.'),
      );
      const error = await failure(clientWith().setPassword(3, 'Fresh12345x'));
      expect([error.kind, error.code]).toEqual(['upstream-unavailable', 'harbor.read-only']);
    });

    it('another 403 on a write is a rejection', async () => {
      harbor.answers(harborError(403, 'DENIED', 'adding 1 MiB of storage resource would exceed the limit'));
      const error = await failure(clientWith().setPassword(3, 'Fresh12345x'));
      expect(error.code).toBe('harbor.rejected');
    });
  });

  describe('the breaker', () => {
    const openBreaker = async (client: HarborClient): Promise<void> => {
      harbor.answers(html(503));
      for (let operation = 1; operation <= 4; operation += 1) await failure(client.findProject('user-ada'));
    };

    it('fails at once while Harbor is down', async () => {
      const client = clientWith();
      await openBreaker(client);
      harbor.answers(json(200, PROJECT));
      const error = await failure(client.findProject('user-ada'));
      expect([error.kind, error.code]).toEqual(['upstream-unavailable', 'harbor.unavailable']);
      expect(harbor.seen).toHaveLength(0);
    });

    it('asks once after a while whether it is back, and lets calls through when it is', async () => {
      const client = clientWith();
      await openBreaker(client);
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
      harbor.answers(json(200, PROJECT));
      const calls = [client.findProject('user-ada'), client.findProject('user-ada')];
      await expect(Promise.all(calls)).resolves.toMatchObject([{ id: 2 }, { id: 2 }]);
      expect(harbor.seen.map(({ url }) => url)).toEqual([
        expect.stringContaining('/systeminfo'),
        expect.stringContaining('/projects/user-ada'),
        expect.stringContaining('/projects/user-ada'),
      ]);
    });

    it('lets no call wait for a Harbor that is not back yet', async () => {
      const client = clientWith();
      await openBreaker(client);
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
      harbor.answers(silent);
      const calls = [failure(client.findProject('user-ada')), failure(client.findProject('user-ada'))];
      const codes = (await Promise.all(calls)).map(({ code }) => code);
      expect(codes).toEqual(['harbor.unavailable', 'harbor.unavailable']);
      expect(harbor.seen).toHaveLength(1);
    });

    it('ends the reads that wait when Harbor is found to be down', async () => {
      const client = clientWith();
      harbor.answers(silent);
      const waiting = failure(client.findProject('user-ada'));
      while (harbor.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await openBreaker(client);
      expect((await waiting).code).toBe('harbor.unavailable');
    });

    it.each<[string, Handler]>([
      ['refusals', harborError(401, 'UNAUTHORIZED', 'unauthorized')],
      ['wrong replies', html(200)],
    ])('does not count %s', async (_, handler) => {
      const client = clientWith();
      harbor.answers(handler);
      for (let call = 1; call <= 12; call += 1) await failure(client.findProject('user-ada'));
      expect(harbor.seen).toHaveLength(12);
    });
  });

  describe('the session cookie', () => {
    const givesSid = (sid: string): Handler =>
      json(200, PROJECT, { 'set-cookie': `sid=${sid}; Path=/; HttpOnly` });

    it('sends back the newest sid with reads', async () => {
      const client = clientWith();
      harbor.answers(givesSid('one'), givesSid('two'), json(200, PROJECT), json(200, PROJECT));
      for (let read = 1; read <= 4; read += 1) await client.findProject('user-ada');
      expect(harbor.seen.map(({ cookie }) => cookie)).toEqual([undefined, 'sid=one', 'sid=two', 'sid=two']);
    });

    it('sends none with writes', async () => {
      const client = clientWith();
      harbor.answers(givesSid('one'), (_, response) => void response.writeHead(200).end());
      await client.findProject('user-ada');
      await client.setPassword(3, 'Fresh12345x');
      expect(harbor.seen[1]).toMatchObject({ method: 'PUT', cookie: undefined });
    });
  });

  it('encodes the slashes of a repository twice', async () => {
    harbor.answers(harborError(404, 'NOT_FOUND', 'artifact user-ada/team/app:v1 not found'));
    await clientWith().look('user-ada', 'team/app', 'v1');
    expect(harbor.seen[0]?.url).toBe(
      '/api/v2.0/projects/user-ada/repositories/team%252Fapp/artifacts/v1?with_tag=false',
    );
  });

  it('looks for a username that survives both unescapings', async () => {
    harbor.answers(json(200, []));
    await clientWith().findUser('a+b');
    expect(harbor.seen[0]?.url).toContain('q=username%3Da%252Bb&');
  });

  it('reads all pages of members', async () => {
    const page = (count: number): Handler =>
      json(
        200,
        Array.from({ length: count }, (_, index) => ({
          id: index + 1,
          entity_id: index + 1,
          entity_name: `user${index}`,
          entity_type: 'u',
          role_id: 9,
        })),
      );
    harbor.answers(page(100), page(3));
    const members = await clientWith().listMembers('user-ada');
    expect(members).toHaveLength(103);
    expect(members[0]?.role).toBe('none');
    expect(harbor.seen.map(({ url }) => new URL(url, 'http://x').searchParams.get('page'))).toEqual([
      '1',
      '2',
    ]);
  });

  it('leaves attestations out of the platforms of an index', async () => {
    const digest = (character: string): string => `sha256:${character.repeat(64)}`;
    harbor.answers(
      json(200, {
        id: 1,
        digest: digest('a'),
        type: 'IMAGE',
        manifest_media_type: 'application/vnd.oci.image.index.v1+json',
        project_id: 1,
        repository_id: 1,
        push_time: '2026-11-21T11:20:30.598Z',
        references: [
          { child_digest: digest('b'), platform: { os: 'linux', architecture: 'amd64' } },
          { child_digest: digest('c'), platform: { os: 'unknown', architecture: 'unknown' } },
          { child_digest: digest('d'), platform: null },
        ],
      }),
    );
    const look = await clientWith().look('user-ada', 'app', 'v1');
    expect(look.found && look.artifact.platforms).toEqual([
      { os: 'linux', architecture: 'amd64', digest: digest('b') },
    ]);
  });

  it('deletes users one after the other', async () => {
    let running = 0;
    let mostAtOnce = 0;
    harbor.answers((_, response) => {
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      setTimeout(() => {
        running -= 1;
        response.writeHead(200).end();
      }, 5);
    });
    const client = clientWith();
    await Promise.all([11, 12, 13, 14].map(async (userId) => client.deleteUser(userId)));
    expect(harbor.seen).toHaveLength(4);
    expect(mostAtOnce).toBe(1);
  });

  it('uses no proxy of the environment', async () => {
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = 'http://127.0.0.1:9';
    harbor.answers(json(200, PROJECT));
    try {
      await expect(clientWith().findProject('user-ada')).resolves.toMatchObject({ id: 2 });
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    }
  });

  describe('a private certificate authority', () => {
    it('is trusted when it is configured, and nothing else is', async () => {
      const tls = await WireHarbor.start(true);
      try {
        tls.answers(json(200, PROJECT));
        const url = `https://localhost:${tls.port}`;
        const trusting = clientWith({ url, ca: pem('localhost.cert.pem') });
        await expect(trusting.findProject('user-ada')).resolves.toMatchObject({ id: 2 });

        const error = await failure(clientWith({ url }).findProject('user-ada'));
        expect(error.code).toBe('harbor.unavailable');
        expect(error.cause).toMatchObject({ why: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      } finally {
        await tls.stop();
      }
    });
  });

  describe('never lets the credentials out with an error', () => {
    it.each<[string, Handler, Partial<HarborConfig>]>([
      ['server error', html(500), {}],
      ['broken connection', resets, {}],
      ['reply that breaks off', halfBody, {}],
      ['deadline', silent, { deadlineMs: 100 }],
      ['too large', json(200, { more: 'x'.repeat(LIMIT_BYTES) }), {}],
      ['wrong reply', html(200), {}],
      ['401', harborError(401, 'UNAUTHORIZED', 'unauthorized'), {}],
      ['403', harborError(403, 'FORBIDDEN', 'robot$berth'), {}],
      ['nobody there', silent, { url: 'http://127.0.0.1:9' }],
      ['no such host', silent, { url: 'http://harbor.invalid' }],
    ])('%s', async (_, handler, config) => {
      harbor.answers(handler);
      const error = await failure(clientWith(config).setPassword(3, 'canary-Neues-Passwort1'));
      const shown: string[] = [];
      for (let at: unknown = error; at instanceof Error; at = at.cause) {
        shown.push(
          inspect(at, { depth: Infinity, showHidden: true }),
          JSON.stringify(at),
          String(at),
          at.stack ?? '',
        );
      }
      expect(shown.length).toBeGreaterThanOrEqual(8);
      expect(shown.join('\n')).not.toContain('canary');
      expect(shown.join('\n')).not.toContain(PASSWORD_ENCODED);
      expect(shown.join('\n')).toContain('/users/{user_id}/password');
    });
  });
});
