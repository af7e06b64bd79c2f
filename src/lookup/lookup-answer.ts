import { DomainError } from '../common/errors';
import { formatImageLink, pinnedReference, type ImageLink } from '../common/image-link';
import type { MessageCode, MessageParams } from '../common/messages.en';
import type { ArtifactPlatform } from '../harbor/harbor.types';
import { imageNotFound } from '../images/image-name';
import type { Claim } from '../images/sharing/run-right';
import type { TagState } from '../tag-rule/tag-rule';
import { isMovable } from '../tag-rule/tag-rule';
import type { SeenImage, TagFacts } from './facts';
import type { LinkFacts } from './lookup-memory';

export interface LookupWarning {
  code: MessageCode;
  params: MessageParams;
}

/** How a question may be answered. */
export interface LookupOptions {
  /** How old the look at a tag that may move can be; 0: it begins after the question. */
  maxAgeMs: number;
  /** `os/architecture[/variant]`: warns when the image does not have it. */
  platform?: string;
  /** Refuse an answer that could not be checked just now. Concerns only tags that may move. */
  requireFresh: boolean;
}

/** The part of an answer that is the same for everybody who asks, until the tag is seen anew. */
export interface Told {
  link: string;
  /** `host/project/repository@sha256:…`: what the job runs. */
  pinned: string;
  digest: string;
  /** Null for a tag that may move. */
  recordedDigest: string | null;
  state: TagState;
  platforms: readonly ArtifactPlatform[];
  sizeBytes: number;
  firstSeenAt: Date;
  checkedAt: Date;
}

export interface Answer {
  told: Told;
  /** Since `checkedAt`. */
  ageMs: number;
  /** This could not be checked; it is the last that is known. */
  stale: boolean;
  /** The asker's own image of this link, else one shared with him, else a public one. */
  imageId: string | null;
  warnings: LookupWarning[];
}

/** What has to be looked at first: a tag that was never seen, one that may move, or a digest. */
export type Need = 'first-look' | 'look' | 'digest-look';

/** By what the asker wants to run the link. */
export function claimOf({ asker, seen }: LinkFacts): Claim {
  return { personId: asker.personId, givers: seen?.givers ?? [], sees: seen !== null };
}

/** The Harbor project's id where Berth made the project for this person; undefined: it did not. */
export function ownProjectId({ project }: LinkFacts, personId: string | null): number | undefined {
  if (project === null || personId === null || project.ownerPersonId !== personId) return undefined;
  return project.harborProjectId ?? undefined;
}

/**
 * The answer from what is known, or what has to be learned for it.
 * @param right null: Harbor cannot be asked, and he imported the image
 * @throws DomainError not-found `image.not-found`; conflict `image.owner-offboarded`, `tag.recorded-gone`,
 *   `lookup.blocked`
 */
export function answerFrom(
  facts: LinkFacts,
  right: number | null,
  options: LookupOptions,
  now: Date,
): Answer | Need {
  const { link, project, seen } = facts;
  const isShared = seen !== null && seen.givers.length > 0;
  const hasLeft = project?.ownerHasLeft === true;
  if (hasLeft && !isShared && project.visibility !== 'public') {
    throw new DomainError('conflict', 'image.owner-offboarded', { project: link.project });
  }
  const answer = answerWithoutOwner(facts, right, options, now);
  if (typeof answer !== 'string' && hasLeft) {
    const params = { project: link.project };
    answer.warnings.unshift({ code: 'lookup.warning.owner-offboarded', params });
  }
  return answer;
}

function answerWithoutOwner(
  facts: LinkFacts,
  right: number | null,
  options: LookupOptions,
  now: Date,
): Answer | Need {
  const { link, seen, tag } = facts;
  if (link.digest !== null) {
    if (seen === null || seen.pinned === null) return 'digest-look';
    return answerDigest(link, link.digest, seen, options, now);
  }
  if (link.tag !== null && isMovable(link.tag)) {
    const isRecent = tag !== null && now.getTime() - tag.checkedAt.getTime() <= options.maxAgeMs;
    return options.maxAgeMs > 0 && isRecent ? answerCurrent(facts, right, tag, options, now) : 'look';
  }
  return tag === null ? 'first-look' : answerPinned(facts, right, tag, options, now);
}

/** Of a tag that may move, as it was seen last. */
export function answerCurrent(
  facts: LinkFacts,
  right: number | null,
  tag: TagFacts,
  options: LookupOptions,
  now: Date,
): Answer {
  requireSame(facts, right, tag);
  if (tag.currentDigest === null) throw imageNotFound();
  return answerTag(facts, tag, tag.currentDigest, [], options, now);
}

