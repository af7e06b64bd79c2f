import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Throttle, type Attempt } from '../throttle/throttle';
import { addressKey } from './address-key';
import { usernameKey } from './username-key';

/** Keeps guessing below the directory's own lockout, so that nobody is locked out there by a stranger's tries. */
@Injectable()
export class LoginThrottle {
  constructor(
    private readonly throttle: Throttle,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Before the directory is asked. Every spelling of a username is one, whether anybody has it or not.
   * @throws DomainError too-many `auth.too-many-tries`
   */
  async admit(username: string, address: string): Promise<Attempt> {
    const { loginTries, loginTriesPerAddress, loginWindowMs: windowMs } = this.config.throttle;
    const admission = await this.throttle.admit(
      { key: `login of ${foldedName(username)}`, tries: loginTries, windowMs },
      { key: `login from ${addressKey(address)}`, tries: loginTriesPerAddress, windowMs },
    );
    if (admission.admitted) return admission.attempt;
    const waitSeconds = Math.ceil(admission.waitMs / 1000);
    throw new DomainError(
      'too-many',
      'auth.too-many-tries',
      { waitSeconds },
      { retryAfterSeconds: waitSeconds },
    );
  }
}

/**
 * Coarser than the person's identity: directories also overlook spaces, invisible characters and some of them accents
 * (RFC 4518), and each spelling would have its own tries. That two people share a count does little harm.
 */
export function foldedName(username: string): string {
  return usernameKey(username)
    .normalize('NFKD')
    .replace(/[\p{M}\p{C}\p{Z}]/gu, '');
}
