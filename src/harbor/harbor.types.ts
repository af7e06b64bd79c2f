/** What features know of Harbor. Harbor's own words (`project_name`, `member_user` …) stop in this folder. */

export interface HarborProject {
  id: number;
  name: string;
  ownerId: number;
  isPublic: boolean;
  createdAt: Date;
  repositoryCount: number;
  /** Without a signature by each of these Harbor refuses every pull. */
  signaturesNeeded: SignatureKind[];
  /** What was scanned with a vulnerability as severe as this, or not at all, nobody may pull; null: no such limit. */
  vulnerabilityLimit: string | null;
}

/** Also the end of such an accessory's type: `signature.cosign`. */
export type SignatureKind = 'cosign' | 'notation';

export interface HarborUser {
  id: number;
  username: string;
  email: string;
  comment: string;
  isSystemAdmin: boolean;
  createdAt: Date;
}

export interface NewHarborUser {
  username: string;
  email: string;
  realName: string;
  /** At most 30 bytes. */
  comment: string;
  password: string;
}

export type ProjectRole = 'admin' | 'maintainer' | 'developer' | 'guest' | 'limited-guest';

export interface HarborMember {
  id: number;
  /** The user's (or group's) id in Harbor. */
  entityId: number;
  entityName: string;
  entityType: 'user' | 'group';
  /** `none`: Harbor stored a number that is no role of its own; it grants nothing. */
  role: ProjectRole | 'none';
}

/** `null` selectors are rules that Harbor stored from an invalid body; they protect nothing. */
export interface ImmutableRule {
  id: number;
  disabled: boolean;
  /** Only the first selector of each is used by Harbor, so only that is here. */
  repositories: RuleSelector | null;
  tags: RuleSelector | null;
}

/** A doublestar pattern, and whether it names what is meant or what is left out. */
export interface RuleSelector {
  decoration: string;
  pattern: string;
}

/** What a rule protects: in which repositories, and which tags. */
export interface RuleSelectors {
  repositories: RuleSelector;
  tags: RuleSelector;
}

/** Bytes; `limitBytes` is null when unlimited. `id` is the quota's own, not the project's. */
export interface HarborQuota {
  id: number;
  projectId: number;
  limitBytes: number | null;
  usedBytes: number;
}

export interface HarborRepository {
  id: number;
  /** Without the project: `team/nested/app`. */
  name: string;
  projectId: number;
  artifactCount: number;
  pullCount: number;
  createdAt: Date;
  updatedAt: Date;
}

export type ArtifactKind = 'image' | 'index' | 'helm-chart' | 'other';

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export interface ArtifactPlatform extends Platform {
  /** The digest of this platform's own manifest; the artifact's own for a single-platform image. */
  digest: string;
}

export interface HarborArtifact {
  id: number;
  digest: string;
  mediaType: string;
  /** What the manifest says that it is, else its config's type; null before Harbor 2.10. */
  artifactType: string | null;
  kind: ArtifactKind;
  sizeBytes: number;
  /** Of an index: its children that are images (attestations are left out). Empty for what has no platform. */
  platforms: ArtifactPlatform[];
  /** Of an index: all its children, attestations too. */
  children: ArtifactChild[];
  /** What the image says of itself; null where the manifest has no image config, as an index. */
  config: ImageConfig | null;
  /** Of the manifest. */
  annotations: Readonly<Record<string, string>>;
  pushedAt: Date;
  /** Null when never pulled. */
  pulledAt: Date | null;
  /** Without the project; null where Harbor (2.9) does not say it. */
  repository: string | null;
  repositoryId: number;
  projectId: number;
  tags: HarborTag[];
}

export interface ArtifactChild {
  digest: string;
  /** An index within an index has none. */
  hasPlatform: boolean;
}

/** An image's own config. Whoever made the image wrote it, so it can hold anything; `env` may hold secrets. */
export interface ImageConfig {
  /** Null where it does not say, or says no time. */
  createdAt: Date | null;
  /** As `NAME=value`. */
  env: string[];
  entryPoint: string[];
  command: string[];
  /** Such as `8888/tcp`. */
  exposedPorts: string[];
  labels: Readonly<Record<string, string>>;
}

export interface ScannedArtifact extends HarborArtifact {
  /** Null where there is no scanner, or it was never scanned. */
  scan: HarborScan | null;
}

/** An artifact with what is attached to it, as lists for people show it. */
export interface ShownArtifact extends ScannedArtifact {
  accessories: HarborAccessory[];
}

