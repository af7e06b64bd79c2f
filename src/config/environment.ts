import { IsOptional } from 'class-validator';
import type { RepairChoice } from './config';
import {
  databaseUrl,
  flag,
  listOf,
  mailDomain,
  matching,
  oneOf,
  publicUrl,
  redisUrl,
  registryAddress,
  repairChoices,
  serverUrl,
  webhookUrl,
  wholeNumber,
} from './readers';
import { anyText, Secret, Setting } from './setting';

const ATTRIBUTE = /^[A-Za-z][A-Za-z0-9-]*$/;
const DAY_SECONDS = 86_400;

/**
 * Every key of the environment, in the order of `.env.example`, which says what each is for.
 * A key with a value here may be left out; an empty one counts as left out.
 */
export class Environment {
  @Setting('production, development or test', oneOf('production', 'development', 'test'))
  readonly NODE_ENV: 'production' | 'development' | 'test' = 'production';

  @Setting('the address to listen on, such as 0.0.0.0', matching(/^[0-9A-Za-z.:-]+$/))
  readonly HOST: string = '0.0.0.0';

  @Setting('a port from 0 to 65535', wholeNumber(0, 65_535))
  readonly PORT: number = 3000;

  @Setting('an http:// or https:// URL, without user, query or fragment', publicUrl)
  readonly PUBLIC_URL: string;

  @Setting(
    'origins such as https://portal.example.com, separated by commas',
    listOf(serverUrl('http:', 'https:')),
  )
  readonly CORS_ORIGINS: readonly string[] = [];

  @Setting('a whole number from 0 to 16', wholeNumber(0, 16))
  readonly TRUSTED_PROXIES: number = 0;

  @Setting('a whole number of bytes from 1024 to 104857600', wholeNumber(1024, 104_857_600))
  readonly BODY_LIMIT_BYTES: number = 1_048_576;

  @Setting('a whole number of seconds from 0 to 600', wholeNumber(0, 600))
  readonly DRAIN_SECONDS: number = 20;

  @IsOptional()
  @Setting('a port from 0 to 65535', wholeNumber(0, 65_535))
  readonly METRICS_PORT?: number;

  @Setting(
    'fatal, error, warn, info, debug, trace or silent',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  )
  readonly LOG_LEVEL: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' = 'info';

  @Secret(
    'mysql:// or mariadb:// with user, password, host and database, or sqlite: with a path; special characters of user and password percent-encoded',
    databaseUrl,
  )
  readonly DATABASE_URL: string;

  @Setting('https://host[:port] (or http://), without a path', serverUrl('http:', 'https:'))
  readonly HARBOR_URL: string;

  @Setting('the name of Berth’s service account in Harbor', anyText)
  readonly HARBOR_USERNAME: string;

  @Secret('the password of Berth’s service account in Harbor')
  readonly HARBOR_PASSWORD: string;

  @IsOptional()
  @Setting('the path of a PEM file that can be read', anyText)
  readonly HARBOR_CA_FILE?: string;

  @Setting('true or false', flag)
  readonly HARBOR_ALLOW_HTTP: boolean = false;

  @Setting('a whole number of milliseconds from 500 to 120000', wholeNumber(500, 120_000))
  readonly HARBOR_DEADLINE_MS: number = 10_000;

  @IsOptional()
  @Setting('host[:port] in lower case, without a scheme', registryAddress)
  readonly REGISTRY_ADDRESS?: string;

  @Setting('different host[:port] in lower case, separated by commas', listOf(registryAddress))
  readonly REGISTRY_ALIASES: readonly string[] = [];

  @Setting('ldaps://host[:port] or ldap://host[:port]', serverUrl('ldap:', 'ldaps:'))
  readonly LDAP_URL: string;

  @Setting('true or false', flag)
  readonly LDAP_START_TLS: boolean = false;

  @Setting('true or false', flag)
  readonly LDAP_ALLOW_PLAIN: boolean = false;

  @IsOptional()
  @Setting('the path of a PEM file that can be read', anyText)
  readonly LDAP_CA_FILE?: string;

  @Setting('the DN of Berth’s own entry in the directory', matching(/=/, 1024))
  readonly LDAP_BIND_DN: string;

  @Secret('the password of Berth’s own entry in the directory')
  readonly LDAP_BIND_PASSWORD: string;

  @Setting('the DN under which people are found', matching(/=/, 1024))
  readonly LDAP_BASE_DN: string;

  @Setting('the name of an attribute', matching(ATTRIBUTE))
  readonly LDAP_LOGIN_ATTRIBUTE: string = 'uid';

