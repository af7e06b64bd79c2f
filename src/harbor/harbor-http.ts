import { setTimeout as sleep } from 'node:timers/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, isAxiosError } from 'axios';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhenResult,
} from 'cockatiel';
import type { HarborConfig } from '../config/config';
import { Metrics } from '../metrics/metrics';
import type { HarborCall } from './harbor-call-error';
import { HarborMetrics } from './harbor-metrics';
import type { Wire } from './harbor-reply';
import { RetryBudget } from './retry-budget';
import { SessionCookie } from './session-cookie';

export interface WireRequest {
  call: HarborCall;
  /** Path and query behind `/api/v2.0`, or of the registry's own `/v2/…`, already encoded. */
  address: string;
  body?: unknown;
  /** Of the registry's own protocol: in place of JSON in and out. */
  registry?: { accept: string; contentType?: string };
}

const FAILURES_UNTIL_OPEN = 10;
/** How long a call waits for the answer whether a Harbor that was down is back. */
const PROBE_PATIENCE_MS = 40;
const PROBE_MS = 2_000;
const PROBE: WireRequest = { call: { method: 'get', path: '/systeminfo' }, address: '/systeminfo' };
const SOCKETS = 64;
/** Shorter than servers and proxies keep an idle connection, so that a write seldom meets a closed one. */
const IDLE_SOCKET_MS = 4000;

const NOT_ASKED: Wire = { ended: 'breaker-open', code: '' };

/**
 * One attempt at a time over the wire: the connections, the credentials, the bounds and the breaker. Nothing of the
 * HTTP client's errors, which carry the Authorization header, leaves this class.
 */
export class HarborHttp {
  readonly retryBudget = new RetryBudget();
  /** Of one operation, where its caller sets none. */
  readonly deadlineMs: number;
  private readonly cookie = new SessionCookie();
  private readonly breaker: CircuitBreakerPolicy;
  private readonly axios: AxiosInstance;
  private readonly agents: { httpAgent: HttpAgent; httpsAgent: HttpsAgent };
  private readonly url: string;
  private readonly apiUrl: string;
  private readonly metrics: HarborMetrics;
  /** Those that run: when Harbor is found to be down, they wait no longer. */
  private readonly reads = new Set<AbortController>();
  private probing: Promise<void> | null = null;

  constructor(config: HarborConfig, metrics = new Metrics()) {
    this.deadlineMs = config.deadlineMs;
    this.metrics = new HarborMetrics(metrics);
    this.url = config.url;
    this.apiUrl = `${config.url}/api/v2.0`;
    const connections = { keepAlive: true, maxSockets: SOCKETS, timeout: IDLE_SOCKET_MS };
    this.agents = {
      httpAgent: new HttpAgent(connections),
      httpsAgent: new HttpsAgent({ ...connections, ca: config.ca ?? undefined }),
    };
    this.axios = axios.create({
      ...this.agents,
      adapter: 'http',
      maxRedirects: 0,
      proxy: false,
      maxContentLength: config.maxResponseBytes,
      responseType: 'arraybuffer',
      transformResponse: (bytes: unknown) => bytes,
      validateStatus: () => true,
      headers: {
        Accept: 'application/json',
        Authorization: `Basic ${Buffer.from(`${config.username}:${config.password}`).toString('base64')}`,
        'User-Agent': 'berth',
        // Else a project whose name is all digits would be taken for an id.
        'X-Is-Resource-Name': 'true',
      },
    });
    this.breaker = circuitBreaker(
      handleWhenResult((wire) => isOutage(wire)),
      {
        breaker: new ConsecutiveBreaker(FAILURES_UNTIL_OPEN),
        halfOpenAfter: new ExponentialBackoff({ initialDelay: 500, maxDelay: 10_000 }),
      },
    );
    this.breaker.onStateChange((state) => {
      this.metrics.setBreakerOpen(state !== CircuitState.Closed);
      if (state === CircuitState.Open) for (const read of this.reads) read.abort();
    });
  }

