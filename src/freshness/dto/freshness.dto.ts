import { ApiProperty } from '@nestjs/swagger';
import type { Language } from '../../common/messages';
import { SweepProgressDto, toSweepProgressDto } from '../../sweep/dto/sweep.dto';
import { SOURCES, type Freshness, type SourceDelay } from '../freshness.service';

/** The feed is read each second; this long without is told as behind. */
const BEHIND_MS = 60_000;

export class SourceDelayDto {
  @ApiProperty({ enum: [...SOURCES, 'any'], description: 'By what the change was first noticed' })
  source: SourceDelay['source'];

  @ApiProperty({ example: 412, description: 'How many changes were measured; at most 5,000 of a source' })
  changes: number;

  @ApiProperty({ type: Number, nullable: true, example: 240, description: 'Null when none was measured' })
  p50Ms: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 700 })
  p95Ms: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 1100 })
  p99Ms: number | null;
}

export class FeedDto {
  @ApiProperty({
    enum: ['reading', 'behind', 'silent'],
    description:
      'behind: not read for a minute; silent: it did not tell of changes, as when it is off in Harbor',
  })
  state: 'reading' | 'behind' | 'silent';

  @ApiProperty({ example: 0, description: 'Changes of the last hour of which it told nothing' })
  untold: number;

  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  readAt: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-21T09:29:31.000Z',
    description: 'Harbor’s time of the newest row that was read',
  })
  newestRowAt: Date | null;

  @ApiProperty({ example: 0, description: 'Rows whose turn it was and that are asked for again' })
  missingRows: number;

  @ApiProperty({ example: 0, description: 'Rows that were too many to ask for again' })
  lostRows: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'When the log had begun anew, as after a restore of Harbor',
  })
  restartedAt: Date | null;
}

export class FreshnessDto {
  @ApiProperty({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' })
  measuredAt: Date;

  @ApiProperty({
    type: [SourceDelayDto],
    description:
      'From Harbor’s own time of a change to Berth’s knowledge of it, over the last 24 hours: of the changes whose ' +
      'time Harbor’s audit log told. Two clocks are compared, Harbor’s and Berth’s',
  })
  delays: SourceDelayDto[];

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0,
    description:
      'Pushes of the last 24 hours, older than ten minutes, about which no webhook came; tags set by Harbor’s API ' +
      'have none and count too. Null: Berth keeps no webhooks',
  })
  hintsMissing: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-11-21T04:10:00.000Z',
    description: 'Of the tag that was looked at longest ago; null without tags',
  })
  oldestCheckAt: Date | null;

  @ApiProperty({ type: SweepProgressDto })
  sweeps: SweepProgressDto;

  @ApiProperty({
    type: FeedDto,
    nullable: true,
    description: 'How far Harbor’s audit log is read; null: it is not, or not yet',
  })
  feed: FeedDto | null;

  @ApiProperty({
    example: 0,
    description: 'Differences between Harbor and what should be; see /admin/reconcile',
  })
  openDrift: number;
}

export function toFreshnessDto(freshness: Freshness, language: Language): FreshnessDto {
  const { measuredAt, delays, hintsMissing, oldestCheckAt, sweeps, feed, untold, openDrift } = freshness;
  return {
    measuredAt,
    delays: delays.map(({ source, changes, delay }) => ({
      source,
      changes,
      p50Ms: delay?.p50Ms ?? null,
      p95Ms: delay?.p95Ms ?? null,
      p99Ms: delay?.p99Ms ?? null,
    })),
    hintsMissing,
    oldestCheckAt,
    sweeps: toSweepProgressDto(sweeps, language),
    feed:
      feed === null
        ? null
        : {
            state: feedState(measuredAt, feed, untold ?? 0),
            untold: untold ?? 0,
            readAt: feed.readAt,
            newestRowAt: feed.rowAt,
            missingRows: feed.missing.length,
            lostRows: feed.lost,
            restartedAt: feed.restartedAt,
          },
    openDrift,
  };
}

function feedState(now: Date, { readAt }: { readAt: Date }, untold: number): FeedDto['state'] {
  if (now.getTime() - readAt.getTime() > BEHIND_MS) return 'behind';
  return untold > 0 ? 'silent' : 'reading';
}
