import { ApiProperty } from '@nestjs/swagger';
import type { Language } from '../../common/messages';
import { PlatformDto } from '../../common/platform.dto';
import type { ArtifactKind, ArtifactPlatform } from '../../harbor/harbor.types';
import type { TagState } from '../../tag-rule/tag-rule';
import { imageWarnings, recordWarnings, rightWarnings } from '../image-warnings';
import type { Visibility } from '../image.entity';
import { isTold } from '../sharing/known-rights';
import type { CatalogedImage } from '../images.service';
import { ImageDescriptionDto } from '../importing/dto/image-description.dto';
import { ImageWarningDto, toImageWarningDto } from './image-warning.dto';

const DIGEST = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';

export class ImageDto {
  @ApiProperty({ format: 'uuid', example: '0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b' })
  id: string;

  @ApiProperty({ example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2' })
  link: string;

  @ApiProperty({ example: 'harbor.example.com' })
  address: string;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ example: 'nvidia-pytorch' })
  repository: string;

  @ApiProperty({ type: String, nullable: true, example: '24.12-v1.2.2' })
  tag: string | null;

  @ApiProperty({ example: 'PyTorch 24.12 with my data loaders', description: 'Shown as the title' })
  description: string;

  @ApiProperty({ example: 'pytorch' })
  taskType: string;

  @ApiProperty({ type: [String], example: ['vision', '大模型'], description: 'My own words for it' })
  labels: string[];

  @ApiProperty({ example: 'liuyizhou', description: 'Who imported it' })
  owner: string;

  @ApiProperty({ enum: ['private', 'public'], example: 'private', description: 'public: everybody sees it' })
  visibility: Visibility;

  @ApiProperty({
    enum: ['own', 'shared', 'public', 'admin'],
    example: 'own',
    description: 'Why I see it: the first that holds; admin: only because I am one',
  })
  seenAs: CatalogedImage['seenAs'];

  @ApiProperty({ enum: ['image', 'index', 'helm-chart', 'other'], example: 'image' })
  kind: ArtifactKind;

  @ApiProperty({ type: String, nullable: true, example: DIGEST, description: 'First seen; null for latest' })
  recordedDigest: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: DIGEST,
    description: 'Last seen; null when the tag is gone',
  })
  currentDigest: string | null;

  @ApiProperty({
    enum: ['as-recorded', 'moved', 'current', 'gone', 'unknown'],
    example: 'as-recorded',
    description: 'current: it is latest, which may move',
  })
  state: TagState;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Since when it is known that the tag is gone; null while it is there',
  })
  goneSince: Date | null;

  @ApiProperty({ type: [PlatformDto] })
  platforms: ArtifactPlatform[];

  @ApiProperty({ example: 9_663_676_416, description: 'Compressed, as the registry holds it' })
  sizeBytes: number;

  @ApiProperty({ type: ImageDescriptionDto, description: 'What it said of itself when it was imported' })
  described: ImageDescriptionDto;

  @ApiProperty({ type: [ImageWarningDto], description: 'What to know before a job runs it' })
  warnings: ImageWarningDto[];

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  firstSeenAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  checkedAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  updatedAt: Date;

  @ApiProperty({
    type: Date,
    nullable: true,
    format: 'date-time',
    example: '2026-11-21T09:30:00.000Z',
    description: 'When a job last ran an image of this link, within an hour; null: none did',
  })
  lastUsedAt: Date | null;
}

/** What of an answer is not the image's own. */
export interface ImageAnswer {
  address: string;
  sitePlatforms: readonly string[];
  language: Language;
}

export function toImageDto(
  { image, record: seen, owner, seenAs, right, ownerHasLeft = false }: CatalogedImage,
  { address, sitePlatforms, language }: ImageAnswer,
): ImageDto {
  const { id, project, repository, tag, description, taskType, labels, described } = image;
  const { usedAtMs, createdAt, updatedAt } = image;
  const told = isTold(right);
  const record = told ? seen : null;
  const kind = record?.kind ?? image.kind;
  const platforms = record?.platforms ?? image.platforms;
  return {
    id,
    link: `${address}/${image.name}`,
    address,
    project,
    repository,
    tag,
    description,
    taskType,
    labels,
    owner,
    visibility: image.visibility,
    seenAs,
    kind,
    recordedDigest: record === null ? image.digest : record.recordedDigest,
    currentDigest: record === null ? image.digest : record.currentDigest,
    state: told ? (record?.state ?? image.standing.state) : 'unknown',
    goneSince: told ? (record === null ? image.goneSince : record.goneSince) : null,
    platforms,
    sizeBytes: record?.sizeBytes ?? image.sizeBytes,
    described,
    warnings: [
      ...recordWarnings(record),
      ...imageWarnings(kind, platforms, sitePlatforms),
      ...rightWarnings({ right, ownerHasLeft }, project),
    ].map((warning) => toImageWarningDto(warning, language)),
    firstSeenAt: record?.firstSeenAt ?? createdAt,
    checkedAt: record?.checkedAt ?? createdAt,
    createdAt,
    updatedAt,
    lastUsedAt: usedAtMs === 0 ? null : new Date(usedAtMs),
  };
}
