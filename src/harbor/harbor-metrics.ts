import type { Metrics } from '../metrics/metrics';
import type { HarborCall } from './harbor-call-error';
import type { Wire } from './harbor-reply';

/** Measures each attempt over the wire, by the call as `openapi/harbor.yaml` has it: no names, no ids. */
export class HarborMetrics {
  private readonly durations;
  private readonly breaker;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram({
      name: 'berth_harbor_request_duration_seconds',
      help: 'Attempts to call Harbor, by what came back: a status, or why there was none',
      labels: ['operation', 'outcome'],
    });
    this.breaker = metrics.gauge({
      name: 'berth_harbor_breaker_open',
      help: '1 while Harbor is not asked because it was down a moment ago',
    });
    this.breaker.set(0);
  }

  attempted({ method, path }: HarborCall, wire: Wire, seconds: number): void {
    const outcome = 'ended' in wire ? wire.ended : String(wire.status);
    this.durations.observe({ operation: `${method} ${path}`, outcome }, seconds);
  }

  setBreakerOpen(isOpen: boolean): void {
    this.breaker.set(isOpen ? 1 : 0);
  }
}
