import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import { MEMBERSHIPS_KEPT_MS, PersonGroups } from '../../auth/person-groups';
import { groupAudience, isOwnerAudience, ownerAudience, personAudience, PUBLIC } from './audience';
import { ImageAudience } from './image-audience.entity';
import { Image } from '../image.entity';
import { marks, type Dialect, type Sql } from '../lists/list-sql';
import type { Claim } from './run-right';

/** Why somebody sees an image; where there are several reasons, the first of these. */
export type SeenAs = 'own' | 'shared' | 'public';
const REASONS: readonly SeenAs[] = ['own', 'shared', 'public'];

export interface VisibleImage {
  image: Image;
  seenAs: SeenAs;
}

/** One who sees an image, and whose image it is. */
export type AudienceRow = Pick<ImageAudience, 'audience' | 'personId'>;

/** The audiences that somebody is one of. */
export interface Audiences {
  own: string | null;
  shared: readonly string[];
  public: string;
}

/** Who keeps audiences reads them again by then: groups that the directory did not confirm end by time. */
export const AUDIENCES_GOOD_FOR_MS = MEMBERSHIPS_KEPT_MS;

/** The one place that decides who sees an image of the catalog, for lists, reading, lookups and pull secrets. */
@Injectable()
export class ImageVisibility {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly groups: PersonGroups,
  ) {}

  /** @param personId null is somebody whom Berth does not know: only what is public */
  async audiencesOf(personId: string | null): Promise<Audiences> {
    if (personId === null) return { own: null, shared: [], public: PUBLIC };
    const own = ownerAudience(personId);
    // Nothing is shared any more with one who is offboarded. Read anew: what follows from it is kept in memory.
    const { hasLeft, groupIds } = await this.groups.of(personId);
    if (hasLeft) return { own, shared: [], public: PUBLIC };
    return { own, shared: [personAudience(personId), ...groupIds.map(groupAudience)], public: PUBLIC };
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

  /** By what the person asks to run a link. @param name `project/repository:tag`, or with `@digest` */
  async claimOf(personId: string | null, name: string): Promise<Claim> {
    const audiences = allOf(await this.audiencesOf(personId));
    const rows = await this.dataSource.query<AudienceRow[]>(
      `SELECT audience, personId FROM image_audiences WHERE name = ? AND audience IN (${marks(audiences)})`,
      [name, ...audiences],
    );
    return { personId, givers: giversAmong(rows), sees: rows.length > 0 };
  }

  /** As claimOf, of many names, by these audiences: the givers of each. */
  async giversAmong(known: Audiences, names: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
    const audiences = allOf(known);
    const rows = await this.dataSource.query<(AudienceRow & { name: string })[]>(
      `SELECT name, audience, personId FROM image_audiences WHERE name IN (${marks(names)}) ` +
        `AND audience IN (${marks(audiences)})`,
      [...names, ...audiences],
    );
    return new Map(names.map((name) => [name, giversAmong(rows.filter((row) => row.name === name))]));
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
  return REASONS.find((reason) => seen.includes(reason)) ?? 'public';
}

/** Why these audiences see the image of this id, as a column that `toReason` reads. */
export function reasonSql(audiences: Audiences, imageId: string, dialect: Dialect): Sql {
  const all = allOf(audiences);
  const ranks = all.map((audience) => REASONS.indexOf(reasonOf(audience, audiences)));
  const index = dialect === 'sqlite' ? '' : ' FORCE INDEX (ix_image_audiences_image)';
  return {
    text:
      `(SELECT MIN(CASE v.audience ${ranks.map((rank) => `WHEN ? THEN ${rank}`).join(' ')} END) ` +
      `FROM image_audiences v${index} WHERE v.imageId = ${imageId} AND v.audience IN (${marks(all)}))`,
    values: [...all, ...all],
  };
}

/** @returns null: nobody of them sees it */
export function toReason(rank: unknown): SeenAs | null {
  return rank === null ? null : (REASONS[Number(rank)] ?? null);
}

export function allOf({ own, shared, public: everybody }: Audiences): string[] {
  return [...(own === null ? [] : [own]), ...shared, everybody];
}

/** Of the images of one link that somebody sees, whose those are that are not only his own to see. */
export function giversAmong(rows: readonly AudienceRow[]): string[] {
  const shown = rows.filter(({ audience }) => !isOwnerAudience(audience));
  return [...new Set(shown.map(({ personId }) => personId))];
}
