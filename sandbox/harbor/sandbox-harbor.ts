import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { artifactRoutes } from './artifacts';
import { auditLogRoutes } from './audit-logs';
import { authenticate } from './authentication';
import { isAuthenticated, nameOf } from './caller';
import { HarborError, internalError } from './errors';
import { Exchange } from './exchange';
import type { Reply } from './exchange';
import { Faults } from './faults';
import { isInPlace, replyWrongly } from './fault-replies';
import { fill, moveTag, type Filling } from './filling';
import { immutableTagRoutes } from './immutable-tags';
import { Lockout } from './lockout';
import { memberRoutes } from './members';
import { addProject, projectRoutes } from './projects';
import { addQuota, quotaRoutes } from './quotas';
import { registryReply } from './registry';
import { errorReply, maskedAs, sendReply } from './reply-writer';
import { repositoryRoutes } from './repositories';
import { retentionRoutes } from './retentions';
import { robotRoutes } from './robots';
import { scannerRoutes } from './scanners';
import { Router } from './router';
import { FolderBlobs, MemoryBlobs, StateFile } from './store';
import { systemRoutes } from './system';
import { tokenReply } from './tokens';
import { auditUserWrite } from './user-audit';
import { addUser, userRoutes } from './users';
import { Webhooks } from './webhook-delivery';
import { webhookRoutes } from './webhooks';
import { World } from './world';

export interface SandboxHarborOptions {
  /** 127.0.0.1 when absent. */
  host?: string;
  /** 0 (when absent): a free one. */
  port?: number;
  /** Where state and blobs are kept; null (when absent): in memory. */
  dataFolder?: string | null;
  /** Of the user `admin`; counts at the first start of a folder only. */
  adminPassword: string;
  /** What systeminfo tells; v2.15.2 when absent. */
  version?: string;
  /** The registry address in links, `host:port`; the one it listens on when absent. */
  address?: string;
  /** How long a wrong password is held and its name locked: Harbor's 1,500; 0 when absent. */
  wrongPasswordHoldMs?: number;
  /** When a webhook is tried, after its event and after each failure: Harbor's 0.4, 68 and 119 s when absent. */
  webhookDelaysMs?: readonly number[];
  /** How often pulls are written down; Harbor's 10,000 when absent. */
  pullFlushMs?: number;
}

/** One request that came in, for tests that ask what was called. */
export interface Call {
  method: string;
  /** With the query, as sent. */
  path: string;
  /** Username or robot name; empty when anonymous. */
  caller: string;
  /** What was answered; 0 when nothing was. */
  status: number;
  /** How many calls of this method and path ran when it began, itself counted. */
  inFlight: number;
}

const CALLS_KEPT = 10_000;
/** As Harbor's nginx; Node's 5 s is so near to what clients keep that a write may meet a closed connection. */
const KEEP_ALIVE_MS = 75_000;
const PULL_FLUSH_MS = 10_000;
const READ_ONLY_EXEMPT = /^\/(api\/v2\.0\/configurations|service\/)/;

/** A Harbor 2.15.2 in this process, on a port of its own: the API, the registry, and the faults tests ask of it. */
export class SandboxHarbor {
  readonly faults: Faults;
  /** The newest ten thousand. */
  readonly calls: Call[] = [];
  private server: Server | undefined;
  private port: number;
  private readonly router: Router;
  private readonly running = new Map<string, number>();
  private readonly pullTimer: NodeJS.Timeout;

  private constructor(
    private readonly world: World,
    private readonly state: StateFile,
    private readonly host: string,
    port: number,
    pullFlushMs: number,
  ) {
    this.port = port;
    this.faults = new Faults({ stop: () => this.close(), listen: () => this.listen() });
    this.router = new Router([
      ...systemRoutes(world),
      ...userRoutes(world),
      ...projectRoutes(world),
      ...memberRoutes(world),
      ...immutableTagRoutes(world),
      ...quotaRoutes(world),
      ...robotRoutes(world),
      ...webhookRoutes(world),
      ...auditLogRoutes(world),
      ...retentionRoutes(world),
      ...repositoryRoutes(world),
      ...artifactRoutes(world),
      ...scannerRoutes(world),
    ]);
    this.pullTimer = setInterval(() => this.flushPulls(), pullFlushMs);
    this.pullTimer.unref();
  }

