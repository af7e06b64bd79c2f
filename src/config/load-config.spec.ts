import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import type { Config } from './config';
import { ConfigError } from './config-error';
import { Environment } from './environment';
import { SANDBOX_MARK } from './environment-rules';
import { loadConfig, loadConfigFromProcess } from './load-config';
import { secretKeys, settingKeys } from './setting';

const folder = mkdtempSync(join(tmpdir(), 'berth-config-'));

const SMALLEST = {
  PUBLIC_URL: 'https://berth.example.com/',
  DATABASE_URL: 'mariadb://berth:p%40ss@db.example.com:3306/berth',
  HARBOR_URL: 'https://harbor.example.com:8443/',
  HARBOR_USERNAME: 'robot$berth',
  HARBOR_PASSWORD: 'Harb0r-password',
  LDAP_URL: 'ldaps://ldap.example.com',
  LDAP_BIND_DN: 'cn=berth,dc=example,dc=com',
  LDAP_BIND_PASSWORD: 'bind-password',
  LDAP_BASE_DN: 'ou=people,dc=example,dc=com',
  AUTH_SECRET: '0123456789abcdef0123456789abcdef',
};

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(variables: Record<string, string | undefined>): readonly string[] {
  return errorOf(variables).problems.map(({ key }) => key);
}