export interface HarborScan {
  /** Such as `Success`, `Pending`, `Running`, `Error`. */
  status: string;
  /** The worst one found, such as `High`; null until the scan is done. */
  severity: string | null;
  /** How many of each severity, such as `{ High: 1, Low: 1 }`. */
  counts: Readonly<Record<string, number>>;
  total: number;
  /** Those that a newer version of the package repairs. */
  fixable: number;
}

/** What an artifact takes by itself: its manifest and layers, of an index those of its children too. */
export interface ArtifactSize {
  id: number;
  /** Without the project; null where Harbor (2.9) does not say it. */
  repository: string | null;
  sizeBytes: number;
}

export interface HarborTag {
  id: number;
  name: string;
  pushedAt: Date;
  pulledAt: Date | null;
  /** Only true when asked for with immutable status. */
  immutable: boolean;
}

/** What one look at a reference found. Absent is only what Harbor itself said is not there (404). */
export type ArtifactLook =
  { found: true; artifact: HarborArtifact } | { found: false; absent: 'project' | 'repository' | 'artifact' };

/** A manifest as it was pushed: its digest is that of these bytes. */
export interface HarborManifest {
  digest: string;
  mediaType: string;
  bytes: Buffer;
}

/** `protected`: a rule forbids to move the tag. `incomplete`: something that the manifest names is not there any more. */
export type PutManifest = 'put' | 'protected' | 'incomplete';

export interface NewWebhookPolicy {
  name: string;
  /** Such as PUSH_ARTIFACT, DELETE_ARTIFACT, QUOTA_EXCEED. */
  eventTypes: string[];
  /** Where Harbor posts to. */
  address: string;
  /** Sent back verbatim as Authorization with each post. */
  authHeader: string;
  verifyCertificate: boolean;
}

export interface WebhookPolicy {
  id: number;
  name: string;
  enabled: boolean;
  eventTypes: string[];
  address: string;
  /** The verbatim Authorization value; project admins can read it in Harbor too. */
  authHeader: string | null;
}

export interface HarborRobot {
  id: number;
  /** The login name, such as `robot$user-ada+ci`. */
  name: string;
  description: string;
  level: 'system' | 'project';
  disabled: boolean;
  /** Null when it never ends. */
  expiresAt: Date | null;
  createdAt: Date;
  permissions: RobotPermission[];
}

export interface RobotPermission {
  kind: 'system' | 'project';
  namespace: string;
  access: { resource: string; action: string }[];
}

export interface HarborAccessory {
  id: number;
  /** Such as `signature.cosign`, `signature.notation`, `sbom.harbor`, `subject.accessory`. */
  type: string;
  digest: string;
  sizeBytes: number;
  createdAt: Date;
}

export interface NewRobot {
  /** Without Harbor's prefix: lower-case letters and digits with single `.`, `_` or `-` between them. */
  name: string;
  description: string;
  level: 'system' | 'project';
  /** Whole days; null never ends. Harbor counts nothing finer. */
  durationDays: number | null;
  /** Of a project's robot: exactly one, of that project. */
  permissions: RobotPermission[];
}

/** `secret` is shown this once. `exists`: this name is taken at this level. */
export type CreatedRobot =
  | { outcome: 'created'; id: number; name: string; secret: string; expiresAt: Date | null }
  | { outcome: 'exists' };

/** One row of Harbor's audit log, whichever of its two logs this version writes. */
export interface AuditRow {
  id: number;
  at: Date;
  operation: string;
  resourceType: string;
  resource: string;
  username: string;
  /** Of pushes on 2.13+: carries the digest. Empty on older versions. */
  description: string;
}

/** Rows by ascending id. The two logs count their ids apart: a cursor is of one log, and starts anew in the other. */
export interface AuditPage extends Page<AuditRow> {
  log: 'auditlog-exts' | 'audit-logs';
}

export interface HarborSystem {
  /** Null where this Harbor does not tell it to this caller. */
  version: string | null;
  /** `db_auth` where Harbor keeps the users itself. */
  authMode: string;
  /** Null where this Harbor does not tell it to this caller. */
  readOnly: boolean | null;
  selfRegistration: boolean;
  /** Null where this Harbor does not tell it to this caller. */
  projectCreationRestriction: 'everyone' | 'adminonly' | null;
  externalUrl: string | null;
  /** Harbor's own clock; null where it does not tell it to this caller. */
  currentTime: Date | null;
}

/** A part of Harbor (core, database, redis, registry …) and whether it says it is well. */
export interface HarborComponent {
  name: string;
  healthy: boolean;
}

export type Created = { outcome: 'created'; id: number } | { outcome: 'exists' };

export type Deleted = 'deleted' | 'absent';

export interface Page<T> {
  items: T[];
  /** There may be a next page. */
  hasMore: boolean;
}
