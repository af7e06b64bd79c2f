import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { usernameKey } from '../auth/username-key';
import { Clock } from '../common/clock';
import { DomainError, isOutage } from '../common/errors';
import { formatImageLink, pinnedReference, type ImageLink } from '../common/image-link';
import type { MessageCode, MessageParams } from '../common/messages.en';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import type { ArtifactPlatform } from '../harbor/harbor.types';
import { ImageAccess } from '../images/image-access';
import { imageName, readLinkField } from '../images/image-name';
import { ImagesService } from '../images/images.service';
import type { TagRecord } from '../tag-rule/tag-record.entity';
import { isMovable, type TagState } from '../tag-rule/tag-rule';
import { TagRecordsService } from '../tag-rule/tag-records.service';

export interface LookupQuestion {
  link: string;
  /** The username whose job it is; a person asks for himself. */
  for?: string;
  /** How old the look at a tag that may move can be; 0: it begins after the question. */
  maxAgeMs: number;
  /** `os/architecture[/variant]`: warns when the image does not have it. */
  platform?: string;
  /** Refuse an answer that could not be checked just now. Concerns only tags that may move. */
  requireFresh: boolean;
}

export interface LookupWarning {
  code: MessageCode;
  params: MessageParams;
}

export interface LookupAnswer {
  link: string;
  /** `host/project/repository@sha256:…`: what the job runs. */
  pinned: string;
  digest: string;
  /** Null for a tag that may move. */
  recordedDigest: string | null;
  state: TagState;
  platforms: ArtifactPlatform[];
  sizeBytes: number;
  firstSeenAt: Date;
  checkedAt: Date;
  ageMs: number;
  /** Harbor could not be asked; this is the last that is known. */
  stale: boolean;
  /** The asker's own image of this link. */
  imageId: string | null;
  warnings: LookupWarning[];
}

/** What is known of a link for one asker. */
interface Known {
  link: ImageLink;
  imageId: string | null;
  /** Of the project from which the asker may pull now; null while Harbor is away, for what he imported. */
  harborProjectId: number | null;
  source: { kind: 'tag'; tag: string; record: TagRecord | null } | { kind: 'digest'; facts: PinnedFacts };
}

interface PinnedFacts {
  digest: string;
  platforms: ArtifactPlatform[];
  sizeBytes: number;
  seenAt: Date;
}

