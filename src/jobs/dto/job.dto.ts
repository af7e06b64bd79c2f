import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import type { LeasedImages } from '../jobs.service';

const MAX_LINKS = 100;
const LINKS = { message: 'job.links', context: { min: 1, max: MAX_LINKS } };
const MAX_LEASE_SECONDS = 30 * 86_400;
const SECONDS = { message: 'field.whole-number', context: { min: 30, max: MAX_LEASE_SECONDS } };
const JOB_ID = { message: 'job.id', context: { min: 1, max: 128 } };
const USERNAME = { message: 'field.text', context: { min: 1, max: 256 } };
const DIGEST = 'sha256:f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b';

/** The links of a job, as people paste them. */
export function IsJobLinks(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: [String],
      minItems: 1,
      maxItems: MAX_LINKS,
      example: ['harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2'],
      description: 'Without tag and digest it is read as :latest',
    }),
    IsArray(LINKS),
    ArrayMinSize(1, LINKS),
    ArrayMaxSize(MAX_LINKS, LINKS),
    IsString({ ...LINKS, each: true }),
  );
}

/** A job as its scheduler calls it. */
export function IsJobId(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'slurm-84213', minLength: 1, maxLength: 128, description: 'Visible ASCII' }),
    IsString(JOB_ID),
    Matches(/^[\x21-\x7e]{1,128}$/, JOB_ID),
  );
}

/** The username of the person whose job it is. */
export function IsUsernameOfJob(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ example: 'liuyizhou', description: 'Whose job it is' }),
    IsString(USERNAME),
    Length(1, 256, USERNAME),
  );
}

export class JobAddress {
  @IsJobId()
  jobId: string;
}

export class LeaseImagesDto {
  @IsUsernameOfJob()
  for: string;

  @IsJobLinks()
  links: string[];

  @ApiProperty({
    type: 'integer',
    minimum: 30,
    maximum: MAX_LEASE_SECONDS,
    example: 600,
    description: 'How long the lease holds without another call; call again in a third of it',
  })
  @IsInt(SECONDS)
  @Min(30, SECONDS)
  @Max(MAX_LEASE_SECONDS, SECONDS)
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
