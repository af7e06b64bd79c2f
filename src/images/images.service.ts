import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, LessThan, Not, type DataSource, type FindOptionsWhere } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { aboutLink } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError, isOutage } from '../common/errors';
import { requireFresh } from '../common/etag';
import { formatImageLink, type ImageLink } from '../common/image-link';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { TagRecord } from '../tag-rule/tag-record.entity';
import type { TagState } from '../tag-rule/tag-rule';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { changesBetween } from './history/field-changes';
import { ImageAccess } from './sharing/image-access';
import { ImageFieldChange } from './history/image-field-change.entity';
import { standingOf } from './image-standings';
import { lockImage } from './lock-image';
import { ImageAudiences } from './sharing/image-audiences';
import { ImageGrants } from './sharing/image-grants';
import { KnownRights, type ImageRight, type KnownRight } from './sharing/known-rights';
import { imageName, imageNotFound } from './image-name';
import { ImageVerdicts, type Verdict } from './importing/image-verdicts.service';
import { ImageShare } from './sharing/image-share.entity';
import { ImageVisibility, type SeenAs } from './sharing/image-visibility';
import { Image } from './image.entity';
import { joinTerms, termsOf, titleKey } from './lists/search-terms';
import { requireTaskType } from './task-type';

/** An image together with the tag record that says how it stands; null for a link with a digest. */
export interface CatalogedImage {
  image: Image;
  record: TagRecord | null;
  /** The username of whose image it is. */
  owner: string;
  /** Why the caller sees it; `admin`: only because he is one. */
  seenAs: SeenAs | 'admin';
  /** Undefined: it is not known, or not asked. */
  right?: ImageRight | undefined;
  /** It is in the personal project of somebody who left. */
  ownerHasLeft?: boolean;
}

export interface NewImage {
  link: string;
  description: string;
  taskType: string;
  labels: string[];
}

export interface ImageChange {
  description?: string;
  taskType?: string;
  labels?: string[];
}

/** What an import of the link would find. */
export interface ImagePreview extends Verdict {
  link: ImageLink;
  /** The person's own image, where it is imported already. */
  imageId: string | null;
}

/** What a check saw: `from` is the recorded digest, `to` the one in Harbor now; null where there is none. */
export interface ImageCheck {
  tag: string | null;
  state: TagState;
  from: string | null;
  to: string | null;
  checkedAt: Date;
}