@Injectable()
export class LookupService {
  constructor(
    private readonly persons: PersonsService,
    private readonly images: ImagesService,
    private readonly access: ImageAccess,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What a job runs for this link. A tag that may not move is answered from what is recorded, without Harbor.
   * @throws DomainError invalid `link.*`, `lookup.for-required`; forbidden `lookup.for-forbidden`; not-found
   *   `image.not-found` (absent, or not theirs to pull); conflict `tag.recorded-gone`, `project.replaced`,
   *   `image.owner-offboarded`;
   *   upstream-unavailable `lookup.not-fresh`; outages of Harbor for what was never seen
   */
  async lookup(caller: Caller, question: LookupQuestion): Promise<LookupAnswer> {
    const personId = await this.personIdOf(askerOf(caller, question.for));
    const known = await this.learn(personId, question.link);
    const { project } = known.link;
    const { left, mayRun } = await this.access.ownerHasLeft(project);
    if (!mayRun) throw new DomainError('conflict', 'image.owner-offboarded', { project });
    const answer = await this.answer(known, question);
    if (!left) return answer;
    const warning: LookupWarning = { code: 'lookup.warning.owner-offboarded', params: { project } };
    return { ...answer, warnings: [warning, ...answer.warnings] };
  }

  private async answer(known: Known, question: LookupQuestion): Promise<LookupAnswer> {
    const { link, imageId, source } = known;
    if (source.kind === 'digest') return this.answerDigest(link, imageId, source.facts, question);
    if (isMovable(source.tag)) return this.answerMovable(known, source.tag, question);
    return this.answerPinned(known, source.record, question);
  }

  private async personIdOf(asker: Asker): Promise<string | null> {
    if ('personId' in asker) return asker.personId;
    return (await this.persons.findByUsername(asker.username))?.id ?? null;
  }

  private async learn(personId: string | null, text: string): Promise<Known> {
    const link = withLatest(readLinkField(text, this.config.registry, '?link'));
    const image = personId === null ? null : await this.images.findByName(personId, imageName(link));
    const harborProjectId = await this.requireAccess(personId, link.project, image !== null);
    const known = { link, imageId: image?.id ?? null, harborProjectId };
    if (link.digest !== null) {
      const facts =
        image === null
          ? await this.lookByDigest(link, link.digest, harborProjectId)
          : pinnedFacts(link.digest, image);
      return { ...known, source: { kind: 'digest', facts } };
    }
    if (link.tag === null) throw imageNotFound();
    const name = { project: link.project, repository: link.repository, tag: link.tag };
    const record = (await this.tagRecords.find(name)) ?? (await this.firstLook(name));
    return { ...known, source: { kind: 'tag', tag: link.tag, record } };
  }

  /** While Harbor is away, what the person imported stays theirs to run. */
  private async requireAccess(
    personId: string | null,
    project: string,
    imported: boolean,
  ): Promise<number | null> {
    try {
      const harborProjectId = await this.access.pullableProjectId(personId, project);
      if (harborProjectId === null) throw imageNotFound();
      return harborProjectId;
    } catch (error) {
      if (imported && isOutage(error)) return null;
      throw error;
    }
  }

  private async firstLook(name: {
    project: string;
    repository: string;
    tag: string;
  }): Promise<TagRecord | null> {
    return isMovable(name.tag) ? null : (await this.tagRecords.check(name)).record;
  }

  private async lookByDigest(
    link: ImageLink,
    digest: string,
    harborProjectId: number | null,
  ): Promise<PinnedFacts> {
    const seenAt = this.clock.now();
    const look = await this.harbor.look(link.project, link.repository, digest);
    if (!look.found || look.artifact.projectId !== harborProjectId) throw imageNotFound();
    return { digest, platforms: look.artifact.platforms, sizeBytes: look.artifact.sizeBytes, seenAt };
  }

  private answerDigest(
    link: ImageLink,
    imageId: string | null,
    facts: PinnedFacts,
    question: LookupQuestion,
  ): LookupAnswer {
    const { digest, platforms, sizeBytes, seenAt } = facts;
    return {
      link: formatImageLink(link),
      pinned: pinnedReference(link, digest),
      digest,
      recordedDigest: digest,
      state: 'as-recorded',
      platforms,
      sizeBytes,
      firstSeenAt: seenAt,
      checkedAt: seenAt,
      ageMs: this.ageMs(seenAt),
      stale: false,
      imageId,
      warnings: platformWarnings(platforms, question.platform),
    };
  }

  private answerPinned(known: Known, seen: TagRecord | null, question: LookupQuestion): LookupAnswer {
    const record = theirs(known, seen);
    const { recordedDigest } = record;
    if (recordedDigest === null) throw imageNotFound();
    if (record.recordedGone) {
      const params = { link: formatImageLink(known.link), recordedDigest };
      throw new DomainError('conflict', 'tag.recorded-gone', params);
    }
    const answer = this.answerRecord(known, record, recordedDigest, question);
    return { ...answer, warnings: [...stateWarnings(record), ...answer.warnings] };
  }

  private async answerMovable(known: Known, tag: string, question: LookupQuestion): Promise<LookupAnswer> {
    const { project, repository } = known.link;
    const name = { project, repository, tag };
    const recent = await this.recentRecord(name, question.maxAgeMs);
    if (recent !== null) return this.answerCurrent(known, recent, question);
    try {
      const { record, state } = await this.tagRecords.check(name);
      if (state === 'unknown' && record !== null) {
        throw new DomainError('conflict', 'project.replaced', { project });
      }
      return this.answerCurrent(known, record, question);
    } catch (error) {
      if (!isOutage(error)) throw error;
      return this.answerStale(known, await this.tagRecords.find(name), question, error);
    }
  }

  private async recentRecord(
    name: { project: string; repository: string; tag: string },
    maxAgeMs: number,
  ): Promise<TagRecord | null> {
    if (maxAgeMs === 0) return null;
    const record = await this.tagRecords.find(name);
    return record !== null && this.ageMs(record.checkedAt) <= maxAgeMs ? record : null;
  }

  private answerCurrent(known: Known, seen: TagRecord | null, question: LookupQuestion): LookupAnswer {
    const record = theirs(known, seen);
    if (record.currentDigest === null) throw imageNotFound();
    return this.answerRecord(known, record, record.currentDigest, question);
  }

  private answerStale(
    known: Known,
    seen: TagRecord | null,
    question: LookupQuestion,
    outage: DomainError,
  ): LookupAnswer {
    if (seen === null) throw outage;
    const ageMs = this.ageMs(seen.checkedAt);
    if (question.requireFresh || ageMs > this.config.lookup.maxStaleMs) {
      const params = { link: formatImageLink(known.link), ageMs };
      throw new DomainError('upstream-unavailable', 'lookup.not-fresh', params, {
        cause: outage,
        retryAfterSeconds: outage.retryAfterSeconds ?? 30,
      });
    }
    return { ...this.answerCurrent(known, seen, question), stale: true };
  }

  private answerRecord(
    { link, imageId }: Known,
    record: TagRecord,
    digest: string,
    question: LookupQuestion,
  ): LookupAnswer {
    return {
      link: formatImageLink(link),
      pinned: pinnedReference(link, digest),
      digest,
      recordedDigest: record.recordedDigest,
      state: record.state,
      platforms: record.platforms,
      sizeBytes: record.sizeBytes,
      firstSeenAt: record.firstSeenAt,
      checkedAt: record.checkedAt,
      ageMs: this.ageMs(record.checkedAt),
      stale: false,
      imageId,
      warnings: platformWarnings(record.platforms, question.platform),
    };
  }

  private ageMs(since: Date): number {
    return Math.max(0, this.clock.now().getTime() - since.getTime());
  }
}

type Asker = { personId: string } | { username: string };

/** A person asks for himself; a scheduler names the person. */
function askerOf(caller: Caller, username: string | undefined): Asker {
  if (caller.kind === 'person') {
    if (username !== undefined && usernameKey(username) !== usernameKey(caller.username)) {
      throw new DomainError('forbidden', 'lookup.for-forbidden');
    }
    return { personId: caller.personId };
  }
  if (username === undefined) {
    const code = 'lookup.for-required';
    throw new DomainError('invalid', code, {}, { errors: [{ pointer: '?for', code }] });
  }
  return { username };
}

/** The record, when it is of the project from which the asker may pull, or of an image that he imported. */
function theirs({ imageId, harborProjectId }: Known, record: TagRecord | null): TagRecord {
  if (record === null) throw imageNotFound();
  if (imageId === null && record.harborProjectId !== harborProjectId) throw imageNotFound();
  return record;
}

/** Runtimes read a link without tag and digest as `latest`, so a lookup does too. */
function withLatest(link: ImageLink): ImageLink {
  return link.tag === null && link.digest === null ? { ...link, tag: 'latest' } : link;
}

function pinnedFacts(
  digest: string,
  image: { platforms: ArtifactPlatform[]; sizeBytes: number; createdAt: Date },
): PinnedFacts {
  return { digest, platforms: image.platforms, sizeBytes: image.sizeBytes, seenAt: image.createdAt };
}

function stateWarnings({ tag, state, recordedDigest, currentDigest }: TagRecord): LookupWarning[] {
  if (state === 'moved') {
    const params = { tag, recordedDigest: recordedDigest ?? '', currentDigest: currentDigest ?? '' };
    return [{ code: 'lookup.warning.tag-moved', params }];
  }
  return state === 'gone' ? [{ code: 'lookup.warning.tag-gone', params: { tag } }] : [];
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

function imageNotFound(): DomainError {
  return new DomainError('not-found', 'image.not-found');
}
