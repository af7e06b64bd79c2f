import { DomainError } from '../common/errors';

/** One call of Harbor's API: the method, and the path as `openapi/harbor.yaml` has it, without names or ids. */
export interface HarborCall {
  method: 'get' | 'head' | 'post' | 'put' | 'delete';
  path: string;
}

/**
 * What operators learn of a failed call, and the only cause that leaves this folder: an error of the HTTP client
 * would carry the Authorization header.
 */
export class HarborCallError extends Error {
  readonly method: string;
  readonly path: string;

  /**
   * @param status Harbor's, or null when there was no reply
   * @param why a code of Harbor's or of Node's network layer, or words of ours; nothing that was sent
   */
  constructor(
    call: HarborCall,
    readonly status: number | null,
    readonly why: string,
  ) {
    super(`${call.method.toUpperCase()} ${call.path}: ${status === null ? '' : `${status} `}${why}`);
    this.name = 'HarborCallError';
    this.method = call.method;
    this.path = call.path;
  }
}

/** Outages are told with a time after which asking again makes sense. */
const RETRY_AFTER_SECONDS = 5;

export function rejected(call: HarborCall, status: number | null, why: string): DomainError {
  return new DomainError(
    'upstream-rejected',
    'harbor.rejected',
    {},
    { cause: new HarborCallError(call, status, why) },
  );
}

/** Callers take it for "unknown": Harbor answers 401 to right credentials while its database is away. */
export function unauthorized(call: HarborCall): DomainError {
  const cause = new HarborCallError(call, 401, 'credentials not accepted');
  return new DomainError('upstream-rejected', 'harbor.unauthorized', {}, { cause });
}

export function unavailable(
  call: HarborCall,
  status: number | null,
  why: string,
  retryAfterSeconds = RETRY_AFTER_SECONDS,
): DomainError {
  const cause = new HarborCallError(call, status, why);
  return new DomainError('upstream-unavailable', 'harbor.unavailable', {}, { cause, retryAfterSeconds });
}

export function readOnly(call: HarborCall): DomainError {
  const cause = new HarborCallError(call, 403, 'read-only mode');
  return new DomainError('upstream-unavailable', 'harbor.read-only', {}, { cause, retryAfterSeconds: 60 });
}

export function timedOut(call: HarborCall): DomainError {
  const cause = new HarborCallError(call, null, 'no answer within the deadline');
  return new DomainError(
    'upstream-timeout',
    'harbor.timeout',
    {},
    { cause, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}

/** What the caller had just observed (a project, a user) is not there any more. */
export function changedMeanwhile(call: HarborCall, status: number, why: string): DomainError {
  return new DomainError('conflict', 'harbor.changed', {}, { cause: new HarborCallError(call, status, why) });
}
