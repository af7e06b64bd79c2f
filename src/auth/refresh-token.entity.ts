import { Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';
import { Session } from './session.entity';

/** One refresh token of a session. Used ones are kept, so that a second use is noticed. */
@Entity('refresh_tokens')
@Index('uq_refresh_tokens_hash', ['hash'], { unique: true })
@Index('ix_refresh_tokens_session', ['sessionId'])
export class RefreshToken {
  @IdColumn()
  id: string;

  @TextColumn(36)
  sessionId: string;

  @ManyToOne(() => Session, { onDelete: 'NO ACTION', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'sessionId', foreignKeyConstraintName: 'fk_refresh_tokens_session' })
  session: Session;

  /** SHA-256 of the token, as hex; the token itself is never stored. */
  @TextColumn(64)
  hash: string;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  endsAt: Date;

  /** Null while it is the family's living token. */
  @TimeColumn({ nullable: true })
  usedAt: Date | null;
}
