import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { MoreThan, type DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../../audit/audit.service';
import type { PersonCaller } from '../../auth/caller';
import { PersonGroups } from '../../auth/person-groups';
import { PersonsService } from '../../auth/persons.service';
import { usernameKey } from '../../auth/username-key';
import { aboutLink } from '../../changes/change-key';
import { Changes } from '../../changes/changes';
import { Clock } from '../../common/clock';
import { DomainError } from '../../common/errors';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { includesRole, ProjectRoles } from '../../projects/project-roles';
import { ProjectsService } from '../../projects/projects.service';
import { groupAudience, personAudience, PUBLIC } from './audience';
import { ImageAccess } from './image-access';
import { ImageAudiences } from './image-audiences';
import { ImageFieldChange } from '../history/image-field-change.entity';
import { imageNotFound } from '../image-name';
import { ImageShare, type GranteeKind } from './image-share.entity';
import { ImageVisibility } from './image-visibility';
import { Image, type Visibility } from '../image.entity';
import { lockImage } from '../lock-image';

const MAX_SHARES = 200;

/** With whom an image is shared, as people know them. */
export interface Grantee {
  kind: GranteeKind;
  id: string;
  name: string;
  displayName: string;
}

export interface SharedWith {
  share: ImageShare;
  /** Of the image. */
  project: string;
  /** Null where Berth does not know them any more. */
  grantee: Grantee | null;
  /** Only jobs can pull it for them, not their own docker; null where that was not asked. */
  jobsOnly: boolean | null;
}

/** Who else may see an image, decided by who imported it, when he has the role in Harbor for it, and by admins. */
@Injectable()
export class ImageSharing {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly visibility: ImageVisibility,
    private readonly audiences: ImageAudiences,
    private readonly access: ImageAccess,
    private readonly roles: ProjectRoles,
    private readonly projects: ProjectsService,
    private readonly persons: PersonsService,
    private readonly groups: PersonGroups,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The shares in the order they were made, after the one with the id `afterId`; for the owner and for admins.
   * @throws DomainError not-found `image.not-found`; forbidden `image.not-owner`
   */
  async list(
    caller: PersonCaller,
    imageId: string,
    afterId: string | null,
    limit: number,
  ): Promise<SharedWith[]> {
    const { id, project } = await this.requireManaged(caller, imageId);
    const shares = await this.dataSource.manager.find(ImageShare, {
      where: { imageId: id, ...(afterId === null ? {} : { id: MoreThan(afterId) }) },
      order: { id: 'ASC' },
      take: limit,
    });
    const grantees = await this.granteesOf(shares);
    return shares.map((share) => ({
      share,
      project,
      grantee: grantees.get(share.granteeId) ?? null,
      jobsOnly: null,
    }));
  }

  async count(imageId: string): Promise<number> {
    return this.dataSource.manager.countBy(ImageShare, { imageId });
  }

  /**
   * Shares it with somebody of the directory, who need not have logged in yet, or with a group of it. Idempotent.
   * @throws DomainError not-found `image.not-found`, `person.not-found`, `group.not-found`, `project.not-found`;
   *   forbidden `image.not-owner`, `project.role-too-low`; conflict `share.with-owner`, `share.too-many`,
   *   `group.not-configured`, `auth.identity-conflict`, `project.gone`, `project.replaced`; outages of Harbor and the
   *   directory
   */
  async share(caller: PersonCaller, imageId: string, kind: GranteeKind, name: string): Promise<SharedWith> {
    const target = `${imageId} ${kind} ${name}`;
    return this.audit.attempt({ actor: caller, action: 'image.shared', target }, async () => {
      const image = await this.requireManaged(caller, imageId);
      await this.requireRole(caller, image);
      const grantee = kind === 'person' ? await this.findPerson(name) : await this.findGroup(name);
      if (grantee.id === image.personId)
        throw new DomainError('conflict', 'share.with-owner', { username: name });
      const jobsOnly = await this.isForJobsOnly(image, grantee);
      const share = await this.open(caller, image.id, grantee);
      return { share, project: image.project, grantee, jobsOnly };
    });
  }

  /**
   * Takes a share back, which needs no role and no Harbor. Nothing happens when it is not shared with them, or the
   * caller may not see the image.
   * @throws DomainError forbidden `image.not-owner`
   */
  async unshare(caller: PersonCaller, imageId: string, kind: GranteeKind, name: string): Promise<void> {
    const seen = await this.findManaged(caller, imageId);
    if (seen === null) return;
    const shares = await this.dataSource.manager.findBy(ImageShare, { imageId: seen.id, kind });
    const grantees = await this.granteesOf(shares);
    const wanted = kind === 'person' ? (await this.persons.findByName(name))?.id : null;
    const share = shares.find(({ granteeId }) => {
      const known = grantees.get(granteeId);
      return granteeId === wanted || (known !== undefined && usernameKey(known.name) === usernameKey(name));
    });
    if (share !== undefined)
      await this.close(caller, seen.id, share, grantees.get(share.granteeId)?.name ?? name);
  }

  /**
   * Shows it to everybody, or no longer. Idempotent.
   * @throws DomainError as share, and forbidden `image.public-by-admins`
   */
  async setVisibility(caller: PersonCaller, imageId: string, visibility: Visibility): Promise<void> {
    const target = `${imageId} ${visibility}`;
    await this.audit.attempt({ actor: caller, action: 'image.visibility-set', target }, async () => {
      const { id } = await this.requireManaged(caller, imageId);
      if (visibility === 'public') await this.requirePublisher(caller, id);
      await this.dataSource.transaction(async (manager) => {
        const image = await lock(manager, id);
        if (image.visibility === visibility) return;
        if (visibility === 'public') await this.audiences.open(manager, image, PUBLIC);
        else await this.audiences.close(manager, image, PUBLIC);
        const now = this.clock.now();
        await manager.update(Image, { id }, { visibility, version: image.version + 1, updatedAt: now });
        const change = { field: 'visibility', fromValue: image.visibility, toValue: visibility } as const;
        await manager.insert(ImageFieldChange, this.changed(caller, id, change));
        await this.audit.record(manager, caller, 'image.visibility-set', `${image.name} ${visibility}`);
        await this.changes.record(manager, aboutLink(image.name));
      });
    });
  }

  private async open(caller: PersonCaller, imageId: string, grantee: Grantee): Promise<ImageShare> {
    return this.dataSource.transaction(async (manager) => {
      const image = await lock(manager, imageId);
      const key = { imageId, kind: grantee.kind, granteeId: grantee.id };
      const before = await manager.findOneBy(ImageShare, key);
      if (before !== null) return before;
      if ((await manager.countBy(ImageShare, { imageId })) >= MAX_SHARES) {
        throw new DomainError('conflict', 'share.too-many', { max: MAX_SHARES });
      }
      const share = { ...key, id: uuidv7(), sharedAt: this.clock.now(), sharedBy: caller.username };
      await manager.insert(ImageShare, share);
      await this.audiences.open(manager, image, audienceOf(grantee.kind, grantee.id));
      const change = { fromValue: [], toValue: [`${grantee.kind}/${grantee.name}`] };
      await manager.insert(
        ImageFieldChange,
        this.changed(caller, imageId, { field: 'sharedWith', ...change }),
      );
      const target = `${image.name} ${grantee.kind} ${grantee.name}`;
      await this.audit.record(manager, caller, 'image.shared', target);
      await this.changes.record(manager, aboutLink(image.name));
      return share;
    });
  }

  private async close(caller: PersonCaller, imageId: string, share: ImageShare, name: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const image = await lock(manager, imageId);
      const { affected } = await manager.delete(ImageShare, { id: share.id });
      if (affected !== 1) return;
      await this.audiences.close(manager, image, audienceOf(share.kind, share.granteeId));
      const change = { fromValue: [`${share.kind}/${name}`], toValue: [] };
      await manager.insert(
        ImageFieldChange,
        this.changed(caller, imageId, { field: 'sharedWith', ...change }),
      );
      await this.audit.record(manager, caller, 'image.unshared', `${image.name} ${share.kind} ${name}`);
      await this.changes.record(manager, aboutLink(image.name));
    });
  }

  private changed(
    { username, actedForBy }: PersonCaller,
    imageId: string,
    change: Pick<ImageFieldChange, 'field' | 'fromValue' | 'toValue'>,
  ): ImageFieldChange {
    return { id: uuidv7(), imageId, at: this.clock.now(), username, actedForBy, ...change };
  }

  /** An image that the caller decides about: his own, or any where he is an admin. */
  private async requireManaged(caller: PersonCaller, imageId: string): Promise<Image> {
    const image = await this.findManaged(caller, imageId);
    if (image === null) throw imageNotFound();
    return image;
  }

  private async findManaged(caller: PersonCaller, imageId: string): Promise<Image | null> {
    if (caller.isAdmin) return this.dataSource.manager.findOneBy(Image, { id: imageId });
    const seen = await this.visibility.find(caller.personId, imageId);
    if (seen !== null && seen.seenAs !== 'own') throw new DomainError('forbidden', 'image.not-owner');
    return seen?.image ?? null;
  }

  private async requirePublisher(caller: PersonCaller, imageId: string): Promise<void> {
    if (!caller.isAdmin && !this.config.images.publicByOwners) {
      throw new DomainError('forbidden', 'image.public-by-admins');
    }
    await this.requireRole(caller, await this.requireManaged(caller, imageId));
  }

  /** What Harbor would ask for, read there now: importing grants nothing. An admin of Berth may do everything. */
  private async requireRole(caller: PersonCaller, { project }: Image): Promise<void> {
    if (caller.isAdmin) return;
    if ((await this.projects.findByName(project)) !== null) {
      await this.roles.require(caller, project, 'maintainer');
      return;
    }
    const role = await this.roles.find(caller.personId, project);
    if (includesRole(role, 'maintainer')) return;
    const params = { project, role: role ?? 'none', needed: 'maintainer' };
    throw new DomainError('forbidden', 'project.role-too-low', params);
  }

  private async findPerson(username: string): Promise<Grantee> {
    const person = await this.persons.findOrMeet(username);
    if (person === null) throw new DomainError('not-found', 'person.not-found', { username });
    return { kind: 'person', id: person.id, name: person.username, displayName: person.displayName };
  }

  private async findGroup(name: string): Promise<Grantee> {
    if (!this.groups.areConfigured) throw new DomainError('conflict', 'group.not-configured');
    const group = await this.groups.find(name);
    if (group === null) throw new DomainError('not-found', 'group.not-found', { group: name });
    return { kind: 'group', id: group.id, name: group.name, displayName: group.name };
  }

  /** Of a group: whether somebody who is only in the group could pull it. */
  private async isForJobsOnly({ project }: Image, { kind, id }: Grantee): Promise<boolean> {
    return (await this.access.pullableProjectId(kind === 'person' ? id : null, project)) === null;
  }

  private async granteesOf(shares: readonly ImageShare[]): Promise<ReadonlyMap<string, Grantee>> {
    const idsOf = (wanted: GranteeKind): string[] =>
      shares.filter(({ kind }) => kind === wanted).map(({ granteeId }) => granteeId);
    const persons = await this.persons.findByIds(idsOf('person'));
    const groups = await this.groups.findByIds(idsOf('group'));
    return new Map<string, Grantee>([
      ...[...persons.values()].map(
        ({ id, username, displayName }) => [id, { kind: 'person', id, name: username, displayName }] as const,
      ),
      ...[...groups.values()].map(
        ({ id, name }) => [id, { kind: 'group', id, name, displayName: name }] as const,
      ),
    ]);
  }
}

/** @throws DomainError not-found */
async function lock(manager: EntityManager, id: string): Promise<Image> {
  const image = await lockImage(manager, id);
  if (image === null) throw imageNotFound();
  return image;
}

function audienceOf(kind: GranteeKind, id: string): string {
  return kind === 'person' ? personAudience(id) : groupAudience(id);
}
