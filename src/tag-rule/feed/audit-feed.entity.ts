import { Entity, Index } from 'typeorm';
import {
  BytesColumn,
  CountColumn,
  IdColumn,
  JsonColumn,
  TextColumn,
  TimeColumn,
} from '../../database/columns';
import type { MissingRow } from './missing-rows';

/** How far Harbor's audit log was read. One row. */
@Entity('audit_feeds')
@Index('uq_audit_feeds_name', ['name'], { unique: true })
export class AuditFeed {
  @IdColumn()
  id: string;

  /** Always `harbor`. */
  @TextColumn(16)
  name: string;

  /** Harbor writes one of two logs, by its version. */
  @TextColumn(16)
  log: 'auditlog-exts' | 'audit-logs';

  /** Every row up to this id was read, but for those that are missing. */
  @BytesColumn()
  lastId: number;

  @JsonColumn()
  missing: MissingRow[];

  /** Missing ids that were too many to ask for again. */
  @BytesColumn()
  lost: number;

  /** When the log was last asked; written now and then. */
  @TimeColumn()
  readAt: Date;

  /** Harbor's time of the newest row that was read; null before the first. */
  @TimeColumn({ nullable: true })
  rowAt: Date | null;

  /** When the log had begun anew below what was read, as after a restore of Harbor; null: never. */
  @TimeColumn({ nullable: true })
  restartedAt: Date | null;

  /** Written by one replica at a time. */
  @CountColumn()
  version: number;
}
