import { Entity } from 'typeorm';
import { IdColumn, TextColumn } from '../database/columns';

/** The one row that names this installation, so that several can share a Redis. */
@Entity('installations')
export class Installation {
  @IdColumn()
  id: string;

  @TextColumn(36)
  name: string;
}