  @Setting('the name of an attribute', matching(ATTRIBUTE))
  readonly LDAP_ID_ATTRIBUTE: string = 'entryUUID';

  @Setting('the name of an attribute', matching(ATTRIBUTE))
  readonly LDAP_DISPLAY_NAME_ATTRIBUTE: string = 'cn';

  @Setting('the name of an attribute', matching(ATTRIBUTE))
  readonly LDAP_EMAIL_ATTRIBUTE: string = 'mail';

  @Setting('a filter in brackets, such as (objectClass=person)', matching(/^\(.+\)$/, 4096))
  readonly LDAP_PERSON_FILTER: string = '(objectClass=person)';

  @IsOptional()
  @Setting(
    'a filter in brackets without escapes, such as (nsAccountLock=TRUE)',
    matching(/^\([^\\]+\)$/, 4096),
  )
  readonly LDAP_DISABLED_FILTER?: string;

  @IsOptional()
  @Setting('the DN of a group', matching(/=/, 1024))
  readonly LDAP_ADMIN_GROUP_DN?: string;

  @Setting('the name of an attribute', matching(ATTRIBUTE))
  readonly LDAP_GROUP_MEMBER_ATTRIBUTE: string = 'member';

  @IsOptional()
  @Setting('the DN under which groups are found', matching(/=/, 1024))
  readonly LDAP_GROUP_BASE_DN?: string;

  @Setting('the name of an attribute', matching(ATTRIBUTE))
  readonly LDAP_GROUP_NAME_ATTRIBUTE: string = 'cn';

  @Setting('a whole number from 1 to 10', wholeNumber(1, 10))
  readonly LDAP_GROUP_LEVELS: number = 1;

  @Setting('a whole number of seconds from 900 to 31536000', wholeNumber(900, 365 * DAY_SECONDS))
  readonly LDAP_GROUPS_MAX_STALE_SECONDS: number = DAY_SECONDS;

  @Setting('a whole number of milliseconds from 100 to 30000', wholeNumber(100, 30_000))
  readonly LDAP_TIMEOUT_MS: number = 2500;

  @Secret('at least 32 characters, such as "openssl rand -base64 48" prints', matching(/^.{32,}$/, 1024))
  readonly AUTH_SECRET: string;

  @IsOptional()
  @Setting('a name or URL without spaces', matching(/^\S+$/))
  readonly AUTH_ISSUER?: string;

  @Setting('a name without spaces', matching(/^\S+$/))
  readonly AUTH_AUDIENCE: string = 'berth';

  @Setting('a whole number of seconds from 30 to 600', wholeNumber(30, 600))
  readonly ACCESS_TOKEN_SECONDS: number = 300;

  @Setting('a whole number of seconds from 600 to 7776000', wholeNumber(600, 90 * DAY_SECONDS))
  readonly REFRESH_TOKEN_SECONDS: number = 7 * DAY_SECONDS;

  @Setting('a whole number of seconds from 600 to 31536000', wholeNumber(600, 365 * DAY_SECONDS))
  readonly SESSION_MAX_SECONDS: number = 30 * DAY_SECONDS;

  @IsOptional()
  @Secret('at least 32 characters', matching(/^.{32,}$/, 1024))
  readonly SECRETS_KEY?: string;

  @Setting('a whole number from 1 to 1000', wholeNumber(1, 1000))
  readonly LOGIN_TRIES: number = 10;

  @Setting('a whole number from 1 to 100000', wholeNumber(1, 100_000))
  readonly LOGIN_TRIES_PER_ADDRESS: number = 100;

  @Setting('a whole number of seconds from 60 to 86400', wholeNumber(60, DAY_SECONDS))
  readonly LOGIN_WINDOW_SECONDS: number = 900;

  @Setting('a whole number from 1 to 100000', wholeNumber(1, 100_000))
  readonly CREDENTIALS_PER_HOUR: number = 10;

  @Setting('a whole number from 1 to 10000000', wholeNumber(1, 10_000_000))
  readonly LOOKUPS_PER_SECOND: number = 100_000;

  @Setting('a whole number from 1 to 10000000', wholeNumber(1, 10_000_000))
  readonly PERSON_LOOKUPS_PER_SECOND: number = 1_000;

  @IsOptional()
  @Secret(
    'redis:// or rediss:// with host, and user, password and database number where these are needed; special characters percent-encoded',
    redisUrl,
  )
  readonly REDIS_URL?: string;

  @Setting('true or false', flag)
  readonly REPLICAS_WITHOUT_REDIS: boolean = false;

