import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Histogram } from 'prom-client';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Metrics } from './metrics';

/** Addresses that no route has are one: a stranger's would be without end. */
const NO_ROUTE = 'none';

/** Requests that were answered, by the template of their route; without a port to read it from nothing is measured. */
@Injectable()
export class RequestMetrics {
  private readonly durations: Histogram<'method' | 'route' | 'status'> | null;

  constructor(metrics: Metrics, @Inject(CONFIG) config: Config) {
    const name = 'berth_http_request_duration_seconds';
    const help = 'Requests that were answered, by the template of the route';
    const labels = ['method', 'route', 'status'] as const;
    this.durations = config.metrics.port === null ? null : metrics.histogram({ name, help, labels });
  }

  /** @param startedAtMs of `performance.now()` */
  answered(method: string, route: string | undefined, status: number, startedAtMs: number): void {
    const labels = { method, route: route ?? NO_ROUTE, status: String(status) };
    this.durations?.observe(labels, (performance.now() - startedAtMs) / 1000);
  }
}

/** Measures what the framework answers. */
export function measureRequests(fastify: FastifyInstance, metrics: RequestMetrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const { startedAtMs } = request.notes;
    metrics.answered(request.method, request.routeOptions.url, reply.statusCode, startedAtMs);
    done();
  });
}
