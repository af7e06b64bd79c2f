import type { ServerResponse } from 'node:http';
import { internalError } from './errors';
import { WITH_CHARSET } from './exchange';
import type { Fault } from './faults';

/** Whether the fault comes in place of an answer, with nothing applied. */
export const isInPlace = (fault: Fault): boolean =>
  fault.kind !== 'drop-after' && fault.kind !== 'status-after';

/** Answers wrongly, without having applied anything. */
export function replyWrongly(response: ServerResponse, fault: Fault): void {
  const json = { 'content-type': 'application/json' };
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status ?? 500, { 'content-type': WITH_CHARSET, ...fault.headers });
      response.end(JSON.stringify(internalError().body()));
      return;
    case 'drop':
      response.destroy();
      return;
    case 'hang':
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><html><body><h1>Please log in</h1></body></html>');
      return;
    case 'truncated':
      response.writeHead(200, { ...json, connection: 'close' });
      response.end('[{"id": 1, "name": "hal');
      return;
    case 'huge':
      response.writeHead(200, json);
      writeHuge(response, 50);
      return;
    case 'redirect':
      response.writeHead(302, { location: 'http://elsewhere.example.com/', ...fault.headers });
      response.end();
      return;
    case 'wrong-types':
      response.writeHead(200, json);
      response.end(
        JSON.stringify({ id: 'one', name: 7, project_id: null, metadata: 'none', tags: {}, digest: 12 }),
      );
      return;
    case 'latency':
    case 'drop-after':
    case 'status-after':
      throw new Error(`a fault of kind ${fault.kind} is no answer of its own`);
  }
}

/** One JSON string of this many megabytes, as fast as the reader takes it. */
function writeHuge(response: ServerResponse, megabytesLeft: number): void {
  if (response.destroyed) return;
  if (megabytesLeft === 0) {
    response.end('"]');
    return;
  }
  const chunk = `${megabytesLeft === 50 ? '["' : ''}${'x'.repeat(1 << 20)}`;
  response.write(chunk, () => writeHuge(response, megabytesLeft - 1));
}
