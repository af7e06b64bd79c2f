import {
  applyDecorators,
  Inject,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import '../auth/current-caller.decorator';
import { DomainError } from '../common/errors';
import { ApiProblem } from '../common/openapi-problem';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Throttle } from './throttle';

const HOUR_MS = 60 * 60 * 1000;

/** Every try counts, also one that is refused later. Programs with a service token are not people, and not limited. */
@Injectable()
export class CredentialActionGuard implements CanActivate {
  constructor(
    private readonly throttle: Throttle,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    if (caller?.kind !== 'person') return true;
    const perHour = this.config.throttle.credentialsPerHour;
    const key = `credentials ${caller.personId}`;
    const admission = await this.throttle.admit({ key, tries: perHour, windowMs: HOUR_MS });
    if (admission.admitted) return true;
    const waitSeconds = Math.ceil(admission.waitMs / 1000);
    throw new DomainError(
      'too-many',
      'account.too-many-credentials',
      { perHour, waitSeconds },
      { retryAfterSeconds: waitSeconds },
    );
  }
}

/** For a route that gives out or exchanges a secret: a person may use all such routes together so often in an hour. */
export function CredentialAction(): MethodDecorator {
  return applyDecorators(
    UseGuards(CredentialActionGuard),
    ApiProblem('too-many', 'account.too-many-credentials'),
  );
}