  /** Never throws for what Harbor or the network did. While the breaker is open, nothing is sent but its probe. */
  async send(request: WireRequest, deadline: AbortSignal): Promise<Wire> {
    if (deadline.aborted) return { ended: 'deadline', code: '' };
    if (this.breaker.state !== CircuitState.Closed && !(await this.isBack())) return NOT_ASKED;
    try {
      return await this.breaker.execute(async () => this.measured(request, deadline));
    } catch (error) {
      if (error instanceof BrokenCircuitError) return NOT_ASKED;
      throw error;
    }
  }

  /** Asks beside the calls whether Harbor is back, when that is due: no call waits for one that is not. */
  private async isBack(): Promise<boolean> {
    this.probing ??= this.probe().finally(() => {
      this.probing = null;
    });
    await Promise.race([this.probing, sleep(PROBE_PATIENCE_MS, undefined, { ref: false })]);
    return this.breaker.state === CircuitState.Closed;
  }

  private async probe(): Promise<void> {
    try {
      await this.breaker.execute(async () => this.measured(PROBE, AbortSignal.timeout(PROBE_MS)));
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
    }
  }

  /** Ends idle connections; the client can be used no more. */
  close(): void {
    this.agents.httpAgent.destroy();
    this.agents.httpsAgent.destroy();
  }

  private async measured(request: WireRequest, deadline: AbortSignal): Promise<Wire> {
    const startedAt = performance.now();
    const wire = await this.attempt(request, deadline);
    this.metrics.attempted(request.call, wire, (performance.now() - startedAt) / 1000);
    return wire;
  }

  private async attempt(request: WireRequest, deadline: AbortSignal): Promise<Wire> {
    const { call, address, body, registry } = request;
    const reads = call.method === 'get' || call.method === 'head';
    const ending = new AbortController();
    const end = (): void => ending.abort();
    deadline.addEventListener('abort', end, { once: true });
    if (reads) this.reads.add(ending);
    const sid = reads ? this.cookie.header : null;
    try {
      const reply = await this.axios.request<Buffer>({
        method: call.method,
        baseURL: registry === undefined ? this.apiUrl : this.url,
        url: address,
        data: body,
        signal: ending.signal,
        headers: { ...(sid === null ? {} : { Cookie: sid }), ...registryHeaders(request) },
      });
      if (reads) this.cookie.keep(reply.headers['set-cookie'] ?? []);
      const headers = new Map<string, string>();
      for (const [name, value] of Object.entries(reply.headers)) {
        if (typeof value === 'string') headers.set(name.toLowerCase(), value);
      }
      return { status: reply.status, headers, bytes: reply.data, text: reply.data.toString('utf8') };
    } catch (error) {
      if (ending.signal.aborted && !deadline.aborted) return NOT_ASKED;
      return withoutReply(error, deadline);
    } finally {
      this.reads.delete(ending);
      deadline.removeEventListener('abort', end);
    }
  }
}

function registryHeaders({ registry }: WireRequest): Record<string, string> {
  if (registry === undefined) return {};
  const { accept, contentType } = registry;
  return { Accept: accept, ...(contentType === undefined ? {} : { 'Content-Type': contentType }) };
}

/** Only what says that Harbor is not there; a refusal or a wrong answer closes the breaker. */
function isOutage(wire: unknown): boolean {
  if (typeof wire !== 'object' || wire === null) return false;
  if ('ended' in wire)
    return wire.ended === 'connection' || wire.ended === 'deadline' || wire.ended === 'certificate';
  return 'status' in wire && typeof wire.status === 'number' && wire.status >= 500;
}

function withoutReply(error: unknown, deadline: AbortSignal): Wire {
  if (deadline.aborted) return { ended: 'deadline', code: '' };
  if (!isAxiosError(error)) throw new Error('the HTTP client failed');
  // The same axios code (ERR_BAD_RESPONSE) also stands for a connection that broke in the middle.
  if (error.message.startsWith('maxContentLength')) return { ended: 'too-large', code: '' };
  const code = /^[A-Z][A-Z0-9_]{1,60}$/.exec(error.code ?? '')?.[0] ?? 'no reply';
  if (/CERT|SIGNATURE|ISSUER|^EPROTO$|^ERR_(TLS|SSL)/.test(code)) return { ended: 'certificate', code };
  return { ended: 'connection', code };
}
