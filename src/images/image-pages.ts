import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import { PersonsService } from '../auth/persons.service';
import { TagRecordsService } from '../tag-rule/tag-records.service';
import { ImageLists, type ImageCount, type ImageQuery, type Viewer } from './image-lists';
import { ImageVisibility } from './image-visibility';
import { Image } from './image.entity';
import type { CatalogedImage } from './images.service';
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
    private readonly tagRecords: TagRecordsService,
    private readonly persons: PersonsService,
  ) {}

  /**
   * The images after a position, as the query sorts them. A page can have fewer than `limit`, and a next one all the
   * same.
   * @throws DomainError forbidden `auth.forbidden` for all images, unless the caller is an admin
   */
  async list(caller: Viewer, query: ImageQuery, after: Position | null, limit: number): Promise<ImagePage> {
    const { rows, next } = await this.lists.page(caller, query, after, limit);
    return {
      images: await this.load(
        caller,
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
  private async load(caller: Viewer, ids: readonly string[]): Promise<CatalogedImage[]> {
    if (ids.length === 0) return [];
    const found = await this.dataSource.manager.findBy(Image, { id: In([...ids]) });
    const images = new Map(found.map((image) => [image.id, image]));
    const [records, owners, reasons] = await Promise.all([
      this.tagRecords.findByIds(found.flatMap(({ tagRecordId }) => tagRecordId ?? [])),
      this.persons.findByIds(found.map(({ personId }) => personId)),
      this.visibility.reasonsOf(caller.personId, ids),
    ]);
    return ids.flatMap((id) => {
      const image = images.get(id);
      const seenAs = reasons.get(id) ?? (caller.isAdmin ? 'admin' : null);
      if (image === undefined || seenAs === null) return [];
      const record = records.get(image.tagRecordId ?? '') ?? null;
      return [{ image, record, owner: owners.get(image.personId)?.username ?? '', seenAs }];
    });
  }
}
