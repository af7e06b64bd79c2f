import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LessThan, type DataSource, type FindOptionsWhere } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { Changes } from '../common/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { requireFresh } from '../common/etag';
import { formatImageLink, isSignatureTag, requireTagOrDigest, type ImageLink } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborArtifact } from '../harbor/harbor.types';
import type { TagRecord } from '../tag-rule/tag-record.entity';
import type { TagState } from '../tag-rule/tag-rule';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { ImageAccess } from './image-access';
import { imageName, pointingTo, readLinkField } from './image-name';
import { Image } from './image.entity';

/** An image together with the tag record that says how it stands; null for a link with a digest. */
export interface CatalogedImage {
  image: Image;
  record: TagRecord | null;
}

export interface NewImage {
  link: string;
  description: string;
  taskType: string;
}

export interface ImageChange {
  description?: string;
  taskType?: string;
}

/** What a check saw: `from` is the recorded digest, `to` the one in Harbor now; null where there is none. */
export interface ImageCheck {
  tag: string | null;
  state: TagState;
  from: string | null;
  to: string | null;
  checkedAt: Date;
}

export interface ImageFilter {
  taskType?: string;
  project?: string;
}

@Injectable()
export class ImagesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly access: ImageAccess,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Takes a pushed image into the person's catalog. Nothing is stored unless everything about it is right.
   * @throws DomainError invalid `link.*`, `image.task-type-unknown`, `image.digest-mismatch`; not-found
   *   `image.not-found` (absent, or not theirs to pull); conflict `image.already-imported`, `image.tag-moved`,
   *   `project.replaced`; outages of Harbor
   */
  async import(caller: PersonCaller, wanted: NewImage): Promise<CatalogedImage> {
    const link = this.readImportLink(wanted.link);
    this.requireTaskType(wanted.taskType);
    const name = imageName(link);
    await this.refuseSecondImport(caller.personId, name, link);
    const harborProjectId = await this.access.pullableProjectId(caller.personId, link.project);
    if (harborProjectId === null) throw imageNotFound();
    const { facts, digest, record } = await this.observe(link, harborProjectId);
    const now = this.clock.now();
    const image = this.dataSource.manager.create(Image, {
      id: uuidv7(),
      personId: caller.personId,
      name,
      project: link.project,
      repository: link.repository,
      tag: link.tag,
      digest,
      tagRecordId: record?.id ?? null,
      description: wanted.description,
      taskType: wanted.taskType,
      ...facts,
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    try {
      await this.dataSource.transaction(async (manager) => {
        await manager.insert(Image, image);
        await this.audit.record(manager, caller, 'image.imported', formatImageLink(link));
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await this.refuseSecondImport(caller.personId, name, link);
      throw error;
    }
    this.changes.note();
    return { image, record };
  }

  /** The person's images, newest first, after the image with the id `afterId`. */
  async list(
    caller: PersonCaller,
    filter: ImageFilter,
    afterId: string | null,
    limit: number,
  ): Promise<CatalogedImage[]> {
    const images = await this.dataSource.manager.find(Image, {
      where: { ...this.mine(caller, filter), ...(afterId === null ? {} : { id: LessThan(afterId) }) },
      order: { id: 'DESC' },
      take: limit,
    });
    const records = await this.tagRecords.findByIds(images.flatMap(({ tagRecordId }) => tagRecordId ?? []));
    return images.map((image) => ({ image, record: records.get(image.tagRecordId ?? '') ?? null }));
  }

  async count(caller: PersonCaller, filter: ImageFilter): Promise<number> {
    return this.dataSource.manager.count(Image, { where: this.mine(caller, filter) });
  }

  /** @throws DomainError not-found `image.not-found`, also when it is somebody else's */
  async get(caller: PersonCaller, id: string): Promise<CatalogedImage> {
    const image = await this.dataSource.manager.findOneBy(Image, { id, personId: caller.personId });
    if (image === null) throw imageNotFound();
    return this.withRecord(image);
  }

  /** The person's own image of this name (`project/repository:tag`), or null. */
  async findByName(personId: string, name: string): Promise<Image | null> {
    return this.dataSource.manager.findOneBy(Image, { personId, name });
  }

  /**
   * @param ifMatch the ETag that the caller read, so that nobody's change meanwhile is overwritten
   * @throws DomainError not-found; stale `request.stale`; invalid `image.task-type-unknown`
   */
  async change(
    caller: PersonCaller,
    id: string,
    change: ImageChange,
    ifMatch: string | undefined,
  ): Promise<CatalogedImage> {
    if (change.taskType !== undefined) this.requireTaskType(change.taskType);
    const { image, record } = await this.get(caller, id);
    requireFresh(ifMatch, image.version);
    const { description = image.description, taskType = image.taskType } = change;
    if (description === image.description && taskType === image.taskType) return { image, record };
    const changed = this.dataSource.manager.create(Image, {
      ...image,
      description,
      taskType,
      version: image.version + 1,
      updatedAt: this.clock.now(),
    });
    const { version, updatedAt } = changed;
    await this.dataSource.transaction(async (manager) => {
      const written = await manager.update(
        Image,
        { id, version: image.version },
        { description, taskType, version, updatedAt },
      );
      if (written.affected !== 1) throw new DomainError('stale', 'request.stale');
      await this.audit.record(manager, caller, 'image.changed', image.name);
    });
    return { image: changed, record };
  }

  /** Takes it out of the catalog; what is in Harbor stays. Nothing happens when it is absent or somebody else's. */
  async delete(caller: PersonCaller, id: string): Promise<void> {
    const image = await this.dataSource.manager.findOneBy(Image, { id, personId: caller.personId });
    if (image === null) return;
    await this.dataSource.transaction(async (manager) => {
      await manager.delete(Image, { id });
      await this.audit.record(manager, caller, 'image.deleted', image.name);
    });
    this.changes.note();
  }

  /** Looks at Harbor now and records what it saw. @throws DomainError not-found; outages of Harbor */
  async check(caller: PersonCaller, id: string): Promise<ImageCheck> {
    const { image } = await this.get(caller, id);
    if (image.digest !== null) return this.checkDigest(image, image.digest);
    if (image.tag === null) throw new Error(`image ${id} has neither tag nor digest`);
    const { project, repository, tag } = image;
    const { record, state } = await this.tagRecords.check({ project, repository, tag });
    return {
      tag,
      state,
      from: record?.recordedDigest ?? null,
      to: state === 'unknown' ? null : (record?.currentDigest ?? null),
      checkedAt: record?.checkedAt ?? this.clock.now(),
    };
  }

  private async checkDigest(image: Image, digest: string): Promise<ImageCheck> {
    const checkedAt = this.clock.now();
    const look = await this.harbor.look(image.project, image.repository, digest);
    const state = look.found ? 'as-recorded' : look.absent === 'project' ? 'unknown' : 'gone';
    return { tag: image.tag, state, from: digest, to: look.found ? digest : null, checkedAt };
  }

  private readImportLink(text: string): ImageLink {
    const link = readLinkField(text, this.config.registry, '/link');
    return pointingTo('/link', () => {
      requireTagOrDigest(link);
      if (link.tag !== null && isSignatureTag(link.tag)) {
        throw new DomainError('invalid', 'link.signature-tag', { tag: link.tag });
      }
      return link;
    });
  }

  private requireTaskType(taskType: string): void {
    const { taskTypes } = this.config.images;
    if (taskTypes.includes(taskType)) return;
    const params = { taskType, taskTypes: taskTypes.join(', ') };
    const code = 'image.task-type-unknown';
    throw new DomainError('invalid', code, params, { errors: [{ pointer: '/taskType', code, params }] });
  }

  private async refuseSecondImport(personId: string, name: string, link: ImageLink): Promise<void> {
    const existing = await this.findByName(personId, name);
    if (existing === null) return;
    throw new DomainError('conflict', 'image.already-imported', {
      link: formatImageLink(link),
      imageId: existing.id,
    });
  }

  /** A link with a digest never moves and has no tag record; its tag, where it has one, must carry that digest. */
  private async observe(link: ImageLink, harborProjectId: number): Promise<Observed> {
    if (link.digest !== null) {
      const artifact = await this.lookByDigest(link, link.digest, harborProjectId);
      return { facts: factsOf(artifact), digest: link.digest, record: null };
    }
    const record = await this.checkTag(link, harborProjectId);
    return { facts: factsOf(record), digest: null, record };
  }

  private async lookByDigest(
    link: ImageLink,
    given: string,
    harborProjectId: number,
  ): Promise<HarborArtifact> {
    const look = await this.harbor.look(link.project, link.repository, link.tag ?? given);
    if (!look.found || look.artifact.projectId !== harborProjectId) throw imageNotFound();
    const actual = look.artifact.digest;
    if (actual === given) return look.artifact;
    const params = { tag: link.tag ?? '', actual, given };
    const code = 'image.digest-mismatch';
    throw new DomainError('invalid', code, params, { errors: [{ pointer: '/link', code, params }] });
  }

  private async checkTag(
    { project, repository, tag }: ImageLink,
    harborProjectId: number,
  ): Promise<TagRecord> {
    if (tag === null) throw imageNotFound();
    const { record, state } = await this.tagRecords.check({ project, repository, tag });
    if (record === null || state === 'gone') throw imageNotFound();
    if (state === 'unknown') throw new DomainError('conflict', 'project.replaced', { project });
    if (record.harborProjectId !== harborProjectId) throw imageNotFound();
    if (state === 'moved') {
      throw new DomainError('conflict', 'image.tag-moved', {
        tag,
        recordedDigest: record.recordedDigest ?? '',
        currentDigest: record.currentDigest ?? '',
      });
    }
    return record;
  }

  private async withRecord(image: Image): Promise<CatalogedImage> {
    if (image.tagRecordId === null) return { image, record: null };
    const records = await this.tagRecords.findByIds([image.tagRecordId]);
    return { image, record: records.get(image.tagRecordId) ?? null };
  }

  private mine(caller: PersonCaller, { taskType, project }: ImageFilter): FindOptionsWhere<Image> {
    return {
      personId: caller.personId,
      ...(taskType === undefined ? {} : { taskType }),
      ...(project === undefined ? {} : { project }),
    };
  }
}

interface Observed {
  facts: Pick<Image, 'kind' | 'platforms' | 'sizeBytes'>;
  digest: string | null;
  record: TagRecord | null;
}

function factsOf({
  kind,
  platforms,
  sizeBytes,
}: HarborArtifact | TagRecord): Pick<Image, 'kind' | 'platforms' | 'sizeBytes'> {
  return { kind, platforms, sizeBytes };
}

function imageNotFound(): DomainError {
  return new DomainError('not-found', 'image.not-found');
}
