import { Entity, Index } from 'typeorm';
import { IdColumn, TextColumn, TimeColumn } from '../../database/columns';

/** The roles that Berth gives. Harbor has one more, limited-guest, which Berth only reads. */
export const MEMBER_ROLES = ['guest', 'developer', 'maintainer', 'admin'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/**
 * A person's membership as it should be, written before Harbor is asked to make it so. The owner of a personal
 * project has no row: he is its admin as long as it stands.
 */
@Entity('project_members')
@Index('uq_project_members_project_person', ['projectId', 'personId'], { unique: true })
@Index('ix_project_members_person', ['personId'])
export class ProjectMember {
  @IdColumn()
  id: string;

  @TextColumn(36)
  projectId: string;

  @TextColumn(36)
  personId: string;

  /** `none`: being removed; the row goes when Harbor was seen without it. */
  @TextColumn(16)
  wantedRole: MemberRole | 'none';

  /** The role that Berth last saw in place; null before it saw one. Differs from `wantedRole` while unfinished. */
  @TextColumn(16, { nullable: true })
  seenRole: MemberRole | null;

  @TimeColumn()
  updatedAt: Date;
}
