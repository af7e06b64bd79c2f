import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller, PersonCaller, ServiceCaller } from './caller';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard on every route that is not public. */
    caller?: Caller;
  }
}

/** The Caller that the guard established. Not for public routes. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context),
);

/** The person who calls, or for whom the platform acts. Only for routes that are open to persons and admins alone. */
export const CurrentPerson = createParamDecorator((_: unknown, context: ExecutionContext): PersonCaller => {
  const caller = callerOf(context);
  if (caller.kind !== 'person') throw new Error(`a route for persons let a ${caller.kind} in`);
  return caller;
});

/** The program that calls with its service token. Only for routes that are open to schedulers and platforms alone. */
export const CurrentService = createParamDecorator((_: unknown, context: ExecutionContext): ServiceCaller => {
  const caller = callerOf(context);
  if (caller.kind === 'person') throw new Error('a route for programs let a person in');
  return caller;
});

function callerOf(context: ExecutionContext): Caller {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (caller === undefined) throw new Error('a public route asked for its caller');
  return caller;
}
