import { Inject, Injectable } from '@nestjs/common';
import type { PersonCaller } from '../../auth/caller';
import { closestNames } from '../../common/closest-names';
import { DomainError, isOutage } from '../../common/errors';
import { FewAtOnce } from '../../common/few-at-once';
import { LookupPressure } from '../../common/lookup-pressure';
import { isSignatureTag, requireTagOrDigest, type ImageLink } from '../../common/image-link';
import type { MessageParams } from '../../common/messages.en';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HarborClient } from '../../harbor/harbor.client';
import type {
  ArtifactLook,
  ArtifactPlatform,
  HarborArtifact,
  ScannedArtifact,
} from '../../harbor/harbor.types';
import { isHoldTag } from '../../tag-rule/hold-tag';
import type { TagRecord } from '../../tag-rule/tag-record.entity';
import { judge } from '../../tag-rule/tag-rule';
import { TagRecordsService, type TagName } from '../../tag-rule/tag-records.service';
import { ImageAccess } from '../sharing/image-access';
import { ImageGrants } from '../sharing/image-grants';
import { describeImage, type ImageDescription } from './image-description';
import { imageName, imageNotFound, pointingTo, readLinkField } from '../image-name';
import { platformName, platformsRun, tellingPlatform } from '../site-platforms';
import { isMilder } from './severity';

/** Tags told where the one that was asked for is not there. */
const LIKE_IT = 5;
/** Of its quota: a project as full as this may have refused the push. */
const FULL_PERCENT = 90;
/** They are looked for among the tags of this many artifacts. */
const MAX_PAGES = 3;
const PAGE_SIZE = 100;

/** Several calls to Harbor each; the rest of Harbor's connections is for lookups. */
const VERDICTS_AT_ONCE = 32;
const VERDICTS_WAITING = 1_000;

/** A good verdict: it is there, and the person may pull it. */
export interface Verdict {
  artifact: HarborArtifact;
  described: ImageDescription;
  /** Null for a link with a digest, and in a preview of what was never seen. */
  record: TagRecord | null;
}

/** Whether a link can be imported by a person, and what it is. A bad verdict is thrown. */
@Injectable()
export class ImageVerdicts {
  private readonly turns: FewAtOnce;

  constructor(
    private readonly access: ImageAccess,
    private readonly grants: ImageGrants,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    lookups: LookupPressure,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.turns = new FewAtOnce(VERDICTS_AT_ONCE, VERDICTS_WAITING, lookups);
  }

  /** @throws DomainError invalid `link.*`, pointing to `/link` */
  readLink(text: string): ImageLink {
    const link = readLinkField(text, this.config.registry, '/link');
    return pointingTo('/link', () => {
      requireTagOrDigest(link);
      if (link.tag !== null && isSignatureTag(link.tag)) {
        throw new DomainError('invalid', 'link.signature-tag', { tag: link.tag });
      }
      if (link.tag !== null && isHoldTag(link.tag)) {
        throw new DomainError('invalid', 'link.hold-tag', { tag: link.tag });
      }
      return link;
    });
  }

  /**
   * For an import: what was seen of a tag is recorded.
   * @throws DomainError invalid `image.digest-mismatch`; not-found `image.not-found` (absent, or not theirs to
   *   pull), `image.tag-not-found`, `image.absent-quota`, `image.absent-read-only`; conflict `image.tag-moved`,
   *   `image.unsigned`, `image.vulnerable`, `image.platform-vulnerable`, `project.replaced`; too-many `request.busy`; outages of Harbor
   */
  async record(caller: PersonCaller, link: ImageLink): Promise<Verdict> {
    return this.judge(caller, link, async (pullable) => this.checkTag(pullable));
  }

  /** As record, and nothing is recorded. */
  async preview(caller: PersonCaller, link: ImageLink): Promise<Verdict> {
    return this.judge(caller, link, async (pullable) => this.observeTag(pullable));
  }

  private async judge(
    caller: PersonCaller,
    link: ImageLink,
    seeTag: (pullable: Pullable) => Promise<Seen>,
  ): Promise<Verdict> {
    return this.turns.run(async () => {
      const pullable = await this.requireAccess(caller, link);
      const { digest } = link;
      const { artifact, record } =
        digest === null ? await seeTag(pullable) : await this.lookByDigest(pullable, digest);
      const telling = await this.findTelling(link, artifact);
      await this.refuseUnpullable(link, artifact, telling);
      return { artifact, record, described: this.describe(link, artifact, telling) };
    });
  }

