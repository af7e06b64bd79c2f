import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';
import { TagRecord } from '../../tag-rule/tag-record.entity';
import { Image } from '../image.entity';
import { marks } from './list-sql';

/** What a list tells of an image, whoever looks at it. */
export interface ImageRow {
  image: Image;
  record: TagRecord | null;
  /** The username of whose image it is. */
  owner: string;
  /** Where it is, as Berth keeps it; null: Berth does not keep that project. */
  place: ImagePlace | null;
}

export interface ImagePlace {
  isPublic: boolean;
  /** Whose personal project it is. */
  ownerPersonId: string | null;
  ownerHasLeft: boolean;
}

type Raw = Record<string, unknown>;

/**
 * Images with their tag records and owners, in one read and in no order. TypeORM reads them in three, and makes the
 * objects of a page of 50 many times slower.
 */
export async function readImageRows(dataSource: DataSource, ids: readonly string[]): Promise<ImageRow[]> {
  if (ids.length === 0) return [];
  const { driver } = dataSource;
  const images = dataSource.getMetadata(Image);
  const records = dataSource.getMetadata(TagRecord);
  const columns = [
    ...columnsOf(images, 'i', (name) => driver.escape(name)),
    ...columnsOf(records, 'r', (name) => driver.escape(name)),
    'p.username AS p_username',
    'j.visibility AS j_visibility, j.ownerPersonId AS j_ownerPersonId, o.offboardedAt AS o_offboardedAt',
  ];
  const rows = await dataSource.query<Raw[]>(
    `SELECT ${columns.join(', ')} FROM ${images.tableName} i ` +
      `LEFT JOIN ${records.tableName} r ON r.id = i.tagRecordId ` +
      'LEFT JOIN persons p ON p.id = i.personId LEFT JOIN projects j ON j.name = i.project ' +
      `LEFT JOIN persons o ON o.id = j.ownerPersonId WHERE i.id IN (${marks(ids)})`,
    [...ids],
  );
  return rows.map((row) => ({
    image: entityOf(new Image(), images, 'i', row),
    record: row.r_id === null ? null : entityOf(new TagRecord(), records, 'r', row),
    owner: typeof row.p_username === 'string' ? row.p_username : '',
    place: placeOf(row),
  }));
}

function placeOf({ j_visibility, j_ownerPersonId, o_offboardedAt }: Raw): ImagePlace | null {
  if (j_visibility === null) return null;
  return {
    isPublic: j_visibility === 'public',
    ownerPersonId: typeof j_ownerPersonId === 'string' ? j_ownerPersonId : null,
    ownerHasLeft: o_offboardedAt !== null,
  };
}

function columnsOf({ columns }: EntityMetadata, alias: string, escape: (name: string) => string): string[] {
  return columns.map(({ databaseName }) => `${alias}.${escape(databaseName)} AS ${alias}_${databaseName}`);
}

/** Times, sizes and JSON as the entity has them, on either database. */
function entityOf<Entity extends ObjectLiteral>(
  entity: Entity,
  { columns, connection }: EntityMetadata,
  alias: string,
  row: Raw,
): Entity {
  const values = columns.map((column) => [
    column.propertyName,
    connection.driver.prepareHydratedValue(row[`${alias}_${column.databaseName}`], column) as unknown,
  ]);
  return Object.assign(entity, Object.fromEntries(values) as Partial<Entity>);
}
