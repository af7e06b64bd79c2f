import { randomBytes } from 'node:crypto';
import { FIRST_CONFIGURATION } from './model';
import type {
  Accessory,
  Artifact,
  AuditRow,
  BlobRecord,
  Configuration,
  Findings,
  ImmutableRule,
  Member,
  PermissionPolicy,
  Project,
  Quota,
  Repository,
  RetentionPolicy,
  Robot,
  Scanner,
  ScanReport,
  Tag,
  User,
  WebhookPolicy,
} from './model';

export interface StoredTable<Row> {
  last: number;
  rows: Row[];
}

/** What rows are found by without looking at all of them. */
type Indexes<Row, Name extends string> = Record<Name, (row: Row) => string | number>;

/** Rows with ids from a sequence that, as in PostgreSQL, a refused insert uses up too. */
export class Table<Row extends { id: number }, IndexName extends string = never> {
  private readonly rows = new Map<number, Row>();
  private readonly indexed = new Map<string, Map<string | number, Map<number, Row>>>();
  private last: number;

  constructor(
    stored: StoredTable<Row> = { last: 0, rows: [] },
    private readonly indexes?: Indexes<Row, IndexName>,
  ) {
    this.last = stored.last;
    for (const row of stored.rows) this.keep(row);
  }

  insert(make: (id: number) => Row): Row {
    this.last += 1;
    const row = make(this.last);
    this.keep(row);
    return row;
  }

  /** What an index reads of a row is changed in no other way. */
  update(row: Row, change: Partial<Row>): void {
    this.unindex(row);
    Object.assign(row, change);
    this.index(row);
  }

  /** By ascending id as long as none of them was updated. */
  by(name: IndexName, key: string | number): Row[] {
    return [...(this.indexed.get(name)?.get(key)?.values() ?? [])];
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
    const row = this.rows.get(id);
    if (row !== undefined) this.unindex(row);
    this.rows.delete(id);
  }

  deleteWhere(is: (row: Row) => boolean): void {
    for (const row of this.filter(is)) this.delete(row.id);
  }

  private keep(row: Row): void {
    this.rows.set(row.id, row);
    this.index(row);
  }

  private index(row: Row): void {
    for (const [name, read] of this.readers()) {
      const byKey = this.indexed.get(name) ?? new Map<string | number, Map<number, Row>>();
      this.indexed.set(name, byKey);
      const key = read(row);
      const rows = byKey.get(key) ?? new Map<number, Row>();
      byKey.set(key, rows);
      rows.set(row.id, row);
    }
  }

  private unindex(row: Row): void {
    for (const [name, read] of this.readers()) {
      const byKey = this.indexed.get(name);
      const rows = byKey?.get(read(row));
      rows?.delete(row.id);
      if (rows?.size === 0) byKey?.delete(read(row));
    }
  }

  private readers(): [string, (row: Row) => string | number][] {
    return this.indexes === undefined ? [] : Object.entries(this.indexes);
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
  repositories: Table<Repository, 'name' | 'project'>;
  artifacts: Table<Artifact, 'project' | 'repository' | 'digest'>;
  accessories: Table<Accessory>;
  tags: Table<Tag, 'artifact' | 'name'>;
  blobs: Table<BlobRecord, 'digest'>;
  robots: Table<Robot>;
  permissionPolicies: Table<PermissionPolicy>;
  webhookPolicies: Table<WebhookPolicy>;
  auditRows: Table<AuditRow>;
  retentions: Table<RetentionPolicy>;
  allowlists: Table<{ id: number }>;
  scanners: Table<Scanner>;
  findings: Table<Findings>;
  scanReports: Table<ScanReport>;
}

/** What lies in `state.json`. */
export type Stored = {
  [Name in keyof Tables]: ReturnType<Tables[Name]['toJSON']>;
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
  readonly repositories: Tables['repositories'];
  readonly artifacts: Tables['artifacts'];
  readonly accessories: Table<Accessory>;
  readonly tags: Tables['tags'];
  readonly blobs: Tables['blobs'];
  readonly robots: Table<Robot>;
  readonly permissionPolicies: Table<PermissionPolicy>;
  readonly webhookPolicies: Table<WebhookPolicy>;
  readonly auditRows: Table<AuditRow>;
  readonly retentions: Table<RetentionPolicy>;
  readonly allowlists: Table<{ id: number }>;
  readonly scanners: Table<Scanner>;
  readonly findings: Table<Findings>;
  readonly scanReports: Table<ScanReport>;
  readonly configuration: Configuration;
  /** Signs registry tokens; kept, so that a token outlives a restart as Harbor's do. */
  readonly tokenKey: string;

  constructor(stored?: Partial<Stored>) {
    this.users = new Table(stored?.users);
    this.projects = new Table(stored?.projects);
    this.members = new Table(stored?.members);
    this.rules = new Table(stored?.rules);
    this.quotas = new Table(stored?.quotas);
    this.repositories = new Table(stored?.repositories, {
      name: ({ name }) => name,
      project: ({ projectId }) => projectId,
    });
    this.artifacts = new Table(stored?.artifacts, {
      project: ({ projectId }) => projectId,
      repository: ({ repositoryId }) => repositoryId,
      digest: ({ repositoryId, digest }) => `${repositoryId} ${digest}`,
    });
    this.accessories = new Table(stored?.accessories);
    this.tags = new Table(stored?.tags, {
      artifact: ({ artifactId }) => artifactId,
      name: ({ repositoryId, name }) => `${repositoryId} ${name}`,
    });
    this.blobs = new Table(stored?.blobs, { digest: ({ digest }) => digest });
    this.robots = new Table(stored?.robots);
    this.permissionPolicies = new Table(stored?.permissionPolicies);
    this.webhookPolicies = new Table(stored?.webhookPolicies);
    this.auditRows = new Table(stored?.auditRows);
    this.retentions = new Table(stored?.retentions);
    this.allowlists = new Table(stored?.allowlists);
    this.scanners = new Table(stored?.scanners);
    this.findings = new Table(stored?.findings);
    this.scanReports = new Table(stored?.scanReports);
    this.configuration = { ...FIRST_CONFIGURATION, ...stored?.configuration };
    this.tokenKey = stored?.tokenKey ?? randomBytes(32).toString('hex');
  }

  get isEmpty(): boolean {
    return this.users.all().length === 0;
  }
}
