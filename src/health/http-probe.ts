import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface ProbeAnswer {
  status: number;
  contentType: string;
  /** The WWW-Authenticate header; empty when there is none. */
  challenge: string;
  /** The first 64 KiB. */
  body: string;
}

/** No answer came. `reason` is a code of Node's or OpenSSL's, or words of ours. */
export class ProbeFailure extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'ProbeFailure';
  }
}

const MAX_BODY_BYTES = 64 * 1024;

/**
 * One anonymous GET, without redirects, to see who answers at an address. Throws ProbeFailure.
 *
 * @param ca PEM of a private certificate authority, or null
 */
export async function probe(url: string, ca: string | null, timeoutMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { code?: string }): void =>
      reject(new ProbeFailure(error.code ?? error.message));
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const request = send(
      url,
      {
        agent: false,
        ca: ca ?? undefined,
        headers: { 'User-Agent': 'berth-doctor' },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        const done = (): void => {
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            challenge: response.headers['www-authenticate'] ?? '',
            body: Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'),
          });
          request.destroy();
        };
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          length += chunk.length;
          if (length >= MAX_BODY_BYTES) done();
        });
        response.on('end', done);
        response.on('error', fail);
      },
    );
    request.on('error', (error: Error & { code?: string }) =>
      error.name === 'AbortError' || error.name === 'TimeoutError'
        ? reject(new ProbeFailure(`no answer within ${timeoutMs} ms`))
        : fail(error),
    );
    request.end();
  });
}
