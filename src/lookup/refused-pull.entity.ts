import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn } from '../database/columns';

/** A digest that Harbor lets nobody pull, for it is vulnerable by the project's policy: lookups warn of it. */
@Entity('refused_pulls')
@Index('uq_refused_pulls_name', ['name'], { unique: true })
export class RefusedPull {
  @IdColumn()
  id: string;

  /** `project/repository@digest`. */
  @TextColumn(512)
  name: string;
}
