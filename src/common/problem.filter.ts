import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DomainError } from './errors';
import { failureOf, PROBLEM_MEDIA_TYPE, toProblem } from './problem';
import { problemContextOf } from './problem-context';

/** The one way out for everything that is thrown: problem details in the caller's language. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** `recognise` turns errors that common does not know, such as the database driver's, into DomainErrors. */
  constructor(
    private readonly bodyLimitBytes: number,
    private readonly recognise: (error: unknown) => DomainError | null,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also used where Fastify refuses a request before Nest sees it. */
  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const context = problemContextOf(request, this.bodyLimitBytes);
    const failure = failureOf(this.recognise(error) ?? error, context);
    request.notes.code = failure.code;
    if (failure.status >= 500) request.notes.error = error;

    void reply
      .code(failure.status)
      .type(PROBLEM_MEDIA_TYPE)
      .header('content-language', context.language)
      .header('vary', 'Accept-Language')
      .header('cache-control', 'no-store');
    if (failure.status === 401) void reply.header('www-authenticate', 'Bearer');
    if (failure.retryAfterSeconds !== undefined) {
      void reply.header('retry-after', String(Math.ceil(failure.retryAfterSeconds)));
    }
    void reply.send(JSON.stringify(toProblem(failure, context)));
  }
}
