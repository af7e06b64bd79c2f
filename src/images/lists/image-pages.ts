import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ImageLists, type ImageCount, type ImageQuery, type Viewer } from './image-lists';
import { readImageRows } from './image-rows';
import { ImageVisibility, type Audiences } from '../sharing/image-visibility';
import { KnownRights } from '../sharing/known-rights';
import type { CatalogedImage } from '../images.service';
import type { Position } from './list-order';

/** One page of a list of images. */
export interface ImagePage {
  images: CatalogedImage[];
  /** Where the next page begins; null: there is none. */
  next: Position | null;
}

/** Lists of images, with what is told of each. */
@Injectable()
export class ImagePages {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly lists: ImageLists,
    private readonly visibility: ImageVisibility,
    private readonly rights: KnownRights,
  ) {}

  /**
   * The images after a position, as the query sorts them. What went while it was read is left out.
   * @throws DomainError forbidden `auth.forbidden` for all images, unless the caller is an admin
   */
  async list(caller: Viewer, query: ImageQuery, after: Position | null, limit: number): Promise<ImagePage> {
    const audiences = await this.visibility.audiencesOf(caller.personId);
    const { rows, next } = await this.lists.page(caller, query, after, limit, audiences);
    return {
      images: await this.load(
        caller,
        audiences,
        rows.map(({ imageId }) => imageId),
      ),
      next,
    };
  }

  /** How many there are, as far as a bounded count sees. @throws as list */
  async count(caller: Viewer, query: ImageQuery): Promise<ImageCount> {
    return this.lists.count(caller, query);
  }

  /** In the order of the ids. What went meanwhile is left out. */
  private async load(
    caller: Viewer,
    audiences: Audiences,
    ids: readonly string[],
  ): Promise<CatalogedImage[]> {
    if (ids.length === 0) return [];
    const [found, reasons] = await Promise.all([
      readImageRows(this.dataSource, ids),
      this.visibility.reasonsAmong(audiences, ids),
    ]);
    const rows = new Map(found.map((row) => [row.image.id, row]));
    const images = ids.flatMap((id) => {
      const row = rows.get(id);
      const seenAs = reasons.get(id) ?? (caller.isAdmin ? ('admin' as const) : null);
      return row === undefined || seenAs === null ? [] : [{ ...row, seenAs }];
    });
    const rights = await this.rights.of(caller.personId, audiences, images);
    return images.map((image) => ({ ...image, ...rights.get(image.image.id) }));
  }
}