function answerPinned(
  facts: LinkFacts,
  right: number | null,
  tag: TagFacts,
  options: LookupOptions,
  now: Date,
): Answer {
  requireSame(facts, right, tag);
  const { recordedDigest, currentDigest } = tag;
  if (recordedDigest === null) throw imageNotFound();
  const link = formatImageLink(facts.link);
  if (tag.recordedGone) throw new DomainError('conflict', 'tag.recorded-gone', { link, recordedDigest });
  if (tag.hasOpenViolation && facts.project?.blocksMoved === true) {
    const params = { link, recordedDigest, currentDigest: currentDigest ?? '' };
    throw new DomainError('conflict', 'lookup.blocked', params);
  }
  const isReplaced = right !== null && right !== tag.harborProjectId;
  const replaced: LookupWarning[] = isReplaced
    ? [{ code: 'lookup.warning.project-replaced', params: { project: facts.link.project } }]
    : [];
  return answerTag(facts, tag, recordedDigest, [...replaced, ...stateWarnings(facts, tag)], options, now);
}

export function answerDigest(
  link: ImageLink,
  digest: string,
  seen: Pick<SeenImage, 'pinned'> & { imageId: string | null },
  { platform }: LookupOptions,
  now: Date,
): Answer {
  if (seen.pinned === null) throw imageNotFound();
  const { platforms, sizeBytes, seenAt } = seen.pinned;
  const told: Told = {
    link: formatImageLink(link),
    pinned: pinnedReference(link, digest),
    digest,
    recordedDigest: digest,
    state: 'as-recorded',
    platforms,
    sizeBytes,
    firstSeenAt: seenAt,
    checkedAt: seenAt,
  };
  return answerOf(told, seen.imageId, platformWarnings(platforms, platform), now);
}

/** The same object while the tag is not seen anew, so that its text is made once. */
const toldOfTag = new WeakMap<TagFacts, Told>();

function answerTag(
  { link, seen }: LinkFacts,
  tag: TagFacts,
  digest: string,
  warnings: LookupWarning[],
  { platform }: LookupOptions,
  now: Date,
): Answer {
  let told = toldOfTag.get(tag);
  if (told === undefined) {
    const { recordedDigest, state, platforms, sizeBytes, firstSeenAt, checkedAt } = tag;
    const pinned = pinnedReference(link, digest);
    const seenAt = { firstSeenAt, checkedAt };
    told = {
      link: formatImageLink(link),
      pinned,
      digest,
      recordedDigest,
      state,
      platforms,
      sizeBytes,
      ...seenAt,
    };
    toldOfTag.set(tag, told);
  }
  return answerOf(
    told,
    seen?.imageId ?? null,
    [...warnings, ...platformWarnings(tag.platforms, platform)],
    now,
  );
}

function answerOf(told: Told, imageId: string | null, warnings: LookupWarning[], now: Date): Answer {
  return { told, ageMs: ageMsOf(told, now), stale: false, imageId, warnings };
}

/** The same, later. */
export function answerAgain(answer: Answer, now: Date): Answer {
  return { ...answer, ageMs: ageMsOf(answer.told, now) };
}

function ageMsOf({ checkedAt }: Told, now: Date): number {
  return Math.max(0, now.getTime() - checkedAt.getTime());
}

/** A project of the same name with another id is another one: who sees no image of the old one sees nothing of it. */
function requireSame({ seen }: LinkFacts, right: number | null, tag: TagFacts): void {
  if (seen === null && right !== tag.harborProjectId) throw imageNotFound();
}

function stateWarnings({ link }: LinkFacts, tag: TagFacts): LookupWarning[] {
  const name = link.tag ?? '';
  const { state, recordedDigest, currentDigest } = tag;
  if (state === 'moved') {
    const params = { tag: name, recordedDigest: recordedDigest ?? '', currentDigest: currentDigest ?? '' };
    return [{ code: 'lookup.warning.tag-moved', params }];
  }
  return state === 'gone' ? [{ code: 'lookup.warning.tag-gone', params: { tag: name } }] : [];
}

function platformWarnings(
  platforms: readonly ArtifactPlatform[],
  asked: string | undefined,
): LookupWarning[] {
  if (asked === undefined || platforms.length === 0) return [];
  const names = platforms.map(({ os, architecture, variant }) =>
    [os, architecture, ...(variant === undefined ? [] : [variant])].join('/'),
  );
  const has = names.some((name) => name === asked || name.startsWith(`${asked}/`));
  return has
    ? []
    : [{ code: 'lookup.warning.platform-missing', params: { platform: asked, platforms: names.join(', ') } }];
}
