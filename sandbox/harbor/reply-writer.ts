import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { HarborError, internalError } from './errors';
import { WITH_CHARSET } from './exchange';
import type { Exchange, Reply } from './exchange';
import type { BlobStore } from './store';

export const errorReply = (error: HarborError): Reply => ({
  status: error.status,
  json: error.body(),
  headers: error.options.headers,
  contentType: WITH_CHARSET,
});

/** Every 5xx of Harbor has this body. */
export const maskedAs = (status: number): Reply => ({
  status,
  json: internalError().body(),
  contentType: WITH_CHARSET,
});

/** Writes the answer out; a blob is streamed. */
export async function sendReply(
  response: ServerResponse,
  exchange: Exchange,
  reply: Reply,
  blobs: BlobStore,
): Promise<void> {
  const hasBody = exchange.method !== 'HEAD' && reply.status !== 304 && reply.status !== 204;
  const bytes =
    reply.bytes ?? (reply.json === undefined ? undefined : Buffer.from(JSON.stringify(reply.json)));
  const contentType = reply.contentType ?? (reply.json === undefined ? undefined : 'application/json');
  const headers: Record<string, string> = {
    'x-request-id': exchange.requestId,
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(bytes ? { 'content-length': String(bytes.length) } : {}),
    ...(bytes || reply.blob || reply.status === 304 || reply.status === 204 ? {} : { 'content-length': '0' }),
    ...reply.headers,
  };
  response.writeHead(reply.status, headers);
  // A refused upload is not read to its end: the connection must not carry the rest into the next request.
  if (!exchange.request.readableEnded && reply.status >= 400) exchange.request.resume();
  if (hasBody && reply.blob !== undefined) await pipeline(blobs.stream(reply.blob), response);
  else response.end(hasBody ? bytes : undefined);
}
