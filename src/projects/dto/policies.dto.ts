import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { ProjectPolicies } from '../policies.service';
import { TAG_POLICIES, type TagPolicy } from '../tag-policy';

const CHOICES = [...TAG_POLICIES, 'site'] as const;

export class SetPoliciesDto {
  @ApiProperty({
    enum: CHOICES,
    example: 'restore',
    description:
      'What happens when a tag other than latest was moved. pin: jobs go on with the recorded image. block: jobs are ' +
      'refused it until an admin decides. restore: the tag is put back. site: as the site says',
  })
  @IsIn(CHOICES, { message: 'field.one-of', context: { choices: CHOICES.join(', ') } })
  tagRule: TagPolicy | 'site';
}

export class PoliciesDto {
  @ApiProperty({ enum: TAG_POLICIES, example: 'pin', description: 'What happens when a tag was moved' })
  tagRule: TagPolicy;

  @ApiProperty({ enum: ['project', 'site'], example: 'site', description: 'Who says so' })
  tagRuleFrom: 'project' | 'site';
}

export function toPoliciesDto({ tagRule, isOwn }: ProjectPolicies): PoliciesDto {
  return { tagRule, tagRuleFrom: isOwn ? 'project' : 'site' };
}
