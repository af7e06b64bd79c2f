import { existsSync, readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { parse } from 'dotenv';
import { ConfigError, type ConfigProblem } from './config-error';
import type { Config, DatabaseConfig } from './config';
import { Environment } from './environment';
import { ENVIRONMENT_RULES } from './environment-rules';
import { secretKeys, settingKeys } from './setting';

/** No answer that Berth reads of Harbor comes near it: a page of 100 artifacts is about 1 MB. */
const HARBOR_MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

const DAY_MS = 86_400_000;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads `.env` in the working directory where there is one, and the process's environment, which goes first.
 * Throws ConfigError.
 */
export function loadConfigFromProcess(envFile = '.env'): Config {
  const fromFile: Variables = existsSync(envFile) ? parse(readFileSync(envFile)) : {};
  return loadConfig({ ...fromFile, ...process.env });
}

/**
 * The whole configuration, deeply frozen. Secrets and PEM files are read here, once; keys that are not ours are
 * ignored. Throws ConfigError, which names every wrong key at once and never a value.
 */
export function loadConfig(variables: Variables): Config {
  const problems = new Problems();
  const texts = readTexts(variables, problems);
  const environment = plainToInstance(Environment, texts, { exposeDefaultValues: true });
  for (const { property, constraints } of validateSync(environment)) {
    const expected = Object.values(constraints ?? {}).join(', ');
    problems.add(property, `${texts[property] === undefined ? 'is missing: it ' : ''}must be ${expected}`);
  }
  const harborCa = readPem(environment.HARBOR_CA_FILE, 'HARBOR_CA_FILE', problems);
  const ldapCa = readPem(environment.LDAP_CA_FILE, 'LDAP_CA_FILE', problems);
  for (const { keys, expected, isBroken } of ENVIRONMENT_RULES) {
    if (!problems.haveAny(keys) && isBroken(environment)) problems.add(keys[0], expected);
  }
  problems.throwIfAny();
  return deepFreeze(toConfig(environment, harborCa, ldapCa));
}

/** The first problem of each key. A secret and the file it may come from are one key. */
class Problems {
  private readonly byKey = new Map<string, ConfigProblem>();

  add(name: string, expected: string): void {
    const key = keyOf(name);
    if (!this.byKey.has(key)) this.byKey.set(key, { key: name, expected });
  }

  haveAny(keys: readonly string[]): boolean {
    return keys.some((key) => this.byKey.has(key));
  }

  throwIfAny(): void {
    const inOrder = settingKeys(Environment).flatMap((key) => this.byKey.get(key) ?? []);
    if (inOrder.length > 0) throw new ConfigError(inOrder);
  }
}

function keyOf(name: string): string {
  return secretKeys(Environment).find((secret) => name === `${secret}_FILE`) ?? name;
}

/** The texts of our keys, without empty ones; secrets from their files where these are named. */
function readTexts(variables: Variables, problems: Problems): Variables {
  const texts: Record<string, string> = {};
  for (const key of settingKeys(Environment)) {
    const value = variables[key];
    if (value !== undefined && value !== '') texts[key] = value;
  }
  for (const key of secretKeys(Environment)) {
    const path = variables[`${key}_FILE`];
    if (path === undefined || path === '') continue;
    if (texts[key] !== undefined) {
      problems.add(`${key}_FILE`, `must not be set together with ${key}`);
      continue;
    }
    const text = readText(path)?.replace(/\r?\n$/, '');
    if (text !== undefined && text !== '') texts[key] = text;
    else problems.add(`${key}_FILE`, 'must be the path of a file that can be read and is not empty');
  }
  return texts;
}

function readPem(path: string | undefined, key: string, problems: Problems): string | null {
  if (path === undefined) return null;
  const text = readText(path);
  if (text?.includes('-----BEGIN CERTIFICATE-----')) return text;
  problems.add(key, 'must be the path of a PEM file with certificates that can be read');
  return null;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function toConfig(environment: Environment, harborCa: string | null, ldapCa: string | null): Config {
  return {
    environment: environment.NODE_ENV,
    http: {
      host: environment.HOST,
      port: environment.PORT,
      publicUrl: environment.PUBLIC_URL,
      corsOrigins: environment.CORS_ORIGINS,
      trustedProxies: environment.TRUSTED_PROXIES,
      bodyLimitBytes: environment.BODY_LIMIT_BYTES,
      drainMs: environment.DRAIN_SECONDS * 1000,
    },
    metrics: { port: environment.METRICS_PORT ?? null },
    log: { level: environment.LOG_LEVEL },
    database: toDatabaseConfig(environment.DATABASE_URL),
    harbor: {
      url: environment.HARBOR_URL,
      username: environment.HARBOR_USERNAME,
      password: environment.HARBOR_PASSWORD,
      ca: harborCa,
      deadlineMs: environment.HARBOR_DEADLINE_MS,
      maxResponseBytes: HARBOR_MAX_RESPONSE_BYTES,
    },
    registry: {
      address: environment.REGISTRY_ADDRESS ?? new URL(environment.HARBOR_URL).host,
      aliases: environment.REGISTRY_ALIASES,
    },
    directory: {
      url: environment.LDAP_URL,
      startTls: environment.LDAP_START_TLS,
      ca: ldapCa,
      bindDn: environment.LDAP_BIND_DN,
      bindPassword: environment.LDAP_BIND_PASSWORD,
      baseDn: environment.LDAP_BASE_DN,
      loginAttribute: environment.LDAP_LOGIN_ATTRIBUTE,
      idAttribute: environment.LDAP_ID_ATTRIBUTE,
      displayNameAttribute: environment.LDAP_DISPLAY_NAME_ATTRIBUTE,
      emailAttribute: environment.LDAP_EMAIL_ATTRIBUTE,
      personFilter: environment.LDAP_PERSON_FILTER,
      disabledFilter: environment.LDAP_DISABLED_FILTER ?? null,
      adminGroupDn: environment.LDAP_ADMIN_GROUP_DN ?? null,
      groupMemberAttribute: environment.LDAP_GROUP_MEMBER_ATTRIBUTE,
      groupBaseDn: environment.LDAP_GROUP_BASE_DN ?? null,
      groupNameAttribute: environment.LDAP_GROUP_NAME_ATTRIBUTE,
      groupLevels: environment.LDAP_GROUP_LEVELS,
      groupsMaxStaleMs: environment.LDAP_GROUPS_MAX_STALE_SECONDS * 1000,
      timeoutMs: environment.LDAP_TIMEOUT_MS,
    },
    auth: {
      secret: environment.AUTH_SECRET,
      issuer: environment.AUTH_ISSUER ?? environment.PUBLIC_URL,
      audience: environment.AUTH_AUDIENCE,
      accessTokenSeconds: environment.ACCESS_TOKEN_SECONDS,
      refreshTokenSeconds: environment.REFRESH_TOKEN_SECONDS,
      sessionMaxSeconds: environment.SESSION_MAX_SECONDS,
    },
    secretsKey: environment.SECRETS_KEY ?? environment.AUTH_SECRET,
    throttle: {
      loginTries: environment.LOGIN_TRIES,
      loginTriesPerAddress: environment.LOGIN_TRIES_PER_ADDRESS,
      loginWindowMs: environment.LOGIN_WINDOW_SECONDS * 1000,
      credentialsPerHour: environment.CREDENTIALS_PER_HOUR,
      lookupsPerSecond: environment.LOOKUPS_PER_SECOND,
      personLookupsPerSecond: environment.PERSON_LOOKUPS_PER_SECOND,
    },
    redis: { url: environment.REDIS_URL ?? null },
    background: { replicasWithoutRedis: environment.REPLICAS_WITHOUT_REDIS },
    accounts: {
      projectPrefix: environment.PROJECT_PREFIX,
      emailDomain: environment.ACCOUNT_EMAIL_DOMAIN,
      defaultQuotaBytes: environment.DEFAULT_QUOTA_BYTES,
      credentialsWaitMs: environment.CREDENTIALS_WAIT_MS,
    },
    offboarding: {
      mode: environment.OFFBOARDING,
      graceMs: environment.OFFBOARDING_GRACE_DAYS * DAY_MS,
    },
    projects: { byPersons: environment.PROJECTS_BY_PERSONS, robotDays: environment.ROBOT_DAYS },
    webhooks: { baseUrl: webhookBaseUrl(environment) },
    reconcile: {
      everyMs: environment.RECONCILE_EVERY_MINUTES * 60_000,
      callsPerSecond: environment.RECONCILE_CALLS_PER_SECOND,
      repairs: environment.DRIFT_REPAIR,
    },
    tagRule: {
      policy: environment.TAG_POLICY,
      holds: environment.HOLDS === 'on',
      readsAuditLog: environment.AUDIT_FEED === 'on',
    },
    sweep: {
      everyMs: environment.SWEEP_EVERY_HOURS * 3_600_000,
      callsPerSecond: environment.SWEEP_CALLS_PER_SECOND,
      parallel: environment.SWEEP_PARALLEL,
    },
    images: {
      taskTypes: environment.TASK_TYPES,
      sitePlatforms: environment.SITE_PLATFORMS,
      publicByOwners: environment.IMAGES_PUBLIC_BY_OWNERS,
    },
    lookup: {
      maxStaleMs: environment.LOOKUP_MAX_STALE_SECONDS * 1000,
      importedOnly: environment.LOOKUP_IMPORTED_ONLY,
      withoutDatabaseMs: environment.LOOKUP_WITHOUT_DATABASE_MINUTES * 60_000,
    },
    jobs: {
      historyMs: environment.JOB_HISTORY_DAYS * DAY_MS,
      pullSecretsOfShared: environment.PULL_SECRETS_SHARED,
    },
  };
}

function webhookBaseUrl({ WEBHOOK_URL, PUBLIC_URL }: Environment): string | null {
  return WEBHOOK_URL === 'off' ? null : (WEBHOOK_URL ?? PUBLIC_URL);
}

function toDatabaseConfig(url: string): DatabaseConfig {
  if (url.startsWith('sqlite:')) return { type: 'sqlite', path: url.slice('sqlite:'.length) };
  return { type: url.startsWith('mysql:') ? 'mysql' : 'mariadb', url };
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value) as unknown[]) {
    if (typeof part === 'object' && part !== null) deepFreeze(part);
  }
  return Object.freeze(value);
}
