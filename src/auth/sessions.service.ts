import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, LessThan, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Directory, type DirectoryEntry } from '../directory/directory';
import { AccessTokens } from './access-tokens';
import { Offboarded } from './offboarded';
import type { PersonCaller } from './caller';
import type { Person } from './person.entity';
import { PersonsService } from './persons.service';
import { RefreshToken } from './refresh-token.entity';
import { secondUse } from './second-use';
import { hashOfToken, newSecretToken } from './secret-token';
import { Session, type SessionEnd } from './session.entity';

/** Ended sessions are kept this long, so that a late second use of a token still finds its family. */
const KEEP_ENDED_MS = 24 * 60 * 60 * 1000;

/** What a person gets at login and at each refresh. Both tokens are secrets and are shown in this answer only. */
export interface IssuedSession {
  accessToken: string;
  expiresInSeconds: number;
  refreshToken: string;
  refreshExpiresInSeconds: number;
  person: Person;
  isAdmin: boolean;
}

/** Sessions of people: a login starts one, refresh tokens carry it on, and it has a last day. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectRepository(RefreshToken) private readonly refreshTokens: Repository<RefreshToken>,
    @Inject(CONFIG) private readonly config: Config,
    private readonly persons: PersonsService,
    private readonly directory: Directory,
    private readonly accessTokens: AccessTokens,
    private readonly audit: AuditService,
    private readonly offboarded: Offboarded,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts a session for the person whom the directory just accepted; one who was offboarded because the directory
   * did not have them is back. Throws conflict `auth.identity-conflict`, forbidden `auth.offboarded`.
   */
  async begin(entry: DirectoryEntry): Promise<IssuedSession> {
    const person = await this.persons.recognise(entry);
    await this.offboarded.welcomeBack(person);
    const now = this.clock.now();
    const session: Pick<Session, 'id' | 'endsAt'> = {
      id: uuidv7(),
      endsAt: plusSeconds(now, this.config.auth.sessionMaxSeconds),
    };
    const refreshToken = await this.refreshTokens.manager.transaction(async (manager) => {
      await this.forgetEnded(manager, person.id, now);
      await manager.insert(Session, {
        ...session,
        personId: person.id,
        createdAt: now,
        revokedAt: null,
        revokedBecause: null,
      });
      const caller = callerOf(person, entry.isAdmin, session.id);
      await this.audit.record(manager, caller, 'session.begun', session.id);
      return this.addRefreshToken(manager, session, now);
    });
    return this.issued(person, entry.isAdmin, session.id, refreshToken, now);
  }

  /**
   * Exchanges a refresh token for a new one; the directory is asked about the person again. Throws
   * `auth.refresh-invalid`, and `directory.unavailable` with the token still good. Of two requests with one token
   * exactly one wins.
   */
  async refresh(secret: string): Promise<IssuedSession> {
    const now = this.clock.now();
    const token = await this.refreshTokens.findOne({
      where: { hash: hashOfToken(secret) },
      relations: { session: { person: true } },
    });
    if (token === null || token.session.revokedAt !== null) throw refreshInvalid();
    if (token.usedAt !== null) {
      if (secondUse(token.usedAt, now) === 'theft') await this.revokeUnasked(token.session, 'reuse');
      throw refreshInvalid();
    }
    if (token.endsAt <= now) throw refreshInvalid();

    const entry = await this.directory.findById(token.session.person.directoryId);
    if (entry === null || entry.isDisabled) {
      await this.revokeUnasked(token.session, 'person-gone');
      throw refreshInvalid();
    }
    const person = await this.persons.recognise(entry);
    if (person.offboardedAt !== null) throw refreshInvalid();
    const refreshToken = await this.exchange(token, now);
    return this.issued(person, entry.isAdmin, token.sessionId, refreshToken, now);
  }

  /** Ends the session; its access token lives on for its few minutes. Idempotent. */
  async end(caller: PersonCaller): Promise<void> {
    const { sessionId } = caller;
    if (sessionId === null) return;
    await this.revoke(sessionId, 'logout', (manager) =>
      this.audit.record(manager, caller, 'session.ended', sessionId),
    );
  }

  /** Nobody asked for it, and it matters to the person whose session it is. */
  private async revokeUnasked({ id, person }: Session, because: 'reuse' | 'person-gone'): Promise<void> {
    const action = because === 'reuse' ? 'session.reuse-detected' : 'session.person-gone';
    await this.revoke(id, because, (manager) => this.audit.record(manager, 'berth', action, id, person));
  }

  private async exchange(token: RefreshToken, now: Date): Promise<RefreshTokenSecret> {
    return this.refreshTokens.manager.transaction(async (manager) => {
      const { affected } = await manager.update(
        RefreshToken,
        { id: token.id, usedAt: IsNull() },
        { usedAt: now },
      );
      const session = await manager.findOneBy(Session, { id: token.sessionId, revokedAt: IsNull() });
      if (affected !== 1 || session === null) throw refreshInvalid();
      await manager.delete(RefreshToken, { sessionId: session.id, endsAt: LessThan(now) });
      return this.addRefreshToken(manager, session, now);
    });
  }

  private async addRefreshToken(
    manager: EntityManager,
    session: Pick<Session, 'id' | 'endsAt'>,
    now: Date,
  ): Promise<RefreshTokenSecret> {
    const secret = newSecretToken();
    const ownEnd = plusSeconds(now, this.config.auth.refreshTokenSeconds);
    const endsAt = ownEnd < session.endsAt ? ownEnd : session.endsAt;
    await manager.insert(RefreshToken, {
      id: uuidv7(),
      sessionId: session.id,
      hash: hashOfToken(secret),
      createdAt: now,
      endsAt,
      usedAt: null,
    });
    return { secret, endsAt };
  }

  private async revoke(
    sessionId: string,
    revokedBecause: SessionEnd,
    record: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    await this.refreshTokens.manager.transaction(async (manager) => {
      const { affected } = await manager.update(
        Session,
        { id: sessionId, revokedAt: IsNull() },
        { revokedAt: this.clock.now(), revokedBecause },
      );
      if (affected === 1) await record(manager);
    });
  }

  private async forgetEnded(manager: EntityManager, personId: string, now: Date): Promise<void> {
    const before = LessThan(new Date(now.getTime() - KEEP_ENDED_MS));
    const ended = await manager.find(Session, {
      select: { id: true },
      where: [
        { personId, endsAt: before },
        { personId, revokedAt: before },
      ],
    });
    if (ended.length === 0) return;
    const ids = ended.map(({ id }) => id);
    await manager.delete(RefreshToken, { sessionId: In(ids) });
    await manager.delete(Session, { id: In(ids) });
  }

  private issued(
    person: Person,
    isAdmin: boolean,
    sessionId: string,
    refreshToken: RefreshTokenSecret,
    now: Date,
  ): IssuedSession {
    return {
      accessToken: this.accessTokens.issue(person, sessionId, isAdmin),
      expiresInSeconds: this.accessTokens.lifetimeSeconds,
      refreshToken: refreshToken.secret,
      refreshExpiresInSeconds: Math.floor((refreshToken.endsAt.getTime() - now.getTime()) / 1000),
      person,
      isAdmin,
    };
  }
}

interface RefreshTokenSecret {
  secret: string;
  endsAt: Date;
}

function callerOf({ id, username }: Person, isAdmin: boolean, sessionId: string): PersonCaller {
  return { kind: 'person', personId: id, username, isAdmin, sessionId, actedForBy: null };
}

function refreshInvalid(): DomainError {
  return new DomainError('unauthenticated', 'auth.refresh-invalid');
}

function plusSeconds(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
