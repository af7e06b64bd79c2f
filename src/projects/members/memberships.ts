import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import { HarborClient } from '../../harbor/harbor.client';
import type { HarborMember } from '../../harbor/harbor.types';
import type { ProjectLease } from '../project-lease';
import type { MemberRole } from './project-member.entity';

/** One is enough, unless somebody changes the same in Harbor at that moment. */
const MAX_CHANGES = 3;

/** The members of a project in Harbor. */
@Injectable()
export class Memberships {
  constructor(private readonly harbor: HarborClient) {}

  /**
   * Looks, changes only what differs, and looks again, until Harbor has the user in this role.
   * @param role `none`: no member
   * @param seen the members as they were listed a moment ago
   * @returns whether anything was changed, and the members as they were seen last
   * @throws DomainError conflict `harbor.changed` when others keep changing it; outages of Harbor
   */
  async settle(
    projectName: string,
    harborUserId: number,
    role: MemberRole | 'none',
    lease: ProjectLease,
    seen?: readonly HarborMember[],
  ): Promise<{ changed: boolean; members: readonly HarborMember[] }> {
    let members = seen ?? (await this.harbor.listMembers(projectName));
    for (let changes = 0; ; changes += 1) {
      const member = memberOf(members, harborUserId);
      if ((member?.role ?? 'none') === role && (role !== 'none' || member === null)) {
        return { changed: changes > 0, members };
      }
      if (changes === MAX_CHANGES) throw new DomainError('conflict', 'harbor.changed');
      await lease.renew();
      await this.change(projectName, harborUserId, member, role);
      members = await this.harbor.listMembers(projectName);
    }
  }

  private async change(
    projectName: string,
    harborUserId: number,
    member: HarborMember | null,
    role: MemberRole | 'none',
  ): Promise<void> {
    if (role === 'none') {
      if (member !== null) await this.harbor.removeMember(projectName, member.id);
    } else if (member === null) {
      await this.harbor.addMember(projectName, harborUserId, role);
    } else {
      await this.harbor.setMemberRole(projectName, member.id, role);
    }
  }
}

/** Null where the user is no member by himself; what a group of his may do is not seen. */
export function memberOf(members: readonly HarborMember[], harborUserId: number): HarborMember | null {
  return (
    members.find(({ entityType, entityId }) => entityType === 'user' && entityId === harborUserId) ?? null
  );
}
