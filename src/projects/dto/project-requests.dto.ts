import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString } from 'class-validator';
import { PageQuery } from '../../common/paging';
import type { Visibility } from '../project.entity';
import { IsQuotaBytes, IsWrittenText, MayBeLeftOut, MAX_QUOTA_BYTES } from './field-rules';

const VISIBILITIES: readonly Visibility[] = ['private', 'public'];
const VISIBILITY = { message: 'field.one-of', context: { choices: VISIBILITIES.join(', ') } };
const SCOPES = ['mine', 'all'] as const;
const SCOPE = { message: 'field.one-of', context: { choices: SCOPES.join(', ') } };
const QUOTA = { type: 'integer', minimum: 1, maximum: MAX_QUOTA_BYTES, example: 107_374_182_400 } as const;

export class ListProjectsDto extends PageQuery {
  @ApiPropertyOptional({
    enum: SCOPES,
    default: 'mine',
    description: 'mine: my own and those where I am a member; all: for admins',
  })
  @IsIn(SCOPES, SCOPE)
  scope: (typeof SCOPES)[number] = 'mine';
}

export class CreateProjectDto {
  @ApiProperty({
    example: 'team-vision',
    minLength: 1,
    maxLength: 255,
    description:
      'Lower-case letters and digits, with single . _ or - between them; no personal project’s name',
  })
  @IsString({ message: 'field.text', context: { min: 1, max: 255 } })
  name: string;

  @ApiPropertyOptional({ enum: VISIBILITIES, default: 'private' })
  @IsIn(VISIBILITIES, VISIBILITY)
  visibility: Visibility = 'private';

  @ApiPropertyOptional({
    ...QUOTA,
    description: 'The configured default when left out; more than that is for admins',
  })
  @MayBeLeftOut()
  @IsQuotaBytes()
  quotaBytes?: number;

  @ApiPropertyOptional({ example: 'Images of the vision team', default: '', maxLength: 255 })
  @IsWrittenText(0, 255)
  description: string = '';
}

export class ChangeProjectDto {
  @ApiPropertyOptional({ enum: VISIBILITIES, example: 'public' })
  @MayBeLeftOut()
  @IsIn(VISIBILITIES, VISIBILITY)
  visibility?: Visibility;

  @ApiPropertyOptional({ example: 'Images of the vision and robotics teams', maxLength: 255 })
  @MayBeLeftOut()
  @IsWrittenText(0, 255)
  description?: string;

  @ApiPropertyOptional({ ...QUOTA, description: 'For admins of Berth' })
  @MayBeLeftOut()
  @IsQuotaBytes()
  quotaBytes?: number;
}
