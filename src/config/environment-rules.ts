import type { Environment } from './environment';
import { isLoopback } from './readers';

/** Every fixed secret of the sandbox contains this, so that none of them can be used in production. */
export const SANDBOX_MARK = 'sandbox-only';

/** What several keys must be together. `keys` are all that it looks at; the first is the one that is named. */
export interface EnvironmentRule {
  keys: readonly [keyof Environment, ...(keyof Environment)[]];
  expected: string;
  isBroken: (environment: Environment) => boolean;
}

export const ENVIRONMENT_RULES: readonly EnvironmentRule[] = [
  notOfTheSandbox('DATABASE_URL'),
  notOfTheSandbox('HARBOR_PASSWORD'),
  notOfTheSandbox('LDAP_BIND_PASSWORD'),
  notOfTheSandbox('AUTH_SECRET'),
  {
    keys: ['HARBOR_URL', 'HARBOR_ALLOW_HTTP', 'NODE_ENV'],
    expected:
      'must be https:// in production, because passwords travel to Harbor; where the network between is trusted, set HARBOR_ALLOW_HTTP=true',
    isBroken: ({ NODE_ENV, HARBOR_URL, HARBOR_ALLOW_HTTP }) =>
      NODE_ENV === 'production' && isReadableByOthers('http:', HARBOR_URL) && !HARBOR_ALLOW_HTTP,
  },
  {
    keys: ['LDAP_URL', 'LDAP_START_TLS', 'LDAP_ALLOW_PLAIN', 'NODE_ENV'],
    expected:
      'must be ldaps:// in production, or have LDAP_START_TLS=true, because people’s passwords travel to the directory; where the network between is trusted, set LDAP_ALLOW_PLAIN=true',
    isBroken: ({ NODE_ENV, LDAP_URL, LDAP_START_TLS, LDAP_ALLOW_PLAIN }) =>
      NODE_ENV === 'production' &&
      isReadableByOthers('ldap:', LDAP_URL) &&
      !LDAP_START_TLS &&
      !LDAP_ALLOW_PLAIN,
  },
  {
    keys: ['LDAP_START_TLS', 'LDAP_URL'],
    expected: 'must be false with ldaps://, which is encrypted from its first byte',
    isBroken: ({ LDAP_START_TLS, LDAP_URL }) => LDAP_START_TLS && LDAP_URL.startsWith('ldaps:'),
  },
  {
    keys: ['SESSION_MAX_SECONDS', 'REFRESH_TOKEN_SECONDS'],
    expected: 'must not be less than REFRESH_TOKEN_SECONDS',
    isBroken: ({ SESSION_MAX_SECONDS, REFRESH_TOKEN_SECONDS }) => SESSION_MAX_SECONDS < REFRESH_TOKEN_SECONDS,
  },
  {
    keys: ['REPLICAS_WITHOUT_REDIS', 'NODE_ENV'],
    expected: 'must be false in production: it is for tests, and several replicas need a REDIS_URL',
    isBroken: ({ NODE_ENV, REPLICAS_WITHOUT_REDIS }) => NODE_ENV === 'production' && REPLICAS_WITHOUT_REDIS,
  },
];

function notOfTheSandbox(
  key: 'DATABASE_URL' | 'HARBOR_PASSWORD' | 'LDAP_BIND_PASSWORD' | 'AUTH_SECRET',
): EnvironmentRule {
  return {
    keys: [key, 'NODE_ENV'],
    expected: 'must be a secret of your own in production; this is the sandbox’s, which everybody knows',
    isBroken: (environment) =>
      environment.NODE_ENV === 'production' && environment[key].includes(SANDBOX_MARK),
  };
}

function isReadableByOthers(plainScheme: string, url: string): boolean {
  return url.startsWith(plainScheme) && !isLoopback(url);
}
