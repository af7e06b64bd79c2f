import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../../database/columns';
import type { MemberRole } from './project-member.entity';

/** A membership that an offboarded person had, to be given again should the person come back. */
@Entity('suspended_memberships')
@Index('uq_suspended_memberships_person_project', ['personId', 'projectId'], { unique: true })
export class SuspendedMembership {
  @IdColumn()
  id: string;

  @TextColumn(36)
  personId: string;

  @TextColumn(36)
  projectId: string;

  @TextColumn(16)
  role: MemberRole;

  @TimeColumn()
  createdAt: Date;
}
