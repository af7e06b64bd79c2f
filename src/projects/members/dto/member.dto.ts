import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { ListedMember, MemberState } from '../member-list';
import { MEMBER_ROLES, type MemberRole } from '../project-member.entity';

export class SetMemberDto {
  @ApiProperty({
    enum: MEMBER_ROLES,
    example: 'developer',
    description:
      'guest pulls, developer pushes too, maintainer deletes too and puts tags back, admin gives roles too',
  })
  @IsIn(MEMBER_ROLES, { message: 'field.one-of', context: { choices: MEMBER_ROLES.join(', ') } })
  role: MemberRole;
}

export class MemberDto {
  @ApiProperty({ type: String, nullable: true, example: 'ada', description: 'Null: nobody whom Berth knows' })
  username: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  displayName: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ada',
    description: 'The user or group in Harbor; null while it is not a member there',
  })
  harborName: string | null;

  @ApiProperty({ enum: ['user', 'group'], example: 'user' })
  entity: 'user' | 'group';

  @ApiProperty({
    enum: ['admin', 'maintainer', 'developer', 'guest', 'limited-guest', 'none'],
    nullable: true,
    example: 'developer',
    description: 'In Harbor',
  })
  role: ListedMember['role'];

  @ApiProperty({
    enum: MEMBER_ROLES,
    nullable: true,
    example: 'developer',
    description: 'As it was given here; null for whom others added in Harbor',
  })
  givenRole: MemberRole | null;

  @ApiProperty({
    enum: ['as-set', 'changed', 'missing', 'leaving', 'foreign', 'service'],
    example: 'as-set',
    description:
      'changed or missing: otherwise in Harbor than given here; leaving: being removed; foreign: added in Harbor by ' +
      'others, and left alone; service: the user of Harbor who owns what Berth makes',
  })
  state: MemberState;
}

export function toMemberDto(member: ListedMember): MemberDto {
  const { username, displayName, harborName, entity, role, givenRole, state } = member;
  return { username, displayName, harborName, entity, role, givenRole, state };
}