function errorOf(variables: Record<string, string | undefined>): ConfigError {
  try {
    loadConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('loadConfig', () => {
  it('needs no more than the settings without a default', () => {
    const config = loadConfig(SMALLEST);
    expect(config).toMatchObject({
      environment: 'production',
      http: { port: 3000, publicUrl: 'https://berth.example.com', corsOrigins: [], drainMs: 20_000 },
      database: { type: 'mariadb', url: SMALLEST.DATABASE_URL },
      harbor: { url: 'https://harbor.example.com:8443', deadlineMs: 10_000, ca: null },
      registry: { address: 'harbor.example.com:8443' },
      directory: { startTls: false, loginAttribute: 'uid', adminGroupDn: null, timeoutMs: 2500 },
      auth: { issuer: 'https://berth.example.com', audience: 'berth', accessTokenSeconds: 300 },
      accounts: { projectPrefix: 'user-', defaultQuotaBytes: 40 * 1024 ** 3 },
      lookup: { maxStaleMs: 86_400_000 },
    } satisfies PartOf<Config>);
    expect(config.images.taskTypes).toContain('kuberay');
  });

  it('names every missing key in one error, in the order of .env.example', () => {
    expect(problemsOf({})).toEqual(Object.keys(SMALLEST));
    expect(errorOf({}).message).toContain('AUTH_SECRET: is missing: it must be at least 32 characters');
  });

  it('takes an empty value for a missing one', () => {
    expect(problemsOf({ ...SMALLEST, HARBOR_PASSWORD: '' })).toEqual(['HARBOR_PASSWORD']);
    expect(loadConfig({ ...SMALLEST, PORT: '' }).http.port).toBe(3000);
  });

  it.each([
    ['NODE_ENV', 'prod'],
    ['HOST', 'a b'],
    ['PORT', '65536'],
    ['PORT', '80 '],
    ['PORT', '1e3'],
    ['PUBLIC_URL', 'berth.example.com'],
    ['PUBLIC_URL', 'https://user@berth.example.com'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example.com,https://a.example.com'],
    ['CORS_ORIGINS', 'https://a.example.com/path'],
    ['TRUSTED_PROXIES', '-1'],
    ['LOG_LEVEL', 'verbose'],
    ['DATABASE_URL', 'postgres://u:p@h/d'],
    ['DATABASE_URL', 'mysql://u:p@host'],
    ['DATABASE_URL', 'mysql://u:%zz@host/d'],
    ['DATABASE_URL', 'sqlite:'],
    ['HARBOR_URL', 'https://harbor.example.com/api'],
    ['HARBOR_URL', 'ftp://harbor.example.com'],
    ['HARBOR_ALLOW_HTTP', 'yes'],
    ['HARBOR_CA_FILE', '/nonexistent/ca.pem'],
    ['HARBOR_DEADLINE_MS', '0'],
    ['REGISTRY_ADDRESS', 'https://harbor.example.com'],
    ['REGISTRY_ADDRESS', 'Harbor.example.com'],
    ['REGISTRY_ADDRESS', 'harbor.example.com:x'],
    ['LDAP_URL', 'https://ldap.example.com'],
    ['LDAP_BIND_DN', 'berth'],
    ['LDAP_LOGIN_ATTRIBUTE', 'uid)(x=*'],
    ['LDAP_PERSON_FILTER', 'objectClass=person'],
    ['LDAP_START_TLS', 'true'],
    ['AUTH_SECRET', '0123456789abcdef0123456789abcde'],
    ['ACCESS_TOKEN_SECONDS', '601'],
    ['SESSION_MAX_SECONDS', '3600'],
    ['LOGIN_TRIES', '0'],
    ['REDIS_URL', 'http://redis.example.com'],
    ['REDIS_URL', 'redis://u:%zz@redis.example.com'],
    ['REDIS_URL', 'redis://redis.example.com/name'],
    ['PROJECT_PREFIX', 'User-'],
    ['PROJECT_PREFIX', 'user'],
    ['ACCOUNT_EMAIL_DOMAIN', 'localhost'],
    ['ACCOUNT_EMAIL_DOMAIN', 'example.xn--p1ai'],
    ['DEFAULT_QUOTA_BYTES', '9007199254740992'],
    ['REGISTRY_ALIASES', 'https://harbor.example.com'],
    ['TASK_TYPES', 'jupyter,,custom'],
    ['SITE_PLATFORMS', 'amd64'],
  ])('refuses %s=%s', (key, value) => {
    expect(problemsOf({ ...SMALLEST, [key]: value })).toEqual([key]);
  });

  it('never shows a value that is wrong', () => {
    const wrong = Object.fromEntries(settingKeys(Environment).map((key) => [key, ' <wrong> ']));
    const { message } = errorOf(wrong);
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toContain('<wrong>');
  });

  it.each([
    ['mysql://u:p@db/berth', { type: 'mysql', url: 'mysql://u:p@db/berth' }],
    ['mariadb://u:p@db:3307/berth', { type: 'mariadb', url: 'mariadb://u:p@db:3307/berth' }],
    ['sqlite:./berth.sqlite', { type: 'sqlite', path: './berth.sqlite' }],
    ['sqlite::memory:', { type: 'sqlite', path: ':memory:' }],
  ])('chooses the database by the scheme of %s', (url, expected) => {
    expect(loadConfig({ ...SMALLEST, DATABASE_URL: url }).database).toEqual(expected);
  });

  it('cannot be changed, at any depth', () => {
    const config = loadConfig(SMALLEST);
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(config)).toBe(true);
  });

  it('leaves the origins and task types in the order they were given', () => {
    const config = loadConfig({
      ...SMALLEST,
      TASK_TYPES: 'b, a',
      CORS_ORIGINS: 'https://z.example.com , http://localhost:5173/',
    });
    expect(config.images.taskTypes).toEqual(['b', 'a']);
    expect(config.http.corsOrigins).toEqual(['https://z.example.com', 'http://localhost:5173']);
  });
});

describe('secrets in files', () => {
  it.each(['one line\n', 'one line\r\n', 'one line'])(
    'are read without the newline at the end: %j',
    (text) => {
      const variables = {
        ...SMALLEST,
        HARBOR_PASSWORD: undefined,
        HARBOR_PASSWORD_FILE: file('password', text),
      };
      expect(loadConfig(variables).harbor.password).toBe('one line');
    },
  );

  it('are an error together with the secret itself', () => {
    const variables = { ...SMALLEST, AUTH_SECRET_FILE: file('secret', SMALLEST.AUTH_SECRET) };
    expect(problemsOf(variables)).toEqual(['AUTH_SECRET_FILE']);
  });

  it('are an error, named once, when the file cannot be read or is empty', () => {
    const variables = { ...SMALLEST, HARBOR_PASSWORD: undefined };
    for (const path of [join(folder, 'absent'), file('empty', '\n')]) {
      expect(problemsOf({ ...variables, HARBOR_PASSWORD_FILE: path })).toEqual(['HARBOR_PASSWORD_FILE']);
    }
  });

  it('must hold what the key itself must be', () => {
    const variables = { ...SMALLEST, AUTH_SECRET: undefined, AUTH_SECRET_FILE: file('short', 'short') };
    expect(problemsOf(variables)).toEqual(['AUTH_SECRET']);
  });

  it('are read for certificates, which are kept as text', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    expect(loadConfig({ ...SMALLEST, LDAP_CA_FILE: file('ca.pem', pem) }).directory.ca).toBe(pem);
    expect(problemsOf({ ...SMALLEST, LDAP_CA_FILE: file('no.pem', 'no certificate') })).toEqual([
      'LDAP_CA_FILE',
    ]);
  });
});

describe('production', () => {
  it.each(['HARBOR_PASSWORD', 'LDAP_BIND_PASSWORD', 'AUTH_SECRET', 'DATABASE_URL'])(
    'refuses the sandbox’s %s, which other environments accept',
    (key) => {
      const value =
        key === 'DATABASE_URL' ? `mysql://u:${SANDBOX_MARK}@db/berth` : `${SANDBOX_MARK}-${'x'.repeat(32)}`;
      expect(problemsOf({ ...SMALLEST, [key]: value })).toEqual([key]);
      expect(() => loadConfig({ ...SMALLEST, NODE_ENV: 'development', [key]: value })).not.toThrow();
    },
  );

  it.each([
    ['HARBOR_URL', 'http://harbor.example.com', { HARBOR_ALLOW_HTTP: 'true' }],
    ['LDAP_URL', 'ldap://ldap.example.com', { LDAP_ALLOW_PLAIN: 'true' }],
    ['LDAP_URL', 'ldap://ldap.example.com', { LDAP_START_TLS: 'true' }],
  ])('refuses %s=%s unless %j', (key, value, allowance) => {
    expect(problemsOf({ ...SMALLEST, [key]: value })).toEqual([key]);
    expect(() => loadConfig({ ...SMALLEST, [key]: value, ...allowance })).not.toThrow();
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])('accepts %s', (url) => {
    expect(loadConfig({ ...SMALLEST, HARBOR_URL: url }).harbor.url).toBe(url);
  });

  it('names what it refuses together with what is wrong', () => {
    const variables = { ...SMALLEST, PORT: 'x', HARBOR_URL: 'http://harbor.example.com', LDAP_URL: '' };
    expect(problemsOf(variables)).toEqual(['PORT', 'HARBOR_URL', 'LDAP_URL']);
  });
});

describe('loadConfigFromProcess', () => {
  const before = process.env;
  afterEach(() => (process.env = before));

  it('reads .env where there is one, and lets the environment go first', () => {
    const lines = Object.entries({ ...SMALLEST, PORT: '4000', HOST: '::' }).map(
      ([key, value]) => `${key}='${value}'`,
    );
    const path = file('.env', lines.join('\n'));
    process.env = { PORT: '5000' };
    expect(loadConfigFromProcess(path).http).toMatchObject({ host: '::', port: 5000 });
    process.env = { ...SMALLEST };
    expect(loadConfigFromProcess(join(folder, 'absent')).http.port).toBe(3000);
  });
});

describe('.env.example', () => {
  const text = readFileSync(join(__dirname, '../../.env.example'), 'utf8');
  const stated = [...text.matchAll(/^(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)];
  const keys = stated.map((line) => line[2] ?? '');
  const files = secretKeys(Environment).map((key) => `${key}_FILE`);

  it('holds every key in the order of the code, and no other', () => {
    expect(keys.filter((key) => !files.includes(key))).toEqual(settingKeys(Environment));
    expect(keys.filter((key) => files.includes(key))).toEqual(files);
  });

  it('has "#" in front of exactly what may be left out', () => {
    const required = stated.filter((line) => line[1] === undefined).map((line) => line[2]);
    expect(required).toEqual(Object.keys(SMALLEST));
  });

  it('states the defaults of the code', () => {
    const defaults = parse(text.replace(/^# (?=[A-Z][A-Z0-9_]*=)/gm, ''));
    expect(loadConfig({ ...defaults, ...SMALLEST })).toEqual(loadConfig(SMALLEST));
    const withoutDefault = [
      'CORS_ORIGINS',
      'METRICS_PORT',
      'HARBOR_CA_FILE',
      'REGISTRY_ADDRESS',
      'REGISTRY_ALIASES',
      'LDAP_CA_FILE',
      'LDAP_DISABLED_FILTER',
      'LDAP_ADMIN_GROUP_DN',
      'LDAP_GROUP_BASE_DN',
      'AUTH_ISSUER',
      'SECRETS_KEY',
      'REDIS_URL',
      'WEBHOOK_URL',
    ];
    const empty = settingKeys(Environment).filter((key) => defaults[key] === '' && !(key in SMALLEST));
    expect(empty).toEqual(withoutDefault);
  });
});

type PartOf<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? PartOf<T[K]> : T[K];
};
