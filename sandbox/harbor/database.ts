import { randomBytes } from 'node:crypto';
import { FIRST_CONFIGURATION } from './model';
import type {
  Accessory,
  Artifact,
  AuditRow,
  BlobRecord,
  Configuration,
  ImmutableRule,
  Member,
  PermissionPolicy,
  Project,
  Quota,
  Repository,
  RetentionPolicy,
  Robot,
  Tag,
  User,
  WebhookPolicy,
} from './model';

export interface StoredTable<Row> {
  last: number;
  rows: Row[];
}

/** Rows with ids from a sequence that, as in PostgreSQL, a refused insert uses up too. */
export class Table<Row extends { id: number }> {
  private readonly rows = new Map<number, Row>();
  private last: number;

  constructor(stored: StoredTable<Row> = { last: 0, rows: [] }) {
    this.last = stored.last;
    for (const row of stored.rows) this.rows.set(row.id, row);
  }

  insert(make: (id: number) => Row): Row {
    this.last += 1;
    const row = make(this.last);
    this.rows.set(row.id, row);
    return row;
  }

  /** An insert that a unique key refused. */
  burnId(): void {
    this.last += 1;
  }

  get(id: number): Row | undefined {
    return this.rows.get(id);
  }

  find(is: (row: Row) => boolean): Row | undefined {
    for (const row of this.rows.values()) if (is(row)) return row;
    return undefined;
  }

  filter(is: (row: Row) => boolean): Row[] {
    return this.all().filter(is);
  }

  all(): Row[] {
    return [...this.rows.values()];
  }

  delete(id: number): void {
    this.rows.delete(id);
  }

  deleteWhere(is: (row: Row) => boolean): void {
    for (const row of this.filter(is)) this.rows.delete(row.id);
  }

  toJSON(): StoredTable<Row> {
    return { last: this.last, rows: this.all() };
  }
}

interface Tables {
  users: Table<User>;
  projects: Table<Project>;
  members: Table<Member>;
  rules: Table<ImmutableRule>;
  quotas: Table<Quota>;
  repositories: Table<Repository>;
  artifacts: Table<Artifact>;
  accessories: Table<Accessory>;
  tags: Table<Tag>;
  blobs: Table<BlobRecord>;
  robots: Table<Robot>;
  permissionPolicies: Table<PermissionPolicy>;
  webhookPolicies: Table<WebhookPolicy>;
  auditRows: Table<AuditRow>;
  retentions: Table<RetentionPolicy>;
  allowlists: Table<{ id: number }>;
}

/** What lies in `state.json`. */
export type Stored = {
  [Name in keyof Tables]: Tables[Name] extends Table<infer Row> ? StoredTable<Row> : never;
} & {
  configuration: Configuration;
  tokenKey: string;
};

/** Everything the sandbox remembers but the content of blobs. */
export class Database implements Tables {
  readonly users: Table<User>;
  readonly projects: Table<Project>;
  readonly members: Table<Member>;
  readonly rules: Table<ImmutableRule>;
  readonly quotas: Table<Quota>;
  readonly repositories: Table<Repository>;
  readonly artifacts: Table<Artifact>;
  readonly accessories: Table<Accessory>;
  readonly tags: Table<Tag>;
  readonly blobs: Table<BlobRecord>;
  readonly robots: Table<Robot>;
  readonly permissionPolicies: Table<PermissionPolicy>;
  readonly webhookPolicies: Table<WebhookPolicy>;
  readonly auditRows: Table<AuditRow>;
  readonly retentions: Table<RetentionPolicy>;
  readonly allowlists: Table<{ id: number }>;
  readonly configuration: Configuration;
  /** Signs registry tokens; kept, so that a token outlives a restart as Harbor's do. */
  readonly tokenKey: string;

  constructor(stored?: Partial<Stored>) {
    this.users = new Table(stored?.users);
    this.projects = new Table(stored?.projects);
    this.members = new Table(stored?.members);
    this.rules = new Table(stored?.rules);
    this.quotas = new Table(stored?.quotas);
    this.repositories = new Table(stored?.repositories);
    this.artifacts = new Table(stored?.artifacts);
    this.accessories = new Table(stored?.accessories);
    this.tags = new Table(stored?.tags);
    this.blobs = new Table(stored?.blobs);
    this.robots = new Table(stored?.robots);
    this.permissionPolicies = new Table(stored?.permissionPolicies);
    this.webhookPolicies = new Table(stored?.webhookPolicies);
    this.auditRows = new Table(stored?.auditRows);
    this.retentions = new Table(stored?.retentions);
    this.allowlists = new Table(stored?.allowlists);
    this.configuration = { ...FIRST_CONFIGURATION, ...stored?.configuration };
    this.tokenKey = stored?.tokenKey ?? randomBytes(32).toString('hex');
  }

  get isEmpty(): boolean {
    return this.users.all().length === 0;
  }
}
