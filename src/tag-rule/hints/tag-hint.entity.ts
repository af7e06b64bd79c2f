import { Entity } from 'typeorm';
import { IdColumn, TimeColumn } from '../../database/columns';

/** When a webhook of Harbor last named a tag that has a record. */
@Entity('tag_hints')
export class TagHint {
  /** Of the tag record. */
  @IdColumn()
  id: string;

  @TimeColumn()
  heardAt: Date;
}
