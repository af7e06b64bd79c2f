import { ApiProperty } from '@nestjs/swagger';
import { IsJobId, IsJobLinks, IsJobSeconds, IsUsernameOfJob } from '../job-fields';
import type { LeasedImages } from '../jobs.service';

const MAX_LEASE_SECONDS = 30 * 86_400;
const DIGEST = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';

export class JobAddress {
  @IsJobId()
  jobId: string;
}

export class LeaseImagesDto {
  @IsUsernameOfJob()
  for: string;

  @IsJobLinks()
  links: string[];

  @IsJobSeconds(
    30,
    MAX_LEASE_SECONDS,
    600,
    'The lease holds so long without another call; call again in a third of it',
  )
  ttlSeconds: number;
}

export class LeasedImageDto {
  @ApiProperty({ example: 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2' })
  link: string;

  @ApiProperty({
    example: `harbor.example.com/user-liuyizhou/nvidia-pytorch@${DIGEST}`,
    description: 'What the job runs; the same for all the job’s life',
  })
  pinned: string;

  @ApiProperty({ example: DIGEST })
  digest: string;
}

export class JobDto {
  @ApiProperty({ example: 'slurm-84213' })
  jobId: string;

  @ApiProperty({ example: 'liuyizhou' })
  for: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:40:00.000Z' })
  leasedUntil: Date;

  @ApiProperty({ type: [LeasedImageDto], description: 'In the order of the links' })
  images: LeasedImageDto[];
}

export function toJobDto({ jobId, forUsername, leasedUntil, images }: LeasedImages): JobDto {
  return { jobId, for: forUsername, leasedUntil, images };
}
