import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { FewAtOnce } from '../common/few-at-once';
import { LookupPressure } from '../common/lookup-pressure';
import { DomainError, isDomainError, isOutage } from '../common/errors';
import type { DirectoryEntry } from '../directory/directory';
import { Metrics } from '../metrics/metrics';
import type { Attempt } from '../throttle/throttle';
import { Authentication } from './authentication';
import { LoginFailuresService } from './login-failures.service';
import { LoginThrottle } from './login-throttle';
import { SessionsService, type IssuedSession } from './sessions.service';

/** More than people of one site ever need, and few enough that lookups go on beside a flood of them. */
const LOGINS_AT_ONCE = 8;
const LOGINS_WAITING = 256;
/**
 * A refusal is not told sooner, and a wrong password keeps its turn meanwhile: whoever guesses as fast as he is
 * answered costs little. No more than so many wait for theirs.
 */
const REFUSED_AFTER_MS = 150;
const REFUSED_WAITING = 1_000;

/** Logins by the directory's password. */
@Injectable()
export class LoginsService {
  private readonly failed;
  private readonly turns: FewAtOnce;
  private refusedWaiting = 0;

  constructor(
    private readonly throttle: LoginThrottle,
    private readonly authentication: Authentication,
    private readonly failures: LoginFailuresService,
    private readonly sessions: SessionsService,
    lookups: LookupPressure,
    metrics: Metrics,
  ) {
    this.turns = new FewAtOnce(LOGINS_AT_ONCE, LOGINS_WAITING, lookups);
    this.failed = metrics.counter({
      name: 'berth_login_failures_total',
      help: 'Logins that were refused: wrong username or password, too many tries, or the directory was away',
      labels: ['reason'],
    });
  }

  /**
   * Starts a session for the person of the request's body. A failed login counts against the username and the
   * address; a right password takes the username's count back.
   * @throws DomainError unauthenticated `auth.login-failed`; too-many `auth.too-many-tries`, `request.busy`; conflict
   *   `auth.identity-conflict`; upstream-unavailable `directory.unavailable`
   */
  async login(request: FastifyRequest, username: string): Promise<IssuedSession> {
    try {
      return await this.loginNow(request, username);
    } catch (error) {
      if (isDomainError(error, 'too-many')) await this.refuseSlowly();
      throw error;
    }
  }

  private async loginNow(request: FastifyRequest, username: string): Promise<IssuedSession> {
    const attempt = await this.admit(username, request.ip);
    let entry: DirectoryEntry | null;
    try {
      entry = await this.turns.run(async () => {
        const found = await this.authentication.login(request);
        if (found === null) await sleep(REFUSED_AFTER_MS);
        return found;
      });
    } catch (error) {
      await attempt.withdraw();
      if (isOutage(error)) this.failed.inc({ reason: 'directory-away' });
      throw error;
    }
    if (entry === null) {
      this.failed.inc({ reason: 'wrong' });
      await this.failures.count(username);
      throw new DomainError('unauthenticated', 'auth.login-failed');
    }
    await attempt.forgive();
    return this.sessions.begin(entry);
  }

  private async refuseSlowly(): Promise<void> {
    if (this.refusedWaiting >= REFUSED_WAITING) return;
    this.refusedWaiting += 1;
    await sleep(REFUSED_AFTER_MS);
    this.refusedWaiting -= 1;
  }

  private async admit(username: string, address: string): Promise<Attempt> {
    try {
      return await this.throttle.admit(username, address);
    } catch (error) {
      if (isDomainError(error, 'too-many')) this.failed.inc({ reason: 'throttled' });
      throw error;
    }
  }
}
