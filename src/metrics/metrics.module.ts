import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics';
import { MetricsServer } from './metrics-server';
import { RequestMetrics } from './request-metrics';

/** What Berth counts and measures. Features add theirs to Metrics. */
@Global()
@Module({ providers: [Metrics, MetricsServer, RequestMetrics], exports: [Metrics, RequestMetrics] })
export class MetricsModule {}