  private async requireAccess(caller: PersonCaller, link: ImageLink): Promise<Pullable> {
    const grant = await this.grants.find(caller.personId, link.project, imageName(link));
    if (grant === null) throw imageNotFound();
    const harborProjectId = grant.harborProjectId ?? (await this.access.findProjectId(link.project));
    if (harborProjectId === null) throw imageNotFound();
    return { link, harborProjectId };
  }

  /** Harbor would refuse the pull to every job, so such an image is no use in the catalog. */
  private async refuseUnpullable(
    link: ImageLink,
    artifact: HarborArtifact,
    telling: ScannedArtifact | null,
  ): Promise<void> {
    await this.refuseUnsigned(link, artifact);
    const { project, repository } = link;
    const severity = await this.access.vulnerabilityLimit(project);
    if (severity === null) return;
    // What counts (the exemptions, what cannot be scanned) Harbor alone knows.
    if (await this.harbor.isPullRefused(project, repository, artifact.digest)) {
      throw new DomainError('conflict', 'image.vulnerable', { project, severity });
    }
    for (const platform of this.partsRun(artifact)) {
      const { digest } = platform;
      if (telling?.digest === digest && telling.scan !== null && isMilder(telling.scan, severity)) continue;
      if (!(await this.harbor.isPullRefused(project, repository, digest))) continue;
      const params = { project, severity, platform: platformName(platform) };
      throw new DomainError('conflict', 'image.platform-vulnerable', params);
    }
  }

  /** Harbor lets an index be pulled whatever was found in its images: nodes pull one of these as well. */
  private partsRun({ kind, platforms }: HarborArtifact): ArtifactPlatform[] {
    return kind === 'index' ? platformsRun(platforms, this.config.images.sitePlatforms) : [];
  }

  private async refuseUnsigned(link: ImageLink, { digest }: HarborArtifact): Promise<void> {
    const { project, repository } = link;
    const needed = await this.access.signaturesNeeded(project);
    if (needed.length === 0) return;
    const types = (await this.harbor.listAccessories(project, repository, digest)).map(({ type }) => type);
    const signature = needed.find((kind) => !types.includes(`signature.${kind}`));
    if (signature !== undefined) {
      throw new DomainError('conflict', 'image.unsigned', { project, signature });
    }
  }

  /** A link with a digest never moves and has no tag record; its tag, where it has one, must carry that digest. */
  private async lookByDigest(pullable: Pullable, given: string): Promise<Seen> {
    const { link, harborProjectId } = pullable;
    const look = await this.harbor.look(link.project, link.repository, link.tag ?? given);
    if (!look.found) throw await this.absent(pullable, look);
    if (look.artifact.projectId !== harborProjectId) throw imageNotFound();
    const actual = look.artifact.digest;
    if (actual === given) return { artifact: look.artifact, record: null };
    // A client that resolved its platform holds that manifest's digest, and not the index's.
    if (look.artifact.platforms.some(({ digest }) => digest === given)) {
      return this.lookByDigest({ ...pullable, link: { ...link, tag: null } }, given);
    }
    const params = { tag: link.tag ?? '', actual, given };
    const code = 'image.digest-mismatch';
    throw new DomainError('invalid', code, params, { errors: [{ pointer: '/link', code, params }] });
  }

  private async checkTag(pullable: Pullable): Promise<Seen> {
    const name = tagNameOf(pullable.link);
    const { record, state, look } = await this.tagRecords.check(name);
    if (record !== null && state === 'unknown') throw replaced(name);
    return this.judgeTag(pullable, look, record);
  }

  private async observeTag(pullable: Pullable): Promise<Seen> {
    const name = tagNameOf(pullable.link);
    const look = await this.harbor.look(name.project, name.repository, name.tag);
    const record = await this.tagRecords.find(name);
    // What was deleted through Berth starts afresh.
    if (record === null || record.retiredAt !== null) return this.judgeTag(pullable, look, null);
    const projectId = look.found ? look.artifact.projectId : await this.access.findProjectId(name.project);
    if (projectId !== null && projectId !== record.harborProjectId) throw replaced(name);
    return this.judgeTag(pullable, look, record);
  }

  /** The same for an import and for a preview. */
  private async judgeTag(pullable: Pullable, look: ArtifactLook, record: TagRecord | null): Promise<Seen> {
    if (!look.found) throw await this.absent(pullable, look);
    const { artifact } = look;
    if (artifact.projectId !== pullable.harborProjectId) throw imageNotFound();
    if (record !== null && judge(record.recordedDigest, artifact.digest) === 'moved') {
      throw moved(record, artifact.digest);
    }
    return { artifact, record };
  }

