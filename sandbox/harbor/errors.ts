/** Every error code this Harbor answers with, and its status (src/lib/http/error.go; the registry's own codes too). */
export const STATUS_OF_CODE = {
  BAD_REQUEST: 400,
  DIGEST_INVALID: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  UNSUPPORTED: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  DENIED: 403,
  NOT_FOUND: 404,
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_UNKNOWN: 404,
  MANIFEST_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PRECONDITION: 412,
  PROJECTPOLICYVIOLATION: 412,
  VIOLATE_FOREIGN_KEY_CONSTRAINT: 412,
  REQUEST_ENTITY_TOO_LARGE: 413,
  RANGE_INVALID: 416,
  UNPROCESSABLE_ENTITY: 422,
  TOO_MANY_REQUEST: 429,
  UNKNOWN: 500,
} as const;

export type ErrorCode = keyof typeof STATUS_OF_CODE;

/** An answer that is an error: `{"errors":[{code, message}]}` under the status of its code. */
export class HarborError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly options: { detail?: unknown; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = STATUS_OF_CODE[code];
  }

  body(): unknown {
    const { detail } = this.options;
    return {
      errors: [{ code: this.code, message: this.message, ...(detail === undefined ? {} : { detail }) }],
    };
  }
}

export const badRequest = (message: string): HarborError => new HarborError('BAD_REQUEST', message);
export const conflict = (message: string): HarborError => new HarborError('CONFLICT', message);
export const forbidden = (message = 'forbidden'): HarborError => new HarborError('FORBIDDEN', message);
export const notFound = (message: string): HarborError => new HarborError('NOT_FOUND', message);
export const precondition = (message: string): HarborError => new HarborError('PRECONDITION', message);
export const unauthorized = (): HarborError => new HarborError('UNAUTHORIZED', 'unauthorized');

/** What Harbor's request validation (go-swagger) answers before any handler runs, permissions included. */
export const unprocessable = (message: string): HarborError =>
  new HarborError('UNPROCESSABLE_ENTITY', `validation failure list:\n${message}`);

/** Every 5xx is masked by Harbor. */
export const internalError = (): HarborError => new HarborError('UNKNOWN', 'internal server error');
