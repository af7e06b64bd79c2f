import { Entity, Index, JoinColumn, ManyToOne } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../database/columns';
import { Person } from './person.entity';

/** Why a session ended before its last day. */
export type SessionEnd = 'logout' | 'reuse' | 'person-gone' | 'offboarded';

/** One login of a person: the family of all refresh tokens that come from it. */
@Entity('sessions')
@Index('ix_sessions_person', ['personId'])
export class Session {
  @IdColumn()
  id: string;

  @TextColumn(36)
  personId: string;

  @ManyToOne(() => Person, { onDelete: 'NO ACTION', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'personId', foreignKeyConstraintName: 'fk_sessions_person' })
  person: Person;

  @TimeColumn()
  createdAt: Date;

  /** The last moment of the family, however often it is refreshed. */
  @TimeColumn()
  endsAt: Date;

  @TimeColumn({ nullable: true })
  revokedAt: Date | null;

  @TextColumn(16, { nullable: true })
  revokedBecause: SessionEnd | null;
}
