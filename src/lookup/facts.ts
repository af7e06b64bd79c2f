import type { ArtifactPlatform } from '../harbor/harbor.types';
import type { SeenAs } from '../images/sharing/image-visibility';
import type { TagState } from '../tag-rule/tag-rule';

/** The one whose job it is. */
export interface Asker {
  /** Null: Berth does not know such a person, who sees what is public. */
  personId: string | null;
  /** Of images (images/audience.ts): the owner's first, the public one last. */
  audiences: readonly string[];
}

/** A project that Berth keeps. */
export interface ProjectFacts {
  ownerPersonId: string | null;
  harborProjectId: number | null;
  visibility: 'private' | 'public';
  ownerHasLeft: boolean;
  /** From this severity on Harbor lets nobody pull; null: no such limit. */
  vulnerabilityLimit: string | null;
  /** A tag that moved and about which nobody decided yet is refused. */
  blocksMoved: boolean;
}

/** What a lookup needs of a tag record. */
export interface TagFacts {
  harborProjectId: number;
  recordedDigest: string | null;
  currentDigest: string | null;
  state: TagState;
  recordedGone: boolean;
  /** Moved, and nobody put it back or decided about it. */
  hasOpenViolation: boolean;
  platforms: readonly ArtifactPlatform[];
  sizeBytes: number;
  firstSeenAt: Date;
  checkedAt: Date;
}

/** The image of a link that the asker sees in the catalog. */
export interface SeenImage {
  imageId: string;
  seenAs: SeenAs;
  /** Whose images of this link the asker sees beside his own: he may run it as long as one of them may pull it. */
  givers: readonly string[];
  /** As at the import, of a link with a digest. */
  pinned: { platforms: readonly ArtifactPlatform[]; sizeBytes: number; seenAt: Date } | null;
}
