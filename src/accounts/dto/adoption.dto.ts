import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Length } from 'class-validator';
import type { HarborMember } from '../../harbor/harbor.types';
import type { AccountAdoption } from '../adoption-accounts.service';
import type { AdoptionChange } from '../adoption-plan';
import type { ProjectAdoption } from '../adoption-projects.service';

const NAME = { message: 'field.text', context: { min: 1, max: 255 } };
const DRY_RUN = { example: true, description: 'Only list what would be changed' };

export class AdoptProjectDto {
  @ApiPropertyOptional({
    example: 'liuyizhou',
    description:
      'Whose personal project it becomes; without one it stays whose it is, or becomes a shared project',
  })
  @IsOptional()
  @IsString(NAME)
  @Length(1, 255, NAME)
  owner?: string;

  @ApiProperty(DRY_RUN)
  @IsBoolean({ message: 'field.flag' })
  dryRun: boolean;
}

export class AdoptAccountDto {
  @ApiPropertyOptional({
    example: 'liuyizhou',
    description: 'The user of the registry, in its case; when left out, the name that the person would get',
  })
  @IsOptional()
  @IsString(NAME)
  @Length(1, 255, NAME)
  harborUsername?: string;

  @ApiProperty(DRY_RUN)
  @IsBoolean({ message: 'field.flag' })
  dryRun: boolean;
}

export class AdoptionChangeDto {
  @ApiProperty({
    enum: ['record', 'tag-rule', 'webhook', 'quota', 'visibility', 'membership'],
    example: 'record',
    description: 'record: the id in the registry that is kept here; all others are changed in the registry',
  })
  what: AdoptionChange['what'];

  @ApiProperty({ type: String, nullable: true, example: null })
  from: string | null;

  @ApiProperty({ example: '42' })
  to: string;
}

export class ForeignMemberDto {
  @ApiProperty({ example: 'ada' })
  name: string;

  @ApiProperty({ enum: ['user', 'group'], example: 'user' })
  entity: 'user' | 'group';

  @ApiProperty({ enum: ['admin', 'maintainer', 'developer', 'guest', 'limited-guest', 'none'] })
  role: HarborMember['role'];
}

export class ForeignRobotDto {
  @ApiProperty({ example: 'robot$user-liuyizhou+ci' })
  name: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null: never' })
  expiresAt: Date | null;
}

export class ForeignWebhookDto {
  @ApiProperty({ example: 'notify' })
  name: string;

  @ApiProperty({
    example: 'https://ci.example.com',
    description: 'Scheme and host alone: a path may hold a secret',
  })
  address: string;
}

export class ForeignDto {
  @ApiProperty({ type: [ForeignMemberDto] })
  members: ForeignMemberDto[];

  @ApiProperty({ type: [ForeignRobotDto] })
  robots: ForeignRobotDto[];

  @ApiProperty({ type: [ForeignWebhookDto] })
  webhooks: ForeignWebhookDto[];
}

export class ProjectAdoptionDto {
  @ApiProperty({ example: false, description: 'False: a dry run' })
  adopted: boolean;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ enum: ['personal', 'shared'], example: 'personal' })
  kind: 'personal' | 'shared';

  @ApiProperty({ type: String, nullable: true, example: 'liuyizhou' })
  owner: string | null;

  @ApiProperty({ type: 'integer', example: 42 })
  harborProjectId: number;

  @ApiProperty({ type: [AdoptionChangeDto], description: 'Everything that is changed' })
  changes: AdoptionChangeDto[];

  @ApiProperty({ type: ForeignDto, description: 'What others have in it: it stays; look at it' })
  foreign: ForeignDto;
}

export class AccountAdoptionDto {
  @ApiProperty({ example: false, description: 'False: a dry run' })
  adopted: boolean;

  @ApiProperty({ example: 'liuyizhou' })
  username: string;

  @ApiProperty({ example: 'liuyizhou' })
  harborUsername: string;

  @ApiProperty({ type: 'integer', example: 7 })
  harborUserId: number;

  @ApiProperty({
    type: [AdoptionChangeDto],
    description: 'Everything that is changed. The password is not: the person resets it',
  })
  changes: AdoptionChangeDto[];
}

export function toProjectAdoptionDto(
  { foreign, ...adoption }: ProjectAdoption,
  adopted: boolean,
): ProjectAdoptionDto {
  return {
    adopted,
    ...adoption,
    foreign: {
      members: foreign.members.map(({ entityName, entityType, role }) => ({
        name: entityName,
        entity: entityType,
        role,
      })),
      robots: foreign.robots.map(({ name, expiresAt }) => ({ name, expiresAt })),
      webhooks: foreign.webhooks.map(({ name, address }) => ({ name, address: originOf(address) })),
    },
  };
}

export function toAccountAdoptionDto(adoption: AccountAdoption, adopted: boolean): AccountAdoptionDto {
  return { adopted, ...adoption };
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : '';
}
