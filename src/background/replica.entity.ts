import { Entity } from 'typeorm';
import { CountColumn, FlagColumn, IdColumn, TextColumn, TimeColumn } from '../database/columns';

/** A running Berth on this database; the row goes when it stops in order. Times are the database's clock. */
@Entity('replicas')
export class Replica {
  @IdColumn()
  id: string;

  /** Of the machine or container. */
  @TextColumn(255)
  host: string;

  @CountColumn()
  processId: number;

  @FlagColumn()
  hasRedis: boolean;

  @TimeColumn()
  startedAt: Date;

  /** When it last said that it runs. */
  @TimeColumn()
  seenAt: Date;
}
