import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import nock from 'nock';
import { HarborClient } from '../../src/harbor/harbor.client';

export const VERSIONS = ['2.15.2', '2.12.4', '2.9.5'] as const;
export type HarborVersion = (typeof VERSIONS)[number];

const URL_OF_HARBOR = 'http://harbor.test';

export interface Exchange {
  section: string;
  name: string;
  request: { method: string; path: string; body?: unknown };
  response: { status: number; headers: Record<string, string>; body?: unknown };
}

/** A recorded Harbor, exchange by exchange; the names are unique in a recording. */
export class Recording {
  private readonly exchanges = new Map<string, Exchange>();

  constructor(readonly version: HarborVersion) {
    const file = join(__dirname, 'recordings', `harbor-${version}.json`);
    const { sections } = JSON.parse(readFileSync(file, 'utf8')) as { sections: Record<string, Exchange[]> };
    for (const [section, recorded] of Object.entries(sections)) {
      // Pushes by skopeo have no request of their own.
      for (const exchange of recorded.filter((each) => 'response' in each)) {
        this.exchanges.set(exchange.name, { ...exchange, section });
      }
    }
  }

  has(name: string): boolean {
    return this.exchanges.has(name);
  }

  get(name: string): Exchange {
    const exchange = this.exchanges.get(name);
    if (exchange === undefined) throw new Error(`Harbor ${this.version} has no recorded exchange "${name}"`);
    return exchange;
  }

  /** The recorded reply's body, as the test knows it to be. */
  body<T>(name: string): T {
    return this.get(name).response.body as T;
  }
}

export interface Sent {
  query: URLSearchParams;
  body: unknown;
}

/** Answers the recorded reply once to a request of the recorded method and path; anything else sent fails. */
export function replay({ request, response }: Exchange): Sent {
  const sent: Sent = { query: new URLSearchParams(), body: undefined };
  const [recordedPath] = request.path.split('?');
  const samePath = (uri: string): boolean => uri.split('?')[0] === recordedPath;
  const { 'content-type': contentType, ...headers } = response.headers;
  nock(URL_OF_HARBOR)
    .intercept(samePath, request.method)
    .reply((uri, body) => {
      sent.query = new URL(uri, URL_OF_HARBOR).searchParams;
      sent.body = body;
      const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.body ?? '');
      return [
        response.status,
        text,
        { ...headers, ...(contentType === undefined ? {} : { 'content-type': contentType }) },
      ];
    });
  return sent;
}

export function clientOfRecordings(): HarborClient {
  return new HarborClient({
    harbor: {
      url: URL_OF_HARBOR,
      username: 'admin',
      password: 'Harbor12345',
      ca: null,
      deadlineMs: 2000,
      maxResponseBytes: 1_000_000,
    },
  });
}
