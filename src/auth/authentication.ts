import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Passport, type Strategy } from 'passport';
import { Strategy as CustomStrategy } from 'passport-custom';
import { validBody } from '../common/validation.pipe';
import { Directory, type DirectoryEntry } from '../directory/directory';
import { AccessTokens } from './access-tokens';
import type { Caller, ServiceCaller } from './caller';
import { LoginDto } from './dto/login.dto';
import { SERVICE_TOKEN_PREFIX } from './secret-token';
import { ServiceTokenMemory } from './service-token-memory';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- passport's types are extended this way alone
  namespace Express {
    /** What a strategy found: a caller by a token, or an entry of the directory by a password. */
    interface User {
      caller?: Caller;
      entry?: DirectoryEntry;
    }
  }
}

type Found = Express.User;
type StrategyName = 'directory' | 'access-token' | 'service-token';
type Middleware = (request: unknown, reply: unknown, next: (error?: unknown) => void) => void;

/** The scheme's case says nothing (RFC 9110, 11.1). */
const SERVICE_TOKEN = new RegExp(`^bearer +(${SERVICE_TOKEN_PREFIX}.*)$`, 'i');

/**
 * The three ways to show who one is, as passport strategies. Each app has a Passport of its own: the shared one
 * would mix up the secrets and directories of two apps in one process.
 */
@Injectable()
export class Authentication {
  private readonly passport = new Passport();

  constructor(
    private readonly directory: Directory,
    private readonly serviceTokens: ServiceTokenMemory,
    accessTokens: AccessTokens,
  ) {
    this.use(
      'directory',
      customStrategy(async ({ body }) => this.entryOf(body)),
    );
    this.use('access-token', accessTokens.strategy());
    this.use(
      'service-token',
      customStrategy(async ({ headers }) => this.serviceOf(headers.authorization)),
    );
  }

  /** Null for a wrong or unknown username and password in the body. Throws `directory.unavailable`. */
  async login(request: FastifyRequest): Promise<DirectoryEntry | null> {
    return (await this.run('directory', request))?.entry ?? null;
  }

  /** The caller by the bearer token of the request, whichever kind it is; null when the token is not good. */
  async callerByToken(request: FastifyRequest): Promise<Caller | null> {
    const isServiceToken = SERVICE_TOKEN.test(request.headers.authorization ?? '');
    const found = await this.run(isServiceToken ? 'service-token' : 'access-token', request);
    return found?.caller ?? null;
  }

  private async entryOf(body: unknown): Promise<Found | null> {
    const { username, password } = validBody(LoginDto, body);
    const result = await this.directory.login(username, password);
    return result.ok ? { entry: result.entry } : null;
  }

  private async serviceOf(authorization: string | undefined): Promise<Found | null> {
    const caller: ServiceCaller | null = await this.serviceTokens.authenticate(
      SERVICE_TOKEN.exec(authorization ?? '')?.[1] ?? '',
    );
    return caller === null ? null : { caller };
  }

  private use(name: StrategyName, strategy: Strategy): void {
    this.passport.use(name, strategy);
  }

  private async run(name: StrategyName, request: FastifyRequest): Promise<Found | null> {
    return new Promise((resolve, reject) => {
      const authenticate: unknown = this.passport.authenticate(
        name,
        { session: false },
        (error: unknown, found?: Found | false | null) => {
          if (error === null || error === undefined) resolve(found || null);
          else reject(error instanceof Error ? error : new Error('passport failed', { cause: error }));
        },
      );
      if (!isMiddleware(authenticate)) throw new Error('passport gave no middleware');
      authenticate(request, undefined, (error) => reject(new Error('passport passed on', { cause: error })));
    });
  }
}

/** passport types it as any. */
function isMiddleware(value: unknown): value is Middleware {
  return typeof value === 'function';
}

interface Shown {
  headers: { authorization?: string | undefined };
  body: unknown;
}

function customStrategy(find: (shown: Shown) => Promise<Found | null>): Strategy {
  return new CustomStrategy((request, done) => {
    find(request).then(
      (found) => done(null, found ?? false),
      (error: unknown) => done(error),
    );
  });
}
