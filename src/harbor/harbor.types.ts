/** What features know of Harbor. Harbor's own words (`project_name`, `member_user` …) stop in this folder. */

export interface HarborProject {
  id: number;
  name: string;
  ownerId: number;
  isPublic: boolean;
  createdAt: Date;
  repositoryCount: number;
}

export interface HarborUser {
  id: number;
  username: string;
  email: string;
  comment: string;
  isSystemAdmin: boolean;
  createdAt: Date;
}

export type ProjectRole = 'admin' | 'maintainer' | 'developer' | 'guest' | 'limited-guest';

export interface HarborMember {
  id: number;
  /** The user's (or group's) id in Harbor. */
  entityId: number;
  entityName: string;
  entityType: 'user' | 'group';
  role: ProjectRole;
}

/** `null` selectors are rules that Harbor stored from an invalid body; they protect nothing. */
export interface ImmutableRule {
  id: number;
  disabled: boolean;
  /** doublestar patterns; only the first selector of each is used by Harbor. */
  repositories: RuleSelector | null;
  tags: RuleSelector | null;
}

export interface RuleSelector {
  decoration: string;
  pattern: string;
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
  kind: ArtifactKind;
  sizeBytes: number;
  /** Of an index: its children that are images (attestations are left out). Empty for what has no platform. */
  platforms: ArtifactPlatform[];
  pushedAt: Date;
  /** Null when never pulled. */
  pulledAt: Date | null;
  /** Without the project; null where Harbor (2.9) does not say it. */
  repository: string | null;
  repositoryId: number;
  projectId: number;
  tags: HarborTag[];
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
  | { found: true; artifact: HarborArtifact }
  | { found: false; absent: 'project' | 'repository' | 'artifact' };

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

export interface HarborSystem {
  /** Null where this Harbor does not tell it to this caller. */
  version: string | null;
  authMode: string;
  readOnly: boolean;
  selfRegistration: boolean;
  /** From the anonymous part where the caller may see it; null when unknown. */
  projectCreationRestriction: 'everyone' | 'adminonly' | null;
  externalUrl: string | null;
  /** Harbor's own clock; null where it does not tell it to this caller. */
  currentTime: Date | null;
}

export type Created = { outcome: 'created'; id: number } | { outcome: 'exists' };

export interface Page<T> {
  items: T[];
  /** There may be a next page. */
  hasMore: boolean;
}
