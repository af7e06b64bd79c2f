import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';

export type SweptOutcome = 'unchanged' | 'first-seen' | 'moved' | 'vanished';

/** What the sweeps of this replica came to, for the metrics. */
@Injectable()
export class SweepCounters {
  private readonly tags;
  private readonly sweeps;
  private readonly stops;

  constructor(metrics: Metrics) {
    this.tags = metrics.counter({
      name: 'berth_sweep_tags_total',
      help: 'Tags that sweeps saw, by what became of them',
      labels: ['outcome'],
    });
    this.sweeps = metrics.counter({
      name: 'berth_sweep_projects_total',
      help: 'Sweeps over a project that came to their end; alarm: so much changed that it was not recorded',
      labels: ['outcome'],
    });
    this.stops = metrics.counter({
      name: 'berth_sweep_stops_total',
      help: 'Sweeps over a project that were stopped and go on later, by the code of what stopped them',
      labels: ['code'],
    });
  }

  seen(counts: Partial<Record<SweptOutcome, number>>): void {
    for (const [outcome, count] of Object.entries(counts)) this.tags.inc({ outcome }, count);
  }

  ended(outcome: 'recorded' | 'alarm'): void {
    this.sweeps.inc({ outcome });
  }

  stopped(code: string): void {
    this.stops.inc({ code });
  }
}
