import type { IncomingMessage } from 'node:http';
import { DomainError } from '../common/errors';

export const ACT_FOR_HEADER = 'x-berth-act-for';

/**
 * The username in X-Berth-Act-For; null without the header. Throws `auth.act-for-forbidden` when it is there twice
 * or empty: what stands between may read another one of two than Berth does.
 */
export function actForName(request: Pick<IncomingMessage, 'headers' | 'headersDistinct'>): string | null {
  if (request.headers[ACT_FOR_HEADER] === undefined) return null;
  const [username, second] = request.headersDistinct[ACT_FOR_HEADER] ?? [];
  if (username === undefined || username === '' || second !== undefined) {
    throw new DomainError('forbidden', 'auth.act-for-forbidden');
  }
  return Buffer.from(username, 'latin1').toString('utf8');
}
