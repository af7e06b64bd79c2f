/** What the sandbox keeps: rows as they lie in `state.json`. Times are ISO 8601 in UTC with milliseconds. */

export const NEVER = '0001-01-01T00:00:00.000Z';

export interface User {
  id: number;
  username: string;
  email: string;
  realname: string;
  comment: string;
  salt: string;
  passwordHash: string;
  isSystemAdmin: boolean;
  isDeleted: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface Project {
  id: number;
  name: string;
  ownerId: number;
  metadata: Record<string, string>;
  allowlistId: number;
  isDeleted: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface Member {
  id: number;
  projectId: number;
  userId: number;
  roleId: number;
}

export interface Selector {
  kind?: string;
  decoration?: string;
  pattern?: string;
}

export interface ImmutableRule {
  id: number;
  projectId: number;
  isDisabled: boolean;
  priority: number;
  action?: string;
  template?: string;
  tagSelectors: Selector[];
  repositorySelectors: Selector[] | null;
}

export interface Quota {
  id: number;
  projectId: number;
  hardBytes: number;
  createdAt: string;
  updatedAt: string;
}

export interface Repository {
  id: number;
  projectId: number;
  /** With the project: `user-ada/team/app`. */
  name: string;
  pullCount: number;
  createdAt: string;
  updatedAt: string;
}

export interface Reference {
  childId: number;
  childDigest: string;
  platform: Record<string, unknown>;
  annotations?: Record<string, string>;
}

export interface Artifact {
  id: number;
  projectId: number;
  repositoryId: number;
  digest: string;
  size: number;
  type: string;
  mediaType: string;
  manifestMediaType: string;
  artifactType: string;
  icon: string;
  extraAttributes?: Record<string, unknown>;
  annotations?: Record<string, string>;
  additions: string[];
  references: Reference[];
  /** Config and layers, without the manifest itself. */
  blobs: string[];
  pushedAt: string;
  pulledAt: string;
}

/** A vulnerability, in the words of a report. */
export interface Finding {
  id: string;
  package: string;
  version: string;
  /** Empty: nothing repairs it yet. */
  fix_version: string;
  severity: string;
  description: string;
  links: string[];
}

/** What the scanner will find in whatever has this digest. */
export interface Findings {
  id: number;
  digest: string;
  found: Finding[];
}

export interface ScanReport {
  id: number;
  digest: string;
  reportId: string;
  startedAt: string;
  found: Finding[];
}

export interface Scanner {
  id: number;
  uuid: string;
  name: string;
  url: string;
  usesInternalAddress: boolean;
  skipsCertificateCheck: boolean;
  isDefault: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface Accessory {
  id: number;
  artifactId: number;
  subjectRepository: string;
  subjectDigest: string;
  type: string;
  createdAt: string;
}

export interface Tag {
  id: number;
  repositoryId: number;
  artifactId: number;
  name: string;
  pushedAt: string;
  pulledAt: string;
}

/** A size and the repositories (by full name) that may read it; the content is in the blob store. */
export interface BlobRecord {
  id: number;
  digest: string;
  size: number;
  /** Projects whose quota counts it. */
  projectIds: number[];
  repositories: string[];
}

export interface Access {
  resource: string;
  action: string;
}

export interface RobotPermission {
  kind: string;
  namespace: string;
  access: Access[];
}

export interface Robot {
  id: number;
  /** The login name, prefix included: `robot$user-ada+ci`. */
  name: string;
  /** What was asked for: `ci`. */
  shortName: string;
  description: string;
  level: string;
  /** 0 for a system robot. */
  projectId: number;
  durationDays: number;
  /** Seconds since 1970, or -1 for never. */
  expiresAt: number;
  isDisabled: boolean;
  salt: string;
  secretHash: string;
  creatorType: string;
  creatorId: number;
  permissions: RobotPermission[];
  createdAt: string;
  updatedAt: string;
}

/** A permission that some robot was once given: Harbor lists a robot's permissions in the order of these rows. */
export interface PermissionPolicy {
  id: number;
  key: string;
}

export interface WebhookTarget {
  type: string;
  address: string;
  auth_header?: string;
  skip_cert_verify: boolean;
  payload_format?: string;
}

export interface WebhookPolicy {
  id: number;
  projectId: number;
  name: string;
  description: string;
  isEnabled: boolean;
  eventTypes: string[];
  targets: WebhookTarget[];
  createdAt: string;
  updatedAt: string;
}

export interface AuditRow {
  id: number;
  projectId: number;
  at: string;
  operation: string;
  resourceType: string;
  resource: string;
  description: string;
  isSuccess: boolean;
  username: string;
}

export interface RetentionPolicy {
  id: number;
  projectId: number;
  body: Record<string, unknown>;
}

/** Harbor's configuration as far as somebody asks for it; every other key is kept as it was sent. */
export type Configuration = Record<string, string | number | boolean>;

export const FIRST_CONFIGURATION: Configuration = {
  auth_mode: 'db_auth',
  banner_message: '',
  disabled_audit_log_event_types: '',
  notification_enable: true,
  oidc_name: '',
  primary_auth_mode: false,
  project_creation_restriction: 'everyone',
  quota_per_project_enable: true,
  read_only: false,
  robot_name_prefix: 'robot$',
  robot_token_duration: 30,
  self_registration: false,
  session_timeout: 60,
  skip_audit_log_database: false,
  storage_per_project: -1,
  token_expiration: 30,
};
