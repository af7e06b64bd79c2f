import { HttpException } from '@nestjs/common';
import { DomainError, STATUS_BY_KIND, type FieldError } from './errors';
import type { MessageCode, MessageParams } from './messages.en';
import { messageFor, type Language } from './messages';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457 problem details, as every error of Berth is answered. */
export interface Problem {
  /** Stable; the same for every problem with this code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  code: MessageCode;
  params: MessageParams;
  /** The path that was asked for, without its query. */
  instance: string;
  requestId: string;
  errors?: ProblemField[];
}

export interface ProblemField {
  /** A JSON pointer into the body, or `?name` for a query parameter. */
  pointer: string;
  code: MessageCode;
  detail: string;
}

export interface ProblemContext {
  language: Language;
  instance: string;
  requestId: string;
  method: string;
  bodyLimitBytes: number;
}

/** What went wrong, before it is told in a language. */
export interface Failure {
  status: number;
  code: MessageCode;
  params: MessageParams;
  errors: readonly FieldError[];
  retryAfterSeconds?: number;
}

export function problemType(code: MessageCode): string {
  return `urn:berth:problem:${code}`;
}

/** Reads any thrown value: a DomainError, an exception of the framework, or what nobody expected (500). */
export function failureOf(error: unknown, context: ProblemContext): Failure {
  if (error instanceof DomainError) {
    return {
      status: STATUS_BY_KIND[error.kind],
      code: error.code,
      params: error.params,
      errors: error.errors ?? [],
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    };
  }
  if (error instanceof HttpException) return frameworkFailure(error, context);
  return { status: 500, code: 'request.failed', params: {}, errors: [] };
}

export function toProblem(failure: Failure, context: ProblemContext): Problem {
  const { title, detail } = messageFor(failure.code, failure.params, context.language);
  return {
    type: problemType(failure.code),
    title,
    status: failure.status,
    detail,
    code: failure.code,
    params: failure.params,
    instance: context.instance,
    requestId: context.requestId,
    ...(failure.errors.length === 0 ? {} : { errors: failure.errors.map((each) => toField(each, context)) }),
  };
}

function toField(error: FieldError, context: ProblemContext): ProblemField {
  const { detail } = messageFor(error.code, error.params ?? {}, context.language);
  return { pointer: error.pointer, code: error.code, detail };
}

/** What Nest and Fastify themselves refuse, before any of our code ran. */
function frameworkFailure(error: HttpException, context: ProblemContext): Failure {
  const status = error.getStatus();
  const failure = (code: MessageCode, params: MessageParams = {}): Failure => ({
    status,
    code,
    params,
    errors: [],
  });
  switch (status) {
    case 404:
      return failure('request.not-found');
    case 413:
      return failure('request.too-large', { limitBytes: context.bodyLimitBytes });
    case 415:
      return failure('request.media-type');
    default:
      return status < 500
        ? failure('request.malformed', { reason: `${error.message}.` })
        : { status: 500, code: 'request.failed', params: {}, errors: [] };
  }
}
