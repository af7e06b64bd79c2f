import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, Not, type DataSource } from 'typeorm';
import { Metrics } from '../metrics/metrics';
import { PullSecret } from './pull-secret.entity';

/** How many pull secrets live, and how many robots in Harbor are still to be deleted. */
@Injectable()
export class PullSecretMetrics implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const { manager } = this.dataSource;
    this.metrics.readGauge(
      {
        name: 'berth_pull_secrets',
        help: 'Pull secrets of jobs: live, and ending while their robots in Harbor are not seen to be gone',
        labels: ['state'],
      },
      async () => [
        {
          labels: { state: 'live' },
          value: await manager.countBy(PullSecret, { currentJobId: Not(IsNull()) }),
        },
        { labels: { state: 'ending' }, value: await manager.countBy(PullSecret, { currentJobId: IsNull() }) },
      ],
    );
  }
}
