import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';
import type { ServiceCaller } from './caller';

export type ServiceTokenKind = ServiceCaller['kind'];

/** The token of a program: the job scheduler, or the platform's own backend. */
@Entity('service_tokens')
@Index('uq_service_tokens_hash', ['hash'], { unique: true })
@Index('uq_service_tokens_live_name', ['liveName'], { unique: true })
export class ServiceToken {
  @IdColumn()
  id: string;

  @TextColumn(16)
  kind: ServiceTokenKind;

  /** Tells people which program it is, in logs and in the audit log. */
  @TextColumn(64)
  name: string;

  /** The name until the token is revoked, so that no two that are alive have the same; null afterwards. */
  @TextColumn(64, { nullable: true })
  liveName: string | null;

  /** SHA-256 of the token, as hex; the token itself is never stored. */
  @TextColumn(64)
  hash: string;

  @TimeColumn()
  createdAt: Date;

  /** The admin's username; null when it was made by `npm run token`. */
  @TextColumn(256, { nullable: true })
  createdBy: string | null;

  /** Exact to a minute; null when it was never used. */
  @TimeColumn({ nullable: true })
  lastUsedAt: Date | null;

  @TimeColumn({ nullable: true })
  revokedAt: Date | null;
}
