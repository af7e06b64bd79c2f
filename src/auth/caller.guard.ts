import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../common/errors';
import { actForName } from './act-for-header';
import { ActingService } from './acting.service';
import { isAllowed, labelOf } from './allowed';
import { OffboardedPersons } from './offboarded-persons';
import { Authentication } from './authentication';
import type { Caller } from './caller';
import './current-caller.decorator';
import { ACCESS, type Access } from './roles.decorator';

/** Establishes who calls, once for every request, and whether the route is open to them. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: Authentication,
    private readonly acting: ActingService,
    private readonly offboarded: OffboardedPersons,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'everybody') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.callerOf(request);
    request.caller = caller;
    request.notes.caller = labelOf(caller);
    if (access === undefined || !isAllowed(caller, access)) {
      throw new DomainError('forbidden', 'auth.forbidden', { role: (access ?? []).join(' / ') });
    }
    return true;
  }

  private async callerOf(request: FastifyRequest): Promise<Caller> {
    if (request.headers.authorization === undefined) {
      throw new DomainError('unauthenticated', 'auth.token-missing');
    }
    const caller = await this.authentication.callerByToken(request);
    if (caller === null) throw new DomainError('unauthenticated', 'auth.token-invalid');
    if (caller.kind === 'person' && (await this.offboarded.has(caller.personId))) {
      throw new DomainError('unauthenticated', 'auth.token-invalid');
    }
    const username = actForName(request.raw);
    if (username === null) return caller;
    if (caller.kind !== 'platform') throw new DomainError('forbidden', 'auth.act-for-forbidden');
    return this.acting.callerFor(username, caller.tokenName);
  }
}
