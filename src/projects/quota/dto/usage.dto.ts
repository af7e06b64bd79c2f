import { ApiProperty } from '@nestjs/swagger';
import type { ProjectUsage } from '../project-usage.service';
import { ProjectQuotaDto } from '../../dto/project.dto';

export class ArtifactsUsageDto {
  @ApiProperty({ example: 12 })
  artifacts: number;

  @ApiProperty({ example: 21_474_836_480, description: 'Each artifact with all its layers, added up' })
  sizeBytes: number;
}

export class RepositoryUsageDto {
  @ApiProperty({ example: 'nvidia-pytorch' })
  repository: string;

  @ApiProperty({ type: ArtifactsUsageDto })
  tagged: ArtifactsUsageDto;

  @ApiProperty({ type: ArtifactsUsageDto, description: 'What no tag points to any more' })
  untagged: ArtifactsUsageDto;
}

export class ProjectUsageDto {
  @ApiProperty({ example: 'user-liuyizhou' })
  project: string;

  @ApiProperty({ type: ProjectQuotaDto })
  quota: ProjectQuotaDto;

  @ApiProperty({ type: [RepositoryUsageDto], description: 'The largest first' })
  repositories: RepositoryUsageDto[];

  @ApiProperty({
    type: ArtifactsUsageDto,
    description: 'Of these, what Berth’s own tags (berth-hold-…) keep because jobs count on it',
  })
  held: ArtifactsUsageDto;

  @ApiProperty({ example: true, description: 'False: there is more than could be read at once' })
  complete: boolean;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  readAt: Date;
}

export function toProjectUsageDto(project: string, usage: ProjectUsage): ProjectUsageDto {
  const { quota, repositories, held, complete, readAt } = usage;
  return {
    project,
    quota: { usedBytes: quota?.usedBytes ?? null, limitBytes: quota?.limitBytes ?? null },
    repositories,
    held,
    complete,
    readAt,
  };
}
