import { createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import type { PersonCaller } from './caller';
import type { Person } from './person.entity';

const ALGORITHM = 'HS256';
/** A person who lost a right, or logged out, keeps it no longer than this. */
const MAX_SECONDS = 600;

/** What an access token says besides the registered claims. */
interface Claims {
  sub: string;
  sid: string;
  username: string;
  admin: boolean;
}

/** Access tokens are short and verified without the database. */
@Injectable()
export class AccessTokens {
  readonly lifetimeSeconds: number;

  /**
   * jsonwebtoken takes a key as well as a text, which its types do not say; of a text it finds out anew each time,
   * for half a millisecond, that it is neither a public nor a private key.
   */
  private readonly key: Buffer;

  constructor(
    private readonly jwt: JwtService,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.lifetimeSeconds = Math.min(config.auth.accessTokenSeconds, MAX_SECONDS);
    this.key = createSecretKey(config.auth.secret, 'utf8') as unknown as Buffer;
  }

  issue(person: Person, sessionId: string, isAdmin: boolean): string {
    const { issuer, audience } = this.config.auth;
    const claims: Claims = { sub: person.id, sid: sessionId, username: person.username, admin: isAdmin };
    return this.jwt.sign(claims, {
      secret: this.key,
      issuer,
      audience,
      algorithm: ALGORITHM,
      expiresIn: this.lifetimeSeconds,
    });
  }

  /** Accepts `Authorization: Bearer <access token>` that this Berth signed, for this audience, and that lives. */
  strategy(): Strategy {
    const { issuer, audience } = this.config.auth;
    return new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        secretOrKey: this.key,
        algorithms: [ALGORITHM],
        issuer,
        audience,
      },
      (payload: unknown, done) => {
        if (isClaims(payload)) done(null, { caller: callerOf(payload) });
        else done(null, false);
      },
    );
  }
}

function callerOf({ sub, sid, username, admin }: Claims): PersonCaller {
  return { kind: 'person', personId: sub, username, isAdmin: admin, sessionId: sid, actedForBy: null };
}

function isClaims(payload: unknown): payload is Claims {
  if (typeof payload !== 'object' || payload === null) return false;
  const { sub, sid, username, admin }: Partial<Record<keyof Claims, unknown>> = payload;
  return (
    typeof sub === 'string' &&
    typeof sid === 'string' &&
    typeof username === 'string' &&
    typeof admin === 'boolean'
  );
}
