import { ApiProperty } from '@nestjs/swagger';

export class LivenessDto {
  @ApiProperty({ enum: ['alive'] })
  status: 'alive';
}

export class DependencyDto {
  @ApiProperty({ enum: ['database', 'harbor', 'directory'] })
  name: string;

  @ApiProperty({ enum: ['up', 'down'] })
  state: 'up' | 'down';

  @ApiProperty({ format: 'date-time', description: 'When this replica first saw it in this state.' })
  since: string;

  @ApiProperty({ format: 'date-time' })
  checkedAt: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it is down.',
    example: 'directory.unavailable',
  })
  code: string | null;
}

export class ReadinessDto {
  @ApiProperty({
    enum: ['ready', 'degraded', 'unavailable', 'stopping'],
    description:
      'degraded: Harbor or the directory is away, lookups still answer (200). The last two come with 503.',
  })
  status: 'ready' | 'degraded' | 'unavailable' | 'stopping';

  @ApiProperty({ type: [DependencyDto] })
  dependencies: DependencyDto[];
}
