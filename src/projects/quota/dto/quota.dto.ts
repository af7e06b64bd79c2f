import { ApiProperty } from '@nestjs/swagger';
import { messageFor, type Language } from '../../../common/messages';
import type { HarborQuota } from '../../../harbor/harbor.types';
import { IsQuotaBytes, MAX_QUOTA_BYTES } from '../../dto/field-rules';
import { ProjectProblemDto, ProjectQuotaDto } from '../../dto/project.dto';

export class SetQuotaDto {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_QUOTA_BYTES,
    example: 107_374_182_400,
    description: 'All that the project may hold, in bytes',
  })
  @IsQuotaBytes()
  quotaBytes: number;
}

export class QuotaSetDto {
  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ type: ProjectQuotaDto })
  quota: ProjectQuotaDto;

  @ApiProperty({ type: [ProjectProblemDto], description: 'Such as a quota below what is used' })
  warnings: ProjectProblemDto[];
}

export function toQuotaSetDto(project: string, quota: HarborQuota, language: Language): QuotaSetDto {
  const { usedBytes, limitBytes } = quota;
  const code = 'project.warning.quota-below-use';
  const isBelowUse = limitBytes !== null && usedBytes > limitBytes;
  const warnings = isBelowUse ? [{ code, ...messageFor(code, { usedBytes, limitBytes }, language) }] : [];
  return { project, quota: { usedBytes, limitBytes }, warnings };
}
