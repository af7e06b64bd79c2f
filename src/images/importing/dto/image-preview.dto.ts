import { ApiProperty } from '@nestjs/swagger';
import { formatImageLink } from '../../../common/image-link';
import type { Language } from '../../../common/messages';
import { PlatformDto } from '../../../common/platform.dto';
import type { ArtifactKind, ArtifactPlatform } from '../../../harbor/harbor.types';
import { imageWarnings } from '../../image-warnings';
import type { ImagePreview } from '../../images.service';
import { ImageDescriptionDto } from './image-description.dto';
import { ImageWarningDto, toImageWarningDto } from '../../dto/image-warning.dto';

export class ImagePreviewDto {
  @ApiProperty({
    example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2',
    description: 'As Berth writes it, whatever spelling was given',
  })
  link: string;

  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ example: 'nvidia-pytorch' })
  repository: string;

  @ApiProperty({ type: String, nullable: true, example: '24.12-v1.2.2' })
  tag: string | null;

  @ApiProperty({ example: 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b' })
  digest: string;

  @ApiProperty({ enum: ['image', 'index', 'helm-chart', 'other'], example: 'image' })
  kind: ArtifactKind;

  @ApiProperty({ example: 'application/vnd.oci.image.manifest.v1+json', description: 'Of the manifest' })
  mediaType: string;

  @ApiProperty({ type: [PlatformDto] })
  platforms: ArtifactPlatform[];

  @ApiProperty({ example: 9_663_676_416, description: 'Compressed, as the registry holds it' })
  sizeBytes: number;

  @ApiProperty({ type: ImageDescriptionDto })
  described: ImageDescriptionDto;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Mine, if imported already' })
  imageId: string | null;

  @ApiProperty({ type: [ImageWarningDto], description: 'What to know before a job runs it' })
  warnings: ImageWarningDto[];
}

export function toImagePreviewDto(
  { link, artifact, described, imageId }: ImagePreview,
  sitePlatforms: readonly string[],
  language: Language,
): ImagePreviewDto {
  const { digest, kind, mediaType, platforms, sizeBytes } = artifact;
  return {
    link: formatImageLink(link),
    project: link.project,
    repository: link.repository,
    tag: link.tag,
    digest,
    kind,
    mediaType,
    platforms,
    sizeBytes,
    described,
    imageId,
    warnings: imageWarnings(kind, platforms, sitePlatforms).map((warning) =>
      toImageWarningDto(warning, language),
    ),
  };
}
