import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import { PersonGroups } from '../auth/person-groups';
import { groupAudience, ownerAudience, personAudience, PUBLIC } from './audience';
import { ImageAudience } from './image-audience.entity';
import { Image } from './image.entity';

/** Why somebody sees an image; where there are several reasons, the first of these. */
export type SeenAs = 'own' | 'shared' | 'public';

export interface VisibleImage {
  image: Image;
  seenAs: SeenAs;
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
    const { ids, goodUntil } = await this.groups.of(personId);
    return {
      own: ownerAudience(personId),
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
    const audiences = await this.audiencesOf(personId);
    for (const group of [audiences.own === null ? [] : [audiences.own], audiences.shared, [PUBLIC]]) {
      if (group.length === 0) continue;
      const row = await this.dataSource.manager.findOne(ImageAudience, {
        select: { audience: true, imageId: true },
        where: { name, audience: In([...group]) },
      });
      const found = row === null ? null : await this.best([row], audiences);
      if (found !== null) return found;
    }
    return null;
  }

  private async best(
    rows: readonly Pick<ImageAudience, 'audience' | 'imageId'>[],
    { own }: Audiences,
  ): Promise<VisibleImage | null> {
    const [first] = rows;
    if (first === undefined) return null;
    const image = await this.dataSource.manager.findOneBy(Image, { id: first.imageId });
    if (image === null) return null;
    const seen = rows.map(({ audience }): SeenAs =>
      audience === own ? 'own' : audience === PUBLIC ? 'public' : 'shared',
    );
    const order: SeenAs[] = ['own', 'shared', 'public'];
    const seenAs = order.find((reason) => seen.includes(reason)) ?? 'public';
    return { image, seenAs };
  }
}

export function allOf({ own, shared, public: everybody }: Audiences): string[] {
  return [...(own === null ? [] : [own]), ...shared, everybody];
}
