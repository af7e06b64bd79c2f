import { ApiProperty } from '@nestjs/swagger';
import { PlatformDto } from '../../../common/platform.dto';
import type { JobRun } from '../../../jobs/leases.service';
import type { ObservationSource } from '../../../tag-rule/observation';
import type { TagDigest } from '../../../tag-rule/tag-digest.entity';

const SOURCES = ['check', 'hint', 'feed', 'sweep', 'restore'];

export class ImageRunDto {
  @ApiProperty({ example: 'slurm-4711', description: 'As the scheduler calls it' })
  jobId: string;

  @ApiProperty({ example: 'liuyizhou', description: 'Whose job it is' })
  forUsername: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  startedAt: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Null while it runs',
  })
  endedAt: Date | null;
}

export class ImageHistoryDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: `sha256:${'3f'.repeat(32)}`,
    description: 'Null: from then on the tag was not there',
  })
  digest: string | null;

  @ApiProperty({
    type: [PlatformDto],
    description:
      'With the digest of each platform, which clients hold that resolved theirs; empty where nobody looked',
  })
  platforms: PlatformDto[];

  @ApiProperty({
    description:
      'Berth saw it itself; else only Harbor’s audit log told of it, as of a move that was undone at once',
    example: true,
  })
  looked: boolean;

  @ApiProperty({
    enum: SOURCES,
    example: 'feed',
    description:
      'How it was noticed: a check that somebody asked for, a webhook (hint), Harbor’s audit log (feed), a sweep over ' +
      'everything, or Berth itself putting the tag back (restore)',
  })
  source: ObservationSource;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-21T09:29:58.120Z',
    description: 'The tag came here at the earliest; null for the first digest',
  })
  notBefore: Date | null;

  @ApiProperty({
    format: 'date-time',
    example: '2026-11-21T09:30:00.000Z',
    description: 'When Berth learned of it: the tag came here at the latest',
  })
  firstSeenAt: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-21T09:29:59.731Z',
    description: 'Harbor’s own time of the change, where its audit log told',
  })
  changedAt: Date | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'liuyizhou',
    description: 'The Harbor user who made the change, where its audit log told',
  })
  changedBy: string | null;

  @ApiProperty({
    type: [ImageRunDto],
    description:
      'The newest jobs that ran this digest; your own, and all of them for maintainers of the project and admins',
  })
  jobs: ImageRunDto[];
}

export function toImageHistoryDto(entry: TagDigest, jobs: readonly JobRun[]): ImageHistoryDto {
  const { digest, platforms, looked, source, notBefore, firstSeenAt, changedAt, changedBy } = entry;
  return {
    ...{ digest, platforms, looked, source, notBefore, firstSeenAt, changedAt, changedBy },
    jobs: jobs.map(({ jobId, forUsername, startedAt, endedAt }) => ({
      ...{ jobId, forUsername, startedAt, endedAt },
    })),
  };
}
