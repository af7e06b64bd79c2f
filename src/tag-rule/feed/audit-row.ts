import { isDigest, isRepositoryName, isTagName } from '../../common/image-link';
import type { AuditPage, AuditRow } from '../../harbor/harbor.types';
import type { LoggedChange } from '../digest-history';
import type { TagName } from '../observation';
import { isWatched } from '../watched-tag';

/** What the log is asked for: every row that can concern a tag. */
export const ROWS_OF_TAGS = {
  operations: ['create', 'delete'],
  resourceTypes: ['artifact', 'tag'],
} as const;

/** A row is about a tag; or about an artifact that was deleted, and all its tags with it. */
export interface LoggedTag {
  name: TagName;
  change: LoggedChange;
}

export interface LoggedDeletion {
  project: string;
  repository: string;
  digest: string;
  change: LoggedChange;
}

/** Harbor counts the ids of its two logs apart; the newer log, which an upgrade begins, comes after the older. */
const NEWER_LOG = 2 ** 52;
const RESOURCE = /^([^/:@]+)\/([^:@]+)(?::([^:@]+)|@([^@]+))$/;
const DIGEST_AT_END = /@(sha256:[0-9a-f]{64})$/;

/** Reads a row of Harbor's audit log; null for one that moves no tag that Berth watches. */
export function readAuditRow(log: AuditPage['log'], row: AuditRow): LoggedTag | LoggedDeletion | null {
  const { operation, resourceType, resource } = row;
  const isDeletion = operation === 'delete';
  if (!isDeletion && operation !== 'create') return null;
  if (resourceType !== 'artifact' && resourceType !== 'tag') return null;
  const [, project = '', repository = '', tag, digest] = RESOURCE.exec(resource) ?? [];
  if (!isRepositoryName(repository)) return null;
  const change: LoggedChange = {
    row: log === 'auditlog-exts' ? NEWER_LOG + row.id : row.id,
    at: row.at,
    who: row.username,
    kind: isDeletion ? 'deleted' : resourceType === 'tag' ? 'tagged' : 'pushed',
    digest: resourceType === 'artifact' ? (DIGEST_AT_END.exec(row.description)?.[1] ?? null) : null,
  };
  if (tag !== undefined) {
    return isTagName(tag) && isWatched(tag) ? { name: { project, repository, tag }, change } : null;
  }
  const isArtifact = isDeletion && digest !== undefined && isDigest(digest);
  return isArtifact ? { project, repository, digest, change } : null;
}