  static async start(options: SandboxHarborOptions): Promise<SandboxHarbor> {
    const folder = options.dataFolder ?? null;
    const state = StateFile.open(folder);
    const settings = { version: options.version ?? 'v2.15.2', address: options.address ?? '' };
    const webhooks = new Webhooks(
      state.database,
      settings,
      options.webhookDelaysMs ?? [400, 68_000, 119_000],
    );
    const blobs = folder === null ? new MemoryBlobs() : new FolderBlobs(folder);
    const lockout = new Lockout(options.wrongPasswordHoldMs ?? 0);
    const world = new World(settings, state.database, blobs, webhooks, lockout);
    if (state.database.isEmpty) seed(world, options.adminPassword);
    const harbor = new SandboxHarbor(
      world,
      state,
      options.host ?? '127.0.0.1',
      options.port ?? 0,
      options.pullFlushMs ?? PULL_FLUSH_MS,
    );
    await harbor.listen();
    settings.address ||= `${harbor.host}:${harbor.port}`;
    await state.flush();
    return harbor;
  }

  /** Where it listens: `http://127.0.0.1:PORT`. */
  get url(): string {
    return `http://${this.host}:${this.port}`;
  }

  /** The registry address in image links: `127.0.0.1:PORT`, or what was asked for. */
  get address(): string {
    return this.world.settings.address;
  }

  /** Ids of rows of the audit log that are written but come late; taken out, they are there. */
  get lateAuditRows(): Set<number> {
    return this.world.lateAuditRows;
  }

  /** Counts the pulls that wait to be counted, as Harbor does every ten seconds. */
  flushPulls(): void {
    if (this.world.flushPulls()) this.state.changed();
  }

  /** Puts many images into a project at once. */
  fill(filling: Filling): void {
    fill(this.world, filling);
    this.state.changed();
  }

  /** Moves a tag without telling anybody, as a restored backup would. Returns its new digest. */
  moveTag(repository: string, tag: string, content: string): string {
    const digest = moveTag(this.world, repository, tag, content);
    this.state.changed();
    return digest;
  }

  async stop(): Promise<void> {
    clearInterval(this.pullTimer);
    this.world.webhooks.stop();
    this.world.flushPulls();
    await this.close();
    await this.state.flush();
  }