@Injectable()
export class ImagesService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly verdicts: ImageVerdicts,
    private readonly visibility: ImageVisibility,
    private readonly access: ImageAccess,
    private readonly grants: ImageGrants,
    private readonly knownRights: KnownRights,
    private readonly persons: PersonsService,
    private readonly tagRecords: TagRecordsService,
    private readonly harbor: HarborClient,
    private readonly audiences: ImageAudiences,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Takes a pushed image into the person's catalog. Nothing is stored unless everything about it is right.
   * @throws DomainError invalid `link.*`, `image.task-type-unknown`, `image.digest-mismatch`; not-found
   *   `image.not-found` (absent, or not theirs to pull), `image.tag-not-found`; conflict `image.already-imported`,
   *   `image.tag-moved`, `project.replaced`; outages of Harbor
   */
  async import(caller: PersonCaller, wanted: NewImage): Promise<CatalogedImage> {
    const link = this.verdicts.readLink(wanted.link);
    requireTaskType(wanted.taskType, this.config.images.taskTypes, '/taskType');
    const name = imageName(link);
    await this.refuseSecondImport(caller.personId, name, link);
    const { artifact, described, record } = await this.verdicts.record(caller, link);
    const now = this.clock.now();
    const found = this.dataSource.manager.create(Image, {
      id: uuidv7(),
      personId: caller.personId,
      name,
      project: link.project,
      repository: link.repository,
      tag: link.tag,
      digest: link.digest,
      tagRecordId: record?.id ?? null,
      description: wanted.description,
      taskType: wanted.taskType,
      labels: wanted.labels,
      described,
      kind: artifact.kind,
      platforms: artifact.platforms,
      sizeBytes: artifact.sizeBytes,
      standing: standingOf({ ...artifact, state: 'as-recorded' }),
      visibility: 'private',
      title: titleKey(wanted.description),
      usedAtMs: 0,
      terms: joinTerms(termsOf({ ...wanted, ...link })),
      goneSince: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    try {
      return await this.dataSource.transaction(async (manager) => {
        const current = record && (await this.tagRecords.lock(manager, record.id));
        const image = current === null ? found : Object.assign(found, { standing: standingOf(current) });
        await manager.insert(Image, image);
        await this.audiences.add(manager, image);
        await this.audit.record(manager, caller, 'image.imported', formatImageLink(link));
        await this.changes.record(manager, aboutLink(name));
        return { image, record: current, owner: caller.username, seenAs: 'own' };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await this.refuseSecondImport(caller.personId, name, link);
      throw error;
    }
  }

  /** What an import would find and answer; nothing is kept. @throws as import, but not of what is imported already */
  async preview(caller: PersonCaller, text: string): Promise<ImagePreview> {
    const link = this.verdicts.readLink(text);
    const verdict = await this.verdicts.preview(caller, link);
    const imported = await this.findByName(caller.personId, imageName(link));
    return { ...verdict, link, imageId: imported?.id ?? null };
  }

  /** Any image for an admin. @throws DomainError not-found `image.not-found`, also when the caller may not see it */
  async get(caller: PersonCaller, id: string): Promise<CatalogedImage> {
    const { image, seenAs } = await this.see(caller, id);
    const record = await this.recordOf(image);
    const owner = seenAs === 'own' ? caller.username : await this.usernameOf(image.personId);
    return { image, record, owner, seenAs, ...(await this.rightTo(caller, image)) };
  }

  /** The person's own image of this name (`project/repository:tag`), or null. */
  async findByName(personId: string, name: string): Promise<Image | null> {
    return this.dataSource.manager.findOneBy(Image, { personId, name });
  }

  /** The ids of the person's own images of these names, by name. */
  async findIds(personId: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (names.length === 0) return new Map();
    const found = await this.dataSource.manager.find(Image, {
      select: { id: true, name: true },
      where: { personId, name: In([...names]) },
    });
    return new Map(found.map(({ id, name }) => [name, id]));
  }

  /**
   * Waits for no Harbor: what becomes of the image is told as in lists.
   * @param ifMatch the ETag that the caller read, so that nobody's change meanwhile is overwritten
   * @throws DomainError not-found; forbidden `image.not-owner`; stale `request.stale`; invalid
   *   `image.task-type-unknown`
   */
  async change(
    caller: PersonCaller,
    id: string,
    change: ImageChange,
    ifMatch: string | undefined,
  ): Promise<CatalogedImage> {
    if (change.taskType !== undefined)
      requireTaskType(change.taskType, this.config.images.taskTypes, '/taskType');
    const { image, seenAs } = await this.see(caller, id);
    if (seenAs !== 'own') throw new DomainError('forbidden', 'image.not-owner');
    const record = await this.recordOf(image);
    const owner = caller.username;
    requireFresh(ifMatch, image.version);
    const now = this.clock.now();
    const fields = {
      description: change.description ?? image.description,
      taskType: change.taskType ?? image.taskType,
      labels: change.labels ?? image.labels,
    };
    const changes = changesBetween(image, fields);
    const right = await this.knownRights.ofOne(caller.personId, { image, seenAs });
    if (changes.length === 0) return { image, record, owner, seenAs, ...right };
    const written = {
      ...fields,
      title: titleKey(fields.description),
      version: image.version + 1,
      updatedAt: now,
    };
    const changed = await this.dataSource.transaction(async (manager) => {
      const before = await lockImage(manager, id);
      if (before?.version !== image.version) throw new DomainError('stale', 'request.stale');
      const after = { ...before, ...written, terms: joinTerms(termsOf({ ...before, ...fields })) };
      await manager.update(Image, { id }, { ...written, terms: after.terms });
      await this.audiences.update(manager, before, after);
      const { username, actedForBy } = caller;
      const rows = changes.map((row) => ({
        ...row,
        id: uuidv7(),
        imageId: id,
        at: now,
        username,
        actedForBy,
      }));
      await manager.insert(ImageFieldChange, rows);
      await this.audit.record(manager, caller, 'image.changed', image.name);
      return after;
    });
    return { image: this.dataSource.manager.create(Image, changed), record, owner, seenAs, ...right };
  }

  /**
   * What was changed of an image, newest first, after the change with the id `afterId`.
   * @throws DomainError not-found `image.not-found`
   */
  async listChanges(
    caller: PersonCaller,
    id: string,
    afterId: string | null,
    limit: number,
  ): Promise<ImageFieldChange[]> {
    return this.dataSource.manager.find(ImageFieldChange, {
      where: {
        ...(await this.changesSeen(caller, id)),
        ...(afterId === null ? {} : { id: LessThan(afterId) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** As listChanges. */
  async countChanges(caller: PersonCaller, id: string): Promise<number> {
    return this.dataSource.manager.countBy(ImageFieldChange, await this.changesSeen(caller, id));
  }

  /** Those it is shared with do not read each other's names. */
  private async changesSeen(caller: PersonCaller, id: string): Promise<FindOptionsWhere<ImageFieldChange>> {
    const { image, seenAs } = await this.see(caller, id);
    const isAll = seenAs === 'own' || caller.isAdmin;
    return { imageId: image.id, ...(isAll ? {} : { field: Not('sharedWith' as const) }) };
  }

  /** Takes it out of the catalog; what is in Harbor stays. Nothing happens when it is absent or somebody else's. */
  async delete(caller: PersonCaller, id: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const image = await lockImage(manager, id);
      if (image?.personId !== caller.personId) return;
      await manager.delete(Image, { id });
      await this.audiences.remove(manager, image);
      await manager.delete(ImageFieldChange, { imageId: id });
      await manager.delete(ImageShare, { imageId: id });
      await this.audit.record(manager, caller, 'image.deleted', image.name);
      await this.changes.record(manager, aboutLink(image.name));
    });
  }

  /**
   * Looks at Harbor now and records what it saw.
   * @throws DomainError not-found, also where only the catalog shows it to the caller still; outages of Harbor
   */
  async check(caller: PersonCaller, id: string): Promise<ImageCheck> {
    const { image } = await this.see(caller, id);
    await this.requireRight(caller, image);
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
    if (state !== 'unknown' && (state === 'gone') !== (image.goneSince !== null)) {
      await this.dataSource.transaction(async (manager) => {
        const before = await lockImage(manager, image.id);
        if (before === null) return;
        const written: Pick<Image, 'standing' | 'goneSince'> = {
          standing: { ...before.standing, state },
          goneSince: state === 'gone' ? checkedAt : null,
        };
        await manager.update(Image, { id: image.id }, written);
        await this.audiences.update(manager, before, { ...before, ...written });
      });
    }
    return { tag: image.tag, state, from: digest, to: look.found ? digest : null, checkedAt };
  }

  /**
   * What he imported stays in his catalog; what becomes of it is told only while he may run it.
   * @throws DomainError not-found `image.not-found`
   */
  async requireRight(caller: PersonCaller, image: Image): Promise<void> {
    if ((await this.rightTo(caller, image)).right === 'none') throw imageNotFound();
  }

  /** While Harbor is away it is not known; nor is it of a project that is gone. Nothing is kept from an admin. */
  private async rightTo(caller: PersonCaller, image: Image): Promise<KnownRight> {
    const { personId, isAdmin } = caller;
    const ownerHasLeft = await this.knownRights.hasOwnerLeft(image.project);
    try {
      const found = await this.grants.find(personId, image.project, image.name);
      if (found !== null) {
        const right = found.through === personId ? 'theirs' : 'jobs-only';
        return { right: found.harborProjectId === null ? undefined : right, ownerHasLeft };
      }
      const isTold = isAdmin || (await this.access.findProjectId(image.project)) === null;
      return { right: isTold ? undefined : 'none', ownerHasLeft };
    } catch (error) {
      if (!isOutage(error)) throw error;
      return { right: undefined, ownerHasLeft };
    }
  }

  private async refuseSecondImport(personId: string, name: string, link: ImageLink): Promise<void> {
    const existing = await this.findByName(personId, name);
    if (existing === null) return;
    throw new DomainError('conflict', 'image.already-imported', {
      link: formatImageLink(link),
      imageId: existing.id,
    });
  }

  private async see(
    caller: PersonCaller,
    id: string,
  ): Promise<{ image: Image; seenAs: CatalogedImage['seenAs'] }> {
    const seen = await this.visibility.find(caller.personId, id);
    if (seen !== null) return seen;
    const image = caller.isAdmin ? await this.dataSource.manager.findOneBy(Image, { id }) : null;
    if (image === null) throw imageNotFound();
    return { image, seenAs: 'admin' };
  }

  private async recordOf({ tagRecordId }: Image): Promise<TagRecord | null> {
    if (tagRecordId === null) return null;
    return (await this.tagRecords.findByIds([tagRecordId])).get(tagRecordId) ?? null;
  }

  private async usernameOf(personId: string): Promise<string> {
    return (await this.persons.findByIds([personId])).get(personId)?.username ?? '';
  }
}
