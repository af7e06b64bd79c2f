import type { DataSource, EntityTarget } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';
import { TagRecord } from '../../tag-rule/tag-record.entity';
import { Image } from '../image.entity';
import { reasonSql, toReason, type Audiences, type SeenAs } from '../sharing/image-visibility';
import { comparePositions, type ListOrder, type Position } from './list-order';
import type { Dialect, Sql } from './list-sql';

/** What a list tells of an image. */
export interface ImageRow {
  image: Image;
  record: TagRecord | null;
  /** The username of whose image it is. */
  owner: string;
  /** Where it is, as Berth keeps it; null: Berth does not keep that project. */
  place: ImagePlace | null;
  /** Why the audiences see it; null: they do not. */
  seenAs: SeenAs | null;
  position: Position;
}

export interface ImagePlace {
  isPublic: boolean;
  /** Whose personal project it is. */
  ownerPersonId: string | null;
  ownerHasLeft: boolean;
}

type Raw = Record<string, unknown>;

/** How a column of a row becomes a property of an entity. */
interface Reading {
  column: ColumnMetadata;
  name: string;
  read: (this: void, value: unknown) => unknown;
}

/** Reads pages with all that is told of their images. TypeORM makes the objects of a page many times slower. */
export class ImageRows {
  private readonly images: readonly Reading[];
  private readonly records: readonly Reading[];
  private readonly columns: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly dialect: Dialect,
  ) {
    this.images = this.readingsOf(Image, 'i');
    this.records = this.readingsOf(TagRecord, 'r');
    this.columns = [
      ...this.namesOf(Image, 'i'),
      ...this.namesOf(TagRecord, 'r'),
      'p.username AS p_username',
      'j.visibility AS j_visibility, j.ownerPersonId AS j_ownerPersonId, o.offboardedAt AS o_offboardedAt',
      'page.imageId AS page_imageId, page.sortKey AS page_sortKey',
    ].join(', ');
  }

  /**
   * In order, by one statement.
   * @param page rows of `imageId` and `sortKey`
   */
  async read(page: Sql, order: ListOrder, audiences: Audiences): Promise<ImageRow[]> {
    const reason = reasonSql(audiences, 'page.imageId', this.dialect);
    const straight = this.dialect === 'sqlite' ? 'CROSS JOIN' : 'STRAIGHT_JOIN';
    const rows = await this.dataSource.query<Raw[]>(
      `SELECT ${this.columns}, ${reason.text} AS page_reason FROM (${page.text}) page ` +
        `${straight} images i ON i.id = page.imageId LEFT JOIN tag_records r ON r.id = i.tagRecordId ` +
        'LEFT JOIN persons p ON p.id = i.personId LEFT JOIN projects j ON j.name = i.project ' +
        'LEFT JOIN persons o ON o.id = j.ownerPersonId',
      [...reason.values, ...page.values],
    );
    const found = rows.map((row): ImageRow => ({
      image: filled(new Image(), this.images, row),
      record: row.r_id === null ? null : filled(new TagRecord(), this.records, row),
      owner: typeof row.p_username === 'string' ? row.p_username : '',
      place: placeOf(row),
      seenAs: toReason(row.page_reason),
      position: positionOf(row, order),
    }));
    return found.sort((a, b) => comparePositions(a.position, b.position, order));
  }

  private namesOf(entity: EntityTarget<object>, alias: string): string[] {
    const { driver } = this.dataSource;
    return this.dataSource
      .getMetadata(entity)
      .columns.map(
        ({ databaseName }) => `${alias}.${driver.escape(databaseName)} AS ${alias}_${databaseName}`,
      );
  }

  private readingsOf(entity: EntityTarget<object>, alias: string): Reading[] {
    return this.dataSource.getMetadata(entity).columns.map((column) => ({
      column,
      name: `${alias}_${column.databaseName}`,
      read: this.readerOf(column),
    }));
  }

  /** Times, sizes and JSON as the entity has them, on either database; text comes as it is. */
  private readerOf(column: ColumnMetadata): Reading['read'] {
    if (column.type === 'varchar' && column.transformer === undefined) return (value) => value;
    return (value): unknown => this.dataSource.driver.prepareHydratedValue(value, column);
  }
}

function filled<Entity extends object>(entity: Entity, readings: readonly Reading[], row: Raw): Entity {
  for (const { column, name, read } of readings) column.setEntityValue(entity, read(row[name]));
  return entity;
}

/** MariaDB's whole numbers come as text. */
function positionOf({ page_imageId, page_sortKey }: Raw, { column }: ListOrder): Position {
  const key = column === null ? null : column === 'title' ? String(page_sortKey) : Number(page_sortKey);
  return { key, imageId: String(page_imageId) };
}

function placeOf({ j_visibility, j_ownerPersonId, o_offboardedAt }: Raw): ImagePlace | null {
  if (j_visibility === null) return null;
  return {
    isPublic: j_visibility === 'public',
    ownerPersonId: typeof j_ownerPersonId === 'string' ? j_ownerPersonId : null,
    ownerHasLeft: o_offboardedAt !== null,
  };
}
