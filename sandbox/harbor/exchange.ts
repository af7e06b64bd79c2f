import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Caller } from './caller';
import { HarborError, unprocessable } from './errors';
import { Body } from './body';

/** What a handler sees of one request. */
export class Exchange {
  /** Segments that the route names, percent-decoded once. */
  params: Record<string, string> = {};
  caller: Caller = { kind: 'anonymous' };
  private read: Promise<Buffer> | undefined;

  constructor(
    readonly request: IncomingMessage,
    readonly requestId: string,
  ) {}

  get method(): string {
    return this.request.method ?? 'GET';
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  /** As sent, still encoded, without the query. */
  get path(): string {
    return (this.request.url ?? '/').split('?', 1)[0] ?? '/';
  }

  get query(): URLSearchParams {
    const url = this.request.url ?? '/';
    const mark = url.indexOf('?');
    return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  }

  /** The base of links back to this server, as the client reached it. */
  get base(): string {
    return `http://${this.headers.host ?? '127.0.0.1'}`;
  }

  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`the route has no {${name}}`);
    return value;
  }

  /** An id of the path. Harbor's router answers what is no number with 422. */
  id(name: string): number {
    const text = this.param(name);
    if (!/^-?\d+$/.test(text)) throw unprocessable(`${name} in path must be of type int64: "${text}"`);
    return Number(text);
  }

  flag(name: string, whenAbsent = false): boolean {
    const value = this.query.get(name);
    return value === null ? whenAbsent : value === 'true' || value === '1';
  }

  /** The whole body, at most 32 MiB: only manifests and JSON are read this way, layers are streamed. */
  bytes(): Promise<Buffer> {
    this.read ??= this.collect();
    return this.read;
  }

  private async collect(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.request) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > 32 << 20) throw new HarborError('REQUEST_ENTITY_TOO_LARGE', 'request entity too large');
      chunks.push(bytes);
    }
    return Buffer.concat(chunks);
  }

  /** The JSON body; `name` is the operation's body parameter, which Harbor's 422 names. */
  async json(name: string): Promise<Body> {
    const text = (await this.bytes()).toString('utf8');
    if (text.trim() === '') throw unprocessable(`${name} in body is required`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const reason =
        error instanceof Error && /end of JSON input|Unterminated|Expected property name/.test(error.message);
      throw unprocessable(
        `parsing ${name} body from "" failed, because ${reason ? 'unexpected EOF' : 'invalid character in JSON'}`,
      );
    }
    return Body.of(value, name);
  }
}

/** An answer. A `json` of undefined means an empty body; `bytes` go out as they are. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  json?: unknown;
  bytes?: Buffer;
  /** A blob of the store, streamed. */
  blob?: string;
  contentType?: string;
}

/** Core's own replies say the charset, those of its API layer do not. */
export const WITH_CHARSET = 'application/json; charset=utf-8';

export const ok = (json?: unknown, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  json,
  headers,
});
export const created = (location: string, json?: unknown): Reply => ({
  status: 201,
  headers: { location },
  json,
});
