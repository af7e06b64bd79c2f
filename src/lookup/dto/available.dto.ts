import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches } from 'class-validator';
import { messageFor, type Language } from '../../common/messages';
import { PageQuery } from '../../common/paging';
import { SearchWords } from '../../common/search-words.decorator';
import { PlatformDto } from '../../common/platform.dto';
import type { ArtifactKind, ArtifactPlatform } from '../../harbor/harbor.types';
import type { SeenAs } from '../../images/sharing/image-visibility';
import type { TagState } from '../../tag-rule/tag-rule';
import type { AvailableImage, AvailableQuery } from '../available-images';
import { LookupWarningDto } from './lookup.dto';

const USERNAME = { message: 'field.text', context: { min: 1, max: 256 } };
const TASK_TYPE = { message: 'field.text', context: { min: 1, max: 64 } };

export class ListAvailableDto extends OmitType(PageQuery, ['count']) implements AvailableQuery {
  @ApiPropertyOptional({
    example: 'liuyizhou',
    description: 'Whose job it is. Schedulers must name the person',
  })
  @IsOptional()
  @IsString(USERNAME)
  @Length(1, 256, USERNAME)
  for?: string;

  @ApiPropertyOptional({
    example: 'pytorch',
    description: 'One of GET /images/task-types; images for `all` are for this one, too',
  })
  @IsOptional()
  @IsString(TASK_TYPE)
  @Length(1, 64, TASK_TYPE)
  taskType?: string;

  @ApiPropertyOptional({ example: 'linux/amd64', description: 'Only images that have it' })
  @IsOptional()
  @Matches(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, { message: 'field.platform' })
  platform?: string;

  @ApiPropertyOptional({ example: 'pytorch 24.12', description: 'Words, as of GET /images; empty: all' })
  @SearchWords()
  q?: string;
}

export class AvailableImageDto {
  @ApiProperty({ format: 'uuid', example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  imageId: string;

  @ApiProperty({
    example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2',
    description: 'What the job is submitted with, and looked up by',
  })
  link: string;

  @ApiProperty({ example: 'PyTorch 24.12 with my data loaders', description: 'Shown as the title' })
  description: string;

  @ApiProperty({ example: 'pytorch' })
  taskType: string;

  @ApiProperty({ type: [String], example: ['vision', '大模型'] })
  labels: string[];

  @ApiProperty({ example: 'liuyizhou' })
  owner: string;

  @ApiProperty({ enum: ['own', 'shared', 'public'], example: 'own', description: 'Why the person sees it' })
  seenAs: SeenAs;

  @ApiProperty({ enum: ['image', 'index'], example: 'image' })
  kind: ArtifactKind;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b',
    description: 'What a job would run, as far as it is known now; null while only the registry could tell',
  })
  digest: string | null;

  @ApiProperty({ enum: ['as-recorded', 'moved', 'current', 'gone', 'unknown'], example: 'as-recorded' })
  state: TagState;

  @ApiProperty({ type: [PlatformDto] })
  platforms: readonly ArtifactPlatform[];

  @ApiProperty({ example: 9_663_676_416 })
  sizeBytes: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({
    type: Date,
    nullable: true,
    format: 'date-time',
    example: '2026-11-21T09:30:00.000Z',
    description: 'When a job last ran it, within an hour',
  })
  lastUsedAt: Date | null;

  @ApiProperty({ type: [LookupWarningDto] })
  warnings: LookupWarningDto[];
}

export function toAvailableImageDto(
  { found, answer }: AvailableImage,
  address: string,
  language: Language,
): AvailableImageDto {
  const { image, record, owner, seenAs } = found;
  const { id, name, description, taskType, labels, createdAt, usedAtMs } = image;
  if (seenAs === 'admin') throw new Error(`${id} is not available to anybody`);
  return {
    imageId: id,
    link: `${address}/${name}`,
    description,
    taskType,
    labels,
    owner,
    seenAs,
    kind: record?.kind ?? image.kind,
    digest: answer?.told.digest ?? null,
    state: answer?.told.state ?? 'unknown',
    platforms: answer?.told.platforms ?? image.platforms,
    sizeBytes: answer?.told.sizeBytes ?? image.sizeBytes,
    createdAt,
    lastUsedAt: usedAtMs === 0 ? null : new Date(usedAtMs),
    warnings: (answer?.warnings ?? []).map(({ code, params }) => ({
      code,
      ...messageFor(code, params, language),
    })),
  };
}
