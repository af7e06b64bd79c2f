import { ApiProperty, OmitType } from '@nestjs/swagger';
import { PageQuery } from '../../../common/paging';
import { PlatformDto } from '../../../common/platform.dto';
import type {
  ArtifactKind,
  ArtifactPlatform,
  HarborRepository,
  HarborScan,
} from '../../../harbor/harbor.types';
import { isHoldTag } from '../../../tag-rule/hold-tag';
import { isMovable } from '../../../tag-rule/tag-rule';
import type { AccessoryKind } from '../accessory-kind';
import type { BrowsedAccessory, BrowsedTag } from '../browsing.service';

const DIGEST = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';
const OTHER_DIGEST = 'sha256:873dbde3a7cd0ead4db5c838e8e2759a6fb1d33e5b22795443bf90703cce8e72';
const AT = '2026-11-21T09:30:00.000Z';

/** Harbor does not count tags, so there is no total. */
export class ListTagsDto extends OmitType(PageQuery, ['count'] as const) {}

export class RepositoryDto {
  @ApiProperty({ example: 'nvidia-pytorch', description: 'Without the project; may contain slashes' })
  name: string;

  @ApiProperty({ type: 'integer', example: 12, description: 'Images and other artifacts in it' })
  artifactCount: number;

  @ApiProperty({ type: 'integer', example: 345 })
  pullCount: number;

  @ApiProperty({ format: 'date-time', example: AT })
  createdAt: Date;

  @ApiProperty({ format: 'date-time', example: AT })
  updatedAt: Date;
}

export function toRepositoryDto(repository: HarborRepository): RepositoryDto {
  const { name, artifactCount, pullCount, createdAt, updatedAt } = repository;
  return { name, artifactCount, pullCount, createdAt, updatedAt };
}

export class AccessoryDto {
  @ApiProperty({ enum: ['signature', 'attestation', 'sbom', 'other'], example: 'signature' })
  kind: AccessoryKind;

  @ApiProperty({ example: 'signature.cosign', description: 'As Harbor calls it' })
  type: string;

  @ApiProperty({ example: OTHER_DIGEST })
  digest: string;

  @ApiProperty({ example: 1_075 })
  sizeBytes: number;

  @ApiProperty({ format: 'date-time', example: AT })
  createdAt: Date;
}

export class VulnerabilitiesDto {
  @ApiProperty({ example: 'Success', description: 'Of the scan: Success, Pending, Running, Error …' })
  status: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'High',
    description: 'The worst; null until it is done',
  })
  severity: string | null;

  @ApiProperty({ type: 'integer', example: 2 })
  total: number;

  @ApiProperty({
    type: 'integer',
    example: 1,
    description: 'Those that a newer version of the package repairs',
  })
  fixable: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { High: 1, Low: 1 },
    description: 'How many of each severity',
  })
  counts: Readonly<Record<string, number>>;
}

export class TagViolationDto {
  @ApiProperty({ example: OTHER_DIGEST, description: 'What it was first seen with, and what jobs get' })
  recordedDigest: string;
}

export class TagDto {
  @ApiProperty({ example: '24.12-v1.2.2' })
  tag: string;

  @ApiProperty({ example: DIGEST })
  digest: string;

  @ApiProperty({ example: 'application/vnd.oci.image.manifest.v1+json' })
  mediaType: string;

  @ApiProperty({ enum: ['image', 'index', 'helm-chart', 'other'], example: 'image' })
  kind: ArtifactKind;

  @ApiProperty({ type: [PlatformDto] })
  platforms: ArtifactPlatform[];

  @ApiProperty({ example: 9_663_676_416, description: 'Compressed, as the registry holds it' })
  sizeBytes: number;

  @ApiProperty({ format: 'date-time', example: AT, description: 'When the tag was put there' })
  pushedAt: Date;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: AT, description: 'Null: never' })
  pulledAt: Date | null;

  @ApiProperty({ example: false, description: 'May it be pushed again: latest, and signature tags' })
  movable: boolean;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Mine, if I imported it' })
  imageId: string | null;

  @ApiProperty({
    type: TagViolationDto,
    nullable: true,
    description: 'Where it is not what it was first seen with, although it may not move',
  })
  violation: TagViolationDto | null;

  @ApiProperty({
    example: false,
    description: 'Berth’s own tag, which keeps the image from garbage collection while somebody counts on it',
  })
  hold: boolean;

  @ApiProperty({ example: true, description: 'A signature is attached; nobody checked whose' })
  signed: boolean;

  @ApiProperty({ example: true })
  hasSbom: boolean;

  @ApiProperty({
    type: VulnerabilitiesDto,
    nullable: true,
    description: 'Null where there is no scanner, or it was never scanned',
  })
  vulnerabilities: VulnerabilitiesDto | null;

  @ApiProperty({ type: [AccessoryDto], description: 'Signatures, SBOMs and what else refers to this image' })
  accessories: AccessoryDto[];

  @ApiProperty({
    enum: ['signature', 'attestation', 'sbom'],
    nullable: true,
    example: null,
    description: 'What it is where the tag itself is one of cosign’s, which belongs to an image',
  })
  attachment: 'signature' | 'attestation' | 'sbom' | null;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'The digest of that image' })
  attachedTo: string | null;
}

export function toTagDto({ artifact, tag, accessories, attached, record, imageId }: BrowsedTag): TagDto {
  const { digest, mediaType, kind, platforms, sizeBytes, scan } = artifact;
  const recordedDigest = record?.recordedDigest ?? null;
  const isAttachment = attached !== null;
  return {
    tag: tag.name,
    digest,
    mediaType,
    kind: isAttachment ? 'other' : kind,
    platforms: isAttachment ? [] : platforms,
    sizeBytes,
    pushedAt: tag.pushedAt,
    pulledAt: tag.pulledAt,
    movable: isAttachment || isMovable(tag.name),
    imageId,
    violation: recordedDigest === null || recordedDigest === digest ? null : { recordedDigest },
    hold: isHoldTag(tag.name),
    signed: accessories.some((accessory) => accessory.kind === 'signature'),
    hasSbom: accessories.some((accessory) => accessory.kind === 'sbom'),
    vulnerabilities: scan === null ? null : toVulnerabilitiesDto(scan),
    accessories: accessories.map(toAccessoryDto),
    attachment: attached?.attachment ?? null,
    attachedTo: attached?.digest ?? null,
  };
}

function toAccessoryDto({ kind, type, digest, sizeBytes, createdAt }: BrowsedAccessory): AccessoryDto {
  return { kind, type, digest, sizeBytes, createdAt };
}

function toVulnerabilitiesDto({ status, severity, total, fixable, counts }: HarborScan): VulnerabilitiesDto {
  return { status, severity, total, fixable, counts };
}
