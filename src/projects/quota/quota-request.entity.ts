import { Entity, Index } from 'typeorm';
import { BytesColumn, IdColumn, TextColumn, TimeColumn } from '../../database/columns';

export const QUOTA_REQUEST_STATES = ['open', 'granted', 'declined'] as const;
export type QuotaRequestState = (typeof QUOTA_REQUEST_STATES)[number];

/** Somebody of a project asks for more room; an admin of Berth decides. */
@Entity('quota_requests')
@Index('uq_quota_requests_open', ['openProjectId'], { unique: true })
@Index('ix_quota_requests_project', ['projectId', 'id'])
@Index('ix_quota_requests_state', ['state', 'id'])
export class QuotaRequest {
  /** UUIDv7: later requests have greater ids. */
  @IdColumn()
  id: string;

  @TextColumn(36)
  projectId: string;

  /** The project while the request is open, else null: a project has one open request. */
  @TextColumn(36, { nullable: true })
  openProjectId: string | null;

  /** Who asked. */
  @TextColumn(36)
  personId: string;

  /** The whole quota that is asked for, not what is added. */
  @BytesColumn()
  quotaBytes: number;

  @TextColumn(500)
  reason: string;

  @TextColumn(16)
  state: QuotaRequestState;

  /** Of the admin who decided. */
  @TextColumn(500, { nullable: true })
  note: string | null;

  @TextColumn(36, { nullable: true })
  decidedByPersonId: string | null;

  @TimeColumn({ nullable: true })
  decidedAt: Date | null;

  @TimeColumn()
  createdAt: Date;
}
