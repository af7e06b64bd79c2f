import type { MessageCode, MessageParams } from './messages.en';

/**
 * Every way a request can end badly, with its HTTP status.
 * A kind that is missing here does not compile.
 */
export const STATUS_BY_KIND = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  stale: 412,
  invalid: 422,
  'too-many': 429,
  'upstream-rejected': 502,
  'upstream-unavailable': 503,
  'upstream-timeout': 504,
} as const satisfies Record<string, number>;

export type ErrorKind = keyof typeof STATUS_BY_KIND;

/** One bad field of a request: `pointer` is a JSON pointer into the body, or `?name` for a query parameter. */
export interface FieldError {
  pointer: string;
  code: MessageCode;
  params?: MessageParams;
}

export interface DomainErrorOptions {
  cause?: unknown;
  /** Seconds after which asking again makes sense; answered as Retry-After. */
  retryAfterSeconds?: number;
  errors?: FieldError[];
}

/**
 * The one error that services and ports throw. `code` is stable and public; its texts are in `messages.en.ts`
 * and `messages.zh.ts`, made at the edge. `params` are shown to people: never a secret.
 */
export class DomainError extends Error {
  readonly retryAfterSeconds?: number;
  readonly errors?: FieldError[];

  constructor(
    readonly kind: ErrorKind,
    readonly code: MessageCode,
    readonly params: MessageParams = {},
    options: DomainErrorOptions = {},
  ) {
    super(`${kind}: ${code}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DomainError';
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
  }
}

export function isDomainError(error: unknown, ...kinds: ErrorKind[]): error is DomainError {
  return error instanceof DomainError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Did Harbor, the directory or the database fail to give an answer, so that nothing was learned? */
export function isOutage(error: unknown): error is DomainError {
  return isDomainError(error, 'upstream-unavailable', 'upstream-timeout', 'upstream-rejected');
}

/** Ends an exhaustive switch: a new member of the union does not compile until it is handled. */
export function assertUnreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
