import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Between, In, type DataSource, type FindOptionsWhere } from 'typeorm';
import { PersonGroups } from '../../auth/person-groups';
import { groupAudience, ownerAudience, personAudience, PUBLIC } from './audience';
import { ImageAudience } from './image-audience.entity';
import { Image } from '../image.entity';
import { marks } from '../lists/stretch-sql';

/** Of more images of one link, those that come first count. */
const MAX_OF_ONE_NAME = 200;

/** Why somebody sees an image; where there are several reasons, the first of these. */
export type SeenAs = 'own' | 'shared' | 'public';

export interface VisibleImage {
  image: Image;
  seenAs: SeenAs;
}

export interface OtherImages {
  images: VisibleImage[];
  /** Whoever keeps the answer asks again then; null: the directory has no part in it. */
  goodUntil: Date | null;
}

/** The audiences that somebody is one of. */
export interface Audiences {
  own: string | null;
  shared: readonly string[];
  public: string;
  /** Whoever keeps what follows from them asks again then: the directory may have other groups by then. */
  goodUntil: Date | null;
}

/** The one place that decides who sees an image of the catalog, for lists, reading, lookups and pull secrets. */
@Injectable()
export class ImageVisibility {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly groups: PersonGroups,
  ) {}

  /** @param personId null is somebody whom Berth does not know: only what is public */
  async audiencesOf(personId: string | null): Promise<Audiences> {
    if (personId === null) return { own: null, shared: [], public: PUBLIC, goodUntil: null };
    const own = ownerAudience(personId);
    if (await this.hasLeft(personId)) return { own, shared: [], public: PUBLIC, goodUntil: null };
    const { ids, goodUntil } = await this.groups.of(personId);
    return {
      own,
      shared: [personAudience(personId), ...ids.map(groupAudience)],
      public: PUBLIC,
      goodUntil,
    };
  }

  /** The image, when the person may see it; else null, as when it is absent. */
  async find(personId: string | null, imageId: string): Promise<VisibleImage | null> {
    const audiences = await this.audiencesOf(personId);
    const rows = await this.dataSource.manager.find(ImageAudience, {
      select: { audience: true, imageId: true },
      where: { imageId, audience: In(allOf(audiences)) },
    });
    return this.best(rows, audiences);
  }

  /** The person's own image of this name (`project/repository:tag`), else one shared with him, else a public one. */
  async findByName(personId: string | null, name: string): Promise<VisibleImage | null> {
    const own = personId === null ? null : await this.findOwn(personId, name);
    if (own !== null) return { image: own, seenAs: 'own' };
    return (await this.findOthers(personId, name)).images[0] ?? null;
  }

  /** The person's own image of this name, or null. */
  async findOwn(personId: string, name: string): Promise<Image | null> {
    return this.dataSource.manager.findOneBy(Image, { personId, name });
  }

  /**
   * Other people's images of this name that the person sees: those shared with him, then the public ones, the oldest
   * first. His groups are asked for only where one is shared with a group.
   */
  async findOthers(personId: string | null, name: string): Promise<OtherImages> {
    if (personId !== null && (await this.hasLeft(personId))) return this.findOthers(null, name);
    const direct = personId === null ? [PUBLIC] : [personAudience(personId), PUBLIC];
    const rows = await this.audienceRows({ name, audience: In(direct) });
    const ofGroups =
      personId === null ? [] : await this.audienceRows({ name, audience: Between('group:', 'group;') });
    const { ids, goodUntil } =
      personId === null || ofGroups.length === 0
        ? { ids: [], goodUntil: null }
        : await this.groups.of(personId);
    const mine = new Set(ids.map(groupAudience));
    const seen = [...rows, ...ofGroups.filter(({ audience }) => mine.has(audience))];
    const shared = new Set(seen.filter(({ audience }) => audience !== PUBLIC).map(({ imageId }) => imageId));
    const found = await this.dataSource.manager.find(Image, {
      where: { id: In([...new Set(seen.map(({ imageId }) => imageId))]) },
      order: { id: 'ASC' },
    });
    const images = found
      .filter((image) => image.personId !== personId)
      .map((image): VisibleImage => ({ image, seenAs: shared.has(image.id) ? 'shared' : 'public' }));
    const as = (wanted: SeenAs): VisibleImage[] => images.filter(({ seenAs }) => seenAs === wanted);
    return { images: [...as('shared'), ...as('public')], goodUntil };
  }

  /** Why one of these audiences sees each of these images; those that none of them sees are left out. */
  async reasonsAmong(
    audiences: Audiences,
    imageIds: readonly string[],
  ): Promise<ReadonlyMap<string, SeenAs>> {
    if (imageIds.length === 0) return new Map();
    const all = allOf(audiences);
    const rows = await this.dataSource.query<Pick<ImageAudience, 'audience' | 'imageId'>[]>(
      `SELECT audience, imageId FROM image_audiences WHERE imageId IN (${marks(imageIds)}) ` +
        `AND audience IN (${marks(all)})`,
      [...imageIds, ...all],
    );
    const reasons = new Map<string, SeenAs[]>();
    for (const { imageId, audience } of rows) {
      reasons.set(imageId, [...(reasons.get(imageId) ?? []), reasonOf(audience, audiences)]);
    }
    return new Map([...reasons].map(([imageId, seen]) => [imageId, firstOf(seen)]));
  }

  /** Nothing is shared any more with one who is offboarded. Read anew: what follows from it is kept in memory. */
  private async hasLeft(personId: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'SELECT 1 FROM persons WHERE id = ? AND offboardedAt IS NOT NULL',
      [personId],
    );
    return rows.length > 0;
  }

  private async audienceRows(
    where: FindOptionsWhere<ImageAudience>,
  ): Promise<Pick<ImageAudience, 'audience' | 'imageId'>[]> {
    const select = { audience: true, imageId: true } as const;
    return this.dataSource.manager.find(ImageAudience, { select, where, take: MAX_OF_ONE_NAME });
  }

  private async best(
    rows: readonly Pick<ImageAudience, 'audience' | 'imageId'>[],
    audiences: Audiences,
  ): Promise<VisibleImage | null> {
    const [first] = rows;
    if (first === undefined) return null;
    const image = await this.dataSource.manager.findOneBy(Image, { id: first.imageId });
    if (image === null) return null;
    return { image, seenAs: firstOf(rows.map(({ audience }) => reasonOf(audience, audiences))) };
  }
}

function reasonOf(audience: string, { own }: Audiences): SeenAs {
  return audience === own ? 'own' : audience === PUBLIC ? 'public' : 'shared';
}

function firstOf(seen: readonly SeenAs[]): SeenAs {
  const order: SeenAs[] = ['own', 'shared', 'public'];
  return order.find((reason) => seen.includes(reason)) ?? 'public';
}

export function allOf({ own, shared, public: everybody }: Audiences): string[] {
  return [...(own === null ? [] : [own]), ...shared, everybody];
}
