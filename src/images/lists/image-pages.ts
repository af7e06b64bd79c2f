import { Injectable } from '@nestjs/common';
import { ImageLists, type ImageCount, type ImageQuery, type Viewer } from './image-lists';
import { isTold, KnownRights } from '../sharing/known-rights';
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
    private readonly lists: ImageLists,
    private readonly rights: KnownRights,
  ) {}

  /**
   * The images after a position, as the query sorts them.
   * @throws DomainError forbidden `auth.forbidden` for all images, unless the caller is an admin
   */
  async list(caller: Viewer, query: ImageQuery, after: Position | null, limit: number): Promise<ImagePage> {
    const { rows, next, audiences } = await this.lists.page(caller, query, after, limit);
    const images = rows.flatMap((row) => {
      const seenAs = row.seenAs ?? (caller.isAdmin ? ('admin' as const) : null);
      return seenAs === null ? [] : [{ ...row, seenAs }];
    });
    const rights = await this.rights.of(caller.personId, audiences, images);
    const told = images.map((image) => ({ ...image, ...rights.get(image.image.id) }));
    // A filter by state would tell what is not told.
    return { images: query.state === undefined ? told : told.filter(({ right }) => isTold(right)), next };
  }

  /** How many there are, as far as a bounded count sees. @throws as list */
  async count(caller: Viewer, query: ImageQuery): Promise<ImageCount> {
    return this.lists.count(caller, query);
  }
}