  private listen(): Promise<void> {
    if (this.server) return Promise.resolve();
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void this.counted(request, response);
    });
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, () => {
        server.off('error', reject);
        this.port = portOf(server);
        resolve();
      });
    });
  }

  private close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  private async counted(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = `${request.method} ${request.url}`;
    const inFlight = (this.running.get(key) ?? 0) + 1;
    this.running.set(key, inFlight);
    await this.serve(request, response, inFlight);
    const left = (this.running.get(key) ?? 1) - 1;
    if (left === 0) this.running.delete(key);
    else this.running.set(key, left);
  }

  private async serve(request: IncomingMessage, response: ServerResponse, inFlight: number): Promise<void> {
    const given = request.headers['x-request-id'];
    const exchange = new Exchange(request, typeof given === 'string' ? given : randomUUID());
    const call: Call = { method: exchange.method, path: request.url ?? '/', caller: '', status: 0, inFlight };
    this.calls.push(call);
    if (this.calls.length > CALLS_KEPT) this.calls.shift();
    request.on('error', () => response.destroy());
    response.on('error', () => response.destroy());
    const { latency, fault } = this.faults.strike(call.method, call.path);
    await latency;
    if (fault && isInPlace(fault)) {
      replyWrongly(response, fault);
      call.status = response.headersSent ? response.statusCode : 0;
      return;
    }
    const reply = await this.answer(exchange, call);
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') this.state.changed();
    if (fault?.kind === 'drop-after') return void response.destroy();
    try {
      await sendReply(
        response,
        exchange,
        fault?.kind === 'status-after' ? maskedAs(fault.status ?? 500) : reply,
        this.world.blobs,
      );
      call.status = response.statusCode;
    } catch {
      response.destroy();
    }
  }

  private async answer(exchange: Exchange, call: Call): Promise<Reply> {
    try {
      this.requireWritable(exchange);
      const isRegistry = exchange.path.startsWith('/v2');
      exchange.caller = await authenticate(this.world, exchange.headers.authorization, isRegistry);
      call.caller = nameOf(exchange.caller);
      requireNoCookie(exchange);
      const reply = await this.handle(exchange);
      auditUserWrite(this.world, exchange, reply);
      return withSession(exchange, reply);
    } catch (error) {
      const known = error instanceof HarborError ? error : internalError();
      const reply = errorReply(known);
      if (isAuthenticated(exchange.caller)) auditUserWrite(this.world, exchange, reply);
      const isMasked = known.code === 'DENIED' && known.message.startsWith('The system is in read only');
      return isMasked ? reply : withSession(exchange, reply);
    }
  }

  private handle(exchange: Exchange): Reply | Promise<Reply> {
    const { path } = exchange;
    if (path === '/v2' || path.startsWith('/v2/')) return registryReply(this.world, exchange);
    if (path === '/service/token') {
      if (exchange.method !== 'GET') throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
      return tokenReply(this.world, exchange);
    }
    const inner = /^\/api\/v2\.0(\/.*)$/.exec(path)?.[1];
    if (inner === undefined) throw new HarborError('NOT_FOUND', `path ${path} was not found`);
    return this.router.find(exchange, inner)(exchange);
  }

  private requireWritable({ method, path }: Exchange): void {
    const isWrite = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
    if (isWrite && this.world.database.configuration.read_only === true && !READ_ONLY_EXEMPT.test(path)) {
      throw new HarborError('DENIED', 'The system is in read only mode. Any modification is prohibited.');
    }
  }
}

/** A fresh Harbor: the admin, the user no one can be, and the public project `library`. */
function seed(world: World, adminPassword: string): void {
  const admin = addUser(
    world,
    { username: 'admin', email: '', realname: 'system admin', comment: 'admin user' },
    adminPassword,
    { isSystemAdmin: true },
  );
  addUser(
    world,
    { username: 'anonymous', email: 'anonymous@example.com', realname: 'anonymous user', comment: '' },
    randomUUID(),
    { isDeleted: true },
  );
  addQuota(world, addProject(world, 'library', admin, { public: 'true' }).id, -1);
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox Harbor has no port');
  return address.port;
}

const sessionOf = (exchange: Exchange): boolean => /(^|;\s*)sid=/.test(exchange.headers.cookie ?? '');

/** A write that carries a session cookie needs a CSRF token, which no API client has. */
function requireNoCookie(exchange: Exchange): void {
  const { method } = exchange;
  if (!sessionOf(exchange) || method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
  throw new HarborError('FORBIDDEN', 'CSRF token not found in request', {
    headers: {
      'x-harbor-csrf-token': Buffer.from(randomUUID()).toString('base64'),
      'set-cookie': `_gorilla_csrf=${randomUUID()}; Path=/; HttpOnly`,
    },
  });
}

/** Every request without the cookie is given one, and leaves a session behind. */
function withSession(exchange: Exchange, reply: Reply): Reply {
  if (sessionOf(exchange)) return reply;
  const cookie = `sid=${randomUUID().replaceAll('-', '')}; Path=/; HttpOnly`;
  return { ...reply, headers: { ...reply.headers, 'set-cookie': cookie } };
}