  /**
   * Which tags there are, and what may have kept the push from arriving, is told only to those who may pull, which was
   * asked before.
   */
  private async absent(pullable: Pullable, look: ArtifactLook): Promise<DomainError> {
    const { project, repository, tag } = pullable.link;
    if (tag === null || look.found || look.absent === 'project') return imageNotFound();
    const like = look.absent === 'artifact' ? closestNames(tag, await this.tagNames(pullable), LIKE_IT) : [];
    const tags = like.join(', ');
    const known = { tag, repository: `${project}/${repository}` };
    const hindrance = await this.hindrance(pullable.harborProjectId);
    if (hindrance !== null) {
      const { code, params } = hindrance;
      return new DomainError('not-found', code, {
        ...known,
        ...params,
        project,
        tags: tags === '' ? '–' : tags,
      });
    }
    return tags === ''
      ? imageNotFound()
      : new DomainError('not-found', 'image.tag-not-found', { ...known, tags });
  }

  /** Why Harbor may have refused the push; null also while it does not tell. */
  private async hindrance(projectId: number): Promise<Hindrance | null> {
    try {
      const { readOnly } = await this.harbor.system();
      if (readOnly === true) return { code: 'image.absent-read-only', params: {} };
      const quota = await this.harbor.findQuota(projectId);
      if (quota === null || quota.limitBytes === null) return null;
      const usedPercent = Math.floor((100 * quota.usedBytes) / quota.limitBytes);
      return usedPercent < FULL_PERCENT ? null : { code: 'image.absent-quota', params: { usedPercent } };
    } catch (error) {
      if (isOutage(error)) return null;
      throw error;
    }
  }

  /** The newest first; none of another project that has the name by now. */
  private async tagNames({ link, harborProjectId }: Pullable): Promise<string[]> {
    const { project, repository } = link;
    const names: string[] = [];
    let upToArtifactId: number | null = null;
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const found = await this.harbor.listTaggedArtifacts({
        project,
        repository,
        upToArtifactId,
        limit: PAGE_SIZE,
      });
      if (found === null) break;
      const theirs = found.items.filter(({ projectId }) => projectId === harborProjectId);
      names.push(...theirs.flatMap(({ tags }) => tags.map(({ name }) => name)));
      upToArtifactId = (found.items.at(-1)?.id ?? 1) - 1;
      if (!found.hasMore) break;
    }
    return names.filter((name) => !isSignatureTag(name) && !isHoldTag(name));
  }

  private describe(
    link: ImageLink,
    artifact: HarborArtifact,
    telling: ScannedArtifact | null,
  ): ImageDescription {
    const config = artifact.kind === 'index' ? (telling?.config ?? null) : artifact.config;
    const described = describeImage(artifact, config, link.repository);
    const { suggestedTaskType: suggested } = described;
    const isOffered = suggested !== null && this.config.images.taskTypes.includes(suggested);
    return { ...described, suggestedTaskType: isOffered ? suggested : null };
  }

  /** An index has no config of its own: that of the platform that the nodes run tells about it. Null: no index. */
  private async findTelling(link: ImageLink, artifact: HarborArtifact): Promise<ScannedArtifact | null> {
    if (artifact.kind !== 'index') return null;
    const platform = tellingPlatform(artifact.platforms, this.config.images.sitePlatforms);
    if (platform === null) return null;
    const found = await this.harbor.findScanned(link.project, link.repository, platform.digest);
    return found?.projectId === artifact.projectId ? found : null;
  }
}

/** A link, with the id of the one Harbor project whose images the person may see under its name. */
interface Pullable {
  link: ImageLink;
  harborProjectId: number;
}

interface Hindrance {
  code: 'image.absent-read-only' | 'image.absent-quota';
  params: MessageParams;
}

interface Seen {
  artifact: HarborArtifact;
  record: TagRecord | null;
}

function tagNameOf({ project, repository, tag }: ImageLink): TagName {
  if (tag === null) throw imageNotFound();
  return { project, repository, tag };
}

function moved({ tag, recordedDigest }: TagRecord, currentDigest: string): DomainError {
  return new DomainError('conflict', 'image.tag-moved', {
    tag,
    recordedDigest: recordedDigest ?? '',
    currentDigest,
  });
}

function replaced({ project }: TagName): DomainError {
  return new DomainError('conflict', 'project.replaced', { project });
}
