import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../common/errors';
import type { DirectoryEntry } from '../directory/directory';
import { Authentication } from './authentication';
import { LoginFailuresService } from './login-failures.service';
import { LoginThrottle } from './login-throttle';
import { SessionsService, type IssuedSession } from './sessions.service';

/** Logins by the directory's password. */
@Injectable()
export class LoginsService {
  constructor(
    private readonly throttle: LoginThrottle,
    private readonly authentication: Authentication,
    private readonly failures: LoginFailuresService,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * Starts a session for the person of the request's body. A failed login counts against the username and the
   * address; a right password takes the username's count back.
   * @throws DomainError unauthenticated `auth.login-failed`; too-many `auth.too-many-tries`; conflict
   *   `auth.identity-conflict`; upstream-unavailable `directory.unavailable`
   */
  async login(request: FastifyRequest, username: string): Promise<IssuedSession> {
    const attempt = await this.throttle.admit(username, request.ip);
    let entry: DirectoryEntry | null;
    try {
      entry = await this.authentication.login(request);
    } catch (error) {
      await attempt.withdraw();
      throw error;
    }
    if (entry === null) {
      await this.failures.count(username);
      throw new DomainError('unauthenticated', 'auth.login-failed');
    }
    await attempt.forgive();
    return this.sessions.begin(entry);
  }
}