  @Setting(
    'lower-case letters and digits with single . _ or - between them, and one of those at the end',
    matching(/^([a-z0-9]+[._-])+$/, 32),
  )
  readonly PROJECT_PREFIX: string = 'user-';

  @Setting('a domain whose last part is letters, such as berth.invalid', mailDomain)
  readonly ACCOUNT_EMAIL_DOMAIN: string = 'berth.invalid';

  @Setting('a whole number of bytes, at least 1', wholeNumber(1, Number.MAX_SAFE_INTEGER))
  readonly DEFAULT_QUOTA_BYTES: number = 40 * 1024 ** 3;

  @Setting('off, report or suspend', oneOf('off', 'report', 'suspend'))
  readonly OFFBOARDING: 'off' | 'report' | 'suspend' = 'report';

  @Setting('a whole number of days from 0 to 365', wholeNumber(0, 365))
  readonly OFFBOARDING_GRACE_DAYS: number = 14;

  @Setting('a whole number of milliseconds from 100 to 60000', wholeNumber(100, 60_000))
  readonly CREDENTIALS_WAIT_MS: number = 15_000;

  @Setting('true or false', flag)
  readonly PROJECTS_BY_PERSONS: boolean = false;

  @Setting('a whole number of days from 1 to 365', wholeNumber(1, 365))
  readonly ROBOT_DAYS: number = 90;

  @IsOptional()
  @Setting('an http:// or https:// URL, without user, query or fragment, or off', webhookUrl)
  readonly WEBHOOK_URL?: string;

  @Setting('a whole number of minutes from 1 to 10080', wholeNumber(1, 10_080))
  readonly RECONCILE_EVERY_MINUTES: number = 60;

  @Setting('a whole number from 1 to 1000', wholeNumber(1, 1000))
  readonly RECONCILE_CALLS_PER_SECOND: number = 5;

  @Setting(
    'different ones of rule, member, webhook, visibility and quota, separated by commas, or none',
    repairChoices,
  )
  readonly DRIFT_REPAIR: readonly RepairChoice[] = ['rule', 'member', 'webhook'];

  @Setting('a whole number of hours from 1 to 168', wholeNumber(1, 168))
  readonly SWEEP_EVERY_HOURS: number = 6;

  @Setting('a whole number from 1 to 1000', wholeNumber(1, 1000))
  readonly SWEEP_CALLS_PER_SECOND: number = 20;

  @Setting('a whole number from 1 to 16', wholeNumber(1, 16))
  readonly SWEEP_PARALLEL: number = 2;

  @Setting('pin, block or restore', oneOf('pin', 'block', 'restore'))
  readonly TAG_POLICY: 'pin' | 'block' | 'restore' = 'pin';

  @Setting('on or off', oneOf('on', 'off'))
  readonly HOLDS: 'on' | 'off' = 'on';

  @Setting('on or off', oneOf('on', 'off'))
  readonly AUDIT_FEED: 'on' | 'off' = 'on';

  @Setting(
    'different names of lower-case letters, digits and -, separated by commas',
    listOf(matching(/^[a-z0-9][a-z0-9-]*$/, 64)),
  )
  readonly TASK_TYPES: readonly string[] = [
    'all',
    'jupyter',
    'webide',
    'pytorch',
    'tensorflow',
    'kuberay',
    'deepspeed',
    'openmpi',
    'custom',
  ];

  @Setting(
    'different os/architecture[/variant], separated by commas',
    listOf(matching(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, 64)),
  )
  readonly SITE_PLATFORMS: readonly string[] = ['linux/amd64'];

  @Setting('true or false', flag)
  readonly IMAGES_PUBLIC_BY_OWNERS: boolean = false;

  @Setting('a whole number of seconds from 0 to 31536000', wholeNumber(0, 365 * DAY_SECONDS))
  readonly LOOKUP_MAX_STALE_SECONDS: number = DAY_SECONDS;

  @Setting('true or false', flag)
  readonly LOOKUP_IMPORTED_ONLY: boolean = false;

  @Setting('a whole number of minutes from 0 to 1440', wholeNumber(0, 1440))
  readonly LOOKUP_WITHOUT_DATABASE_MINUTES: number = 60;

  @Setting('a whole number of days from 1 to 3650', wholeNumber(1, 3650))
  readonly JOB_HISTORY_DAYS: number = 90;

  @Setting('allow or refuse', oneOf('allow', 'refuse'))
  readonly PULL_SECRETS_SHARED: 'allow' | 'refuse' = 'allow';
}
