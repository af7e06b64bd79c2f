import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { Language } from '../../../common/messages';
import type { GranteeKind } from '../image-share.entity';
import type { SharedWith } from '../image-sharing.service';
import type { Visibility } from '../../image.entity';
import { ImageWarningDto, toImageWarningDto } from '../../dto/image-warning.dto';

export class SetVisibilityDto {
  @ApiProperty({ enum: ['private', 'public'], example: 'public' })
  @IsIn(['private', 'public'], { message: 'field.one-of', context: { choices: 'private, public' } })
  visibility: Visibility;
}

export class ImageShareDto {
  @ApiProperty({ enum: ['person', 'group'], example: 'person' })
  kind: GranteeKind;

  @ApiProperty({ example: 'ada', description: 'The username, or what the directory calls the group' })
  name: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  displayName: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  sharedAt: Date;

  @ApiProperty({ example: 'liuyizhou' })
  sharedBy: string;

  @ApiProperty({ type: [ImageWarningDto], description: 'When it is shared: what they cannot do with it' })
  warnings: ImageWarningDto[];
}

export function toImageShareDto(
  { share, grantee, project, jobsOnly }: SharedWith,
  language: Language,
): ImageShareDto {
  const { kind, granteeId, sharedAt, sharedBy } = share;
  const warning = { code: 'share.warning.jobs-only', params: { project } } as const;
  return {
    kind,
    name: grantee?.name ?? granteeId,
    displayName: grantee?.displayName ?? granteeId,
    sharedAt,
    sharedBy,
    warnings: jobsOnly === true ? [toImageWarningDto(warning, language)] : [],
  };
}
