import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { PlatformDto } from '../../common/platform.dto';
import type { ArtifactPlatform } from '../../harbor/harbor.types';
import type { TagState } from '../../tag-rule/tag-rule';
import type { LookupQuestion } from '../lookup.service';

const MAX_AGE_MS = 86_400_000;
const MAX_AGE = { message: 'field.whole-number', context: { min: 0, max: MAX_AGE_MS } };

const asNumber = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
);
const asBoolean = Transform(({ value }: { value: unknown }) =>
  value === 'true' ? true : value === 'false' ? false : value,
);

export class LookupQueryDto implements LookupQuestion {
  @ApiProperty({
    example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2',
    description: 'Without tag and digest it is read as :latest',
  })
  @IsString({ message: 'field.text', context: { min: 1, max: 1024 } })
  link: string;

  @ApiPropertyOptional({
    example: 'liuyizhou',
    description: 'Whose job it is. Schedulers must name the person',
  })
  @IsOptional()
  @IsString({ message: 'field.text', context: { min: 1, max: 256 } })
  for?: string;

  @ApiPropertyOptional({
    default: 0,
    description: 'How old the look at `latest` may be; 0: it begins after the question',
  })
  @asNumber
  @IsInt(MAX_AGE)
  @Min(0, MAX_AGE)
  @Max(MAX_AGE_MS, MAX_AGE)
  maxAgeMs: number = 0;

  @ApiPropertyOptional({ example: 'linux/amd64', description: 'Warns when the image does not have it' })
  @IsOptional()
  @Matches(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, { message: 'field.platform' })
  platform?: string;

  @ApiPropertyOptional({ default: false, description: '503 rather than a stale answer for `latest`' })
  @asBoolean
  @IsBoolean({ message: 'field.flag' })
  requireFresh: boolean = false;
}

export class LookupWarningDto {
  @ApiProperty({ example: 'lookup.warning.tag-moved' })
  code: string;

  @ApiProperty({ example: 'The tag was moved in the registry' })
  title: string;

  @ApiProperty()
  detail: string;
}

export class LookupDto {
  @ApiProperty({ example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2' })
  link: string;

  @ApiProperty({
    example:
      'harbor.example.com/user-liuyizhou/nvidia-pytorch@sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b',
    description: 'What the job runs',
  })
  pinned: string;

  @ApiProperty({ example: 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b' })
  digest: string;

  @ApiProperty({ type: String, nullable: true, description: 'The digest first seen; null for latest' })
  recordedDigest: string | null;

  @ApiProperty({ enum: ['as-recorded', 'moved', 'current', 'gone', 'unknown'], example: 'as-recorded' })
  state: TagState;

  @ApiProperty({ type: [PlatformDto] })
  platforms: ArtifactPlatform[];

  @ApiProperty({ example: 9_663_676_416 })
  sizeBytes: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  firstSeenAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  checkedAt: Date;

  @ApiProperty({ example: 1250, description: 'Since checkedAt' })
  ageMs: number;

  @ApiProperty({ example: false, description: 'This could not be checked now; it is the last that is known' })
  stale: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'uuid',
    description: 'The asker’s own image of this link, else one shared with him, else a public one',
  })
  imageId: string | null;

  @ApiProperty({ type: [LookupWarningDto] })
  warnings: LookupWarningDto[];
}
