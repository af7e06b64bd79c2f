/** Everything that can be set, read once from the environment (`.env.example` explains each key), then frozen. */
export interface Config {
  readonly environment: 'production' | 'development' | 'test';
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Where people and the frontend reach Berth, without a trailing slash. */
    readonly publicUrl: string;
    /** Empty: no other origin may call from a browser. */
    readonly corsOrigins: readonly string[];
    /** How many proxies in front are trusted to name the caller's address. */
    readonly trustedProxies: number;
    readonly bodyLimitBytes: number;
    /** How long a stopping Berth lets running requests finish. */
    readonly drainMs: number;
  };
  readonly metrics: {
    /** Null: they are not served. 0 is any free port. */
    readonly port: number | null;
  };
  readonly log: { readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent' };
  readonly database: DatabaseConfig;
  readonly harbor: HarborConfig;
  readonly registry: {
    /** `host[:port]` as in links, docker login and docker tag. */
    readonly address: string;
    /** Other `host[:port]` of the same registry, which links may begin with. */
    readonly aliases: readonly string[];
  };
  readonly directory: DirectoryConfig;
  readonly auth: {
    /** Signs access tokens (HS256); at least 32 characters. */
    readonly secret: string;
    readonly issuer: string;
    readonly audience: string;
    readonly accessTokenSeconds: number;
    readonly refreshTokenSeconds: number;
    /** The last day of a session, however often it is refreshed. */
    readonly sessionMaxSeconds: number;
  };
  /** What must be read again is sealed with keys derived from it (`common/secret-keys.ts`). */
  readonly secretsKey: string;
  readonly throttle: {
    /** Failed logins of one username in any window; below the directory's own lockout. */
    readonly loginTries: number;
    /** Failed logins from one address in any window, whoever was meant. */
    readonly loginTriesPerAddress: number;
    readonly loginWindowMs: number;
    /** Credentials that one person may ask for in any hour. */
    readonly credentialsPerHour: number;
    /** Links that each service token of a scheduler may look up in a second, on each replica. */
    readonly lookupsPerSecond: number;
    /** The same for each person. */
    readonly personLookupsPerSecond: number;
  };
  readonly redis: {
    /** Null: this is the only replica. May hold a password. */
    readonly url: string | null;
  };
  readonly background: {
    /** For tests: replicas without Redis are not refused. */
    readonly replicasWithoutRedis: boolean;
  };
  readonly accounts: {
    /** Before the username in a personal project's name: `user-`. */
    readonly projectPrefix: string;
    /** Harbor wants an e-mail address for each user; Berth's are at this domain and receive nothing. */
    readonly emailDomain: string;
    readonly defaultQuotaBytes: number;
    /** How long a call for credentials waits for Harbor before the work goes on without it. */
    readonly credentialsWaitMs: number;
  };
  readonly offboarding: {
    /** `report` shows who is due and does nothing. */
    readonly mode: 'off' | 'report' | 'suspend';
    readonly graceMs: number;
  };
  readonly projects: {
    /** Persons may make shared projects, not only admins. */
    readonly byPersons: boolean;
    /** The life of a robot, where nobody says otherwise. */
    readonly robotDays: number;
  };
  readonly webhooks: {
    /** Where Harbor reaches Berth, without a trailing slash; null: Berth keeps no webhooks. */
    readonly baseUrl: string | null;
  };
  readonly reconcile: {
    /** From the end of one round over all projects to the start of the next. */
    readonly everyMs: number;
    /** At most so many calls to Harbor in any second. */
    readonly callsPerSecond: number;
    /** What is put right; the rest is only reported. */
    readonly repairs: readonly RepairChoice[];
  };
  readonly tagRule: {
    /** Where a project says nothing. */
    readonly policy: 'pin' | 'block' | 'restore';
    /** Whether digests in danger are kept by tags of Berth's own. */
    readonly holds: boolean;
    /** Whether Harbor's audit log is read, each second. */
    readonly readsAuditLog: boolean;
  };
  readonly sweep: {
    /** Each tag is looked at at least so often. */
    readonly everyMs: number;
    /** At most so many calls to Harbor in any second, of all replicas together. */
    readonly callsPerSecond: number;
    /** How many projects a replica looks at together. */
    readonly parallel: number;
  };
  readonly images: {
    readonly taskTypes: readonly string[];
    /** `os/architecture[/variant]` of the nodes that run jobs. */
    readonly sitePlatforms: readonly string[];
    /** Who imported an image may show it to everybody, not only admins. */
    readonly publicByOwners: boolean;
  };
  readonly lookup: {
    /** A `latest` older than this is not answered while Harbor is away. */
    readonly maxStaleMs: number;
    /** Only what somebody imported is answered, not all that the person may pull. */
    readonly importedOnly: boolean;
    /** While the database is away, what is in memory is answered this long. */
    readonly withoutDatabaseMs: number;
  };
  readonly jobs: {
    /** For how long it is known which jobs ran a digest. */
    readonly historyMs: number;
    /** May a pull secret open a private project for an image that was only shared? */
    readonly pullSecretsOfShared: 'allow' | 'refuse';
  };
}

export type RepairChoice = 'rule' | 'member' | 'webhook' | 'visibility' | 'quota';

export type DatabaseConfig =
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'mysql' | 'mariadb'; readonly url: string };

export interface HarborConfig {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** PEM of a private certificate authority, already read. */
  readonly ca: string | null;
  /** The deadline of one whole operation, retries and the wait for a connection included. */
  readonly deadlineMs: number;
  readonly maxResponseBytes: number;
}

export interface DirectoryConfig {
  readonly url: string;
  readonly startTls: boolean;
  /** PEM of a private certificate authority, already read. */
  readonly ca: string | null;
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly baseDn: string;
  /** The attribute people log in with: `uid`, or `sAMAccountName`. */
  readonly loginAttribute: string;
  /** The entry's own id: `entryUUID`, or `objectGUID`. */
  readonly idAttribute: string;
  readonly displayNameAttribute: string;
  readonly emailAttribute: string;
  /** Only entries that match this filter are people, such as `(objectClass=person)`. */
  readonly personFilter: string;
  /** Entries that match it are people who may not log in any more; null: the directory says so by itself alone. */
  readonly disabledFilter: string | null;
  /** The group whose members are admins; null when there are none. */
  readonly adminGroupDn: string | null;
  /** The group's attribute that holds its members' DNs. */
  readonly groupMemberAttribute: string;
  /** Under it are the groups that images can be shared with; null: there are none. */
  readonly groupBaseDn: string | null;
  readonly groupNameAttribute: string;
  /** From 1: who is in a group is in those that have this group as a member, so many levels up in all. */
  readonly groupLevels: number;
  /** While the directory is away, the groups of a person count this long after they were read. */
  readonly groupsMaxStaleMs: number;
  readonly timeoutMs: number;
}
