import { tagPolicyOf, type TagPolicy } from '../projects/tag-policy';
import { readTime } from '../database/database-reader';
import type { ArtifactPlatform } from '../harbor/harbor.types';
import { giversAmong } from '../images/sharing/image-visibility';
import type { TagName } from '../tag-rule/observation';
import type { TagRecord } from '../tag-rule/tag-record.entity';
import type { TagState } from '../tag-rule/tag-rule';
import type { ProjectFacts, SeenImage, TagFacts } from './facts';

export interface TagRow extends TagName {
  harborProjectId: number;
  recordedDigest: string | null;
  currentDigest: string | null;
  state: TagState;
  recordedGone: number;
  platforms: string;
  sizeBytes: number;
  firstSeenAt: string;
  checkedAt: string;
  violationId: string | null;
}

export interface SeenRow {
  name: string;
  /** Whose image it is. */
  personId: string;
  audience: string;
  imageId: string;
  digest: string | null;
  platforms: string;
  sizeBytes: number;
  createdAt: string;
}

export interface ProjectRow {
  name: string;
  ownerPersonId: string | null;
  harborProjectId: number | null;
  visibility: 'private' | 'public';
  tagPolicy: TagPolicy | null;
  vulnerabilityLimit: string | null;
  offboardedAt: string | null;
}

/** Of a tag that may move, which nothing can violate. */
export function toTagFacts(record: TagRecord): TagFacts {
  const { harborProjectId, recordedDigest, currentDigest, state, recordedGone } = record;
  const { platforms, sizeBytes, firstSeenAt, checkedAt } = record;
  const digests = { harborProjectId, recordedDigest, currentDigest, state, recordedGone };
  return { ...digests, hasOpenViolation: false, platforms, sizeBytes, firstSeenAt, checkedAt };
}

/** The asker's own, then one that is shared with him, then a public one; of several the oldest. */
export function bestOf(rows: readonly SeenRow[], audiences: readonly string[]): SeenImage | null {
  let best: SeenRow | null = null;
  let bestPlace = audiences.length;
  const theirs: SeenRow[] = [];
  for (const row of rows) {
    const place = audiences.indexOf(row.audience);
    if (place === -1) continue;
    theirs.push(row);
    if (place > bestPlace) continue;
    if (place === bestPlace && best !== null && best.imageId < row.imageId) continue;
    best = row;
    bestPlace = place;
  }
  if (best === null) return null;
  const seenAs = bestPlace === audiences.length - 1 ? 'public' : bestPlace === 0 ? 'own' : 'shared';
  const pinned =
    best.digest === null
      ? null
      : {
          platforms: readPlatforms(best.platforms),
          sizeBytes: Number(best.sizeBytes),
          seenAt: readTime(best.createdAt),
        };
  return { imageId: best.imageId, seenAs, givers: giversAmong(theirs), pinned };
}

export function readProject(row: ProjectRow, sitePolicy: TagPolicy): ProjectFacts {
  const { ownerPersonId, harborProjectId, visibility, vulnerabilityLimit, offboardedAt } = row;
  return {
    ownerPersonId,
    harborProjectId,
    visibility,
    vulnerabilityLimit,
    ownerHasLeft: offboardedAt !== null,
    blocksMoved: tagPolicyOf(row, sitePolicy) === 'block',
  };
}

export function readTag(row: TagRow): TagFacts {
  return {
    harborProjectId: row.harborProjectId,
    recordedDigest: row.recordedDigest,
    // One text in memory for both.
    currentDigest: row.currentDigest === row.recordedDigest ? row.recordedDigest : row.currentDigest,
    state: row.state,
    recordedGone: Number(row.recordedGone) !== 0,
    hasOpenViolation: row.violationId !== null,
    platforms: readPlatforms(row.platforms),
    sizeBytes: Number(row.sizeBytes),
    firstSeenAt: readTime(row.firstSeenAt),
    checkedAt: readTime(row.checkedAt),
  };
}

/** As Berth wrote it. */
function readPlatforms(text: string): ArtifactPlatform[] {
  return JSON.parse(text) as ArtifactPlatform[];
}
