import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Metrics } from '../metrics/metrics';
import { RuleExemption } from '../projects/immutable-rules/rule-exemption';
import { Violation } from '../tag-rule/violations/violation.entity';
import { ViolationEvents } from '../tag-rule/violations/violation-events';
import { Hold } from './hold.entity';

/** How many tags moved, and what is kept because of it. */
@Injectable()
export class ViolationMetrics implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
    private readonly events: ViolationEvents,
    private readonly exemption: RuleExemption,
  ) {}

  onModuleInit(): void {
    const seen = this.metrics.counter({
      name: 'berth_violations_total',
      help: 'Moves of tags that may not move: opened and settled, as this replica noticed them',
      labels: ['state'],
    });
    this.events.subscribe(({ state }) => seen.inc({ state }));
    const { manager } = this.dataSource;
    this.metrics.readGauge(
      { name: 'berth_violations_open', help: 'Tags that moved and about which nobody decided' },
      async () => [{ labels: {}, value: await manager.countBy(Violation, { state: 'open' }) }],
    );
    this.metrics.readGauge(
      {
        name: 'berth_holds',
        help: 'Digests that Berth knows to be in danger of garbage collection, held or not',
      },
      async () => [{ labels: {}, value: await manager.count(Hold) }],
    );
    this.metrics.readGauge(
      { name: 'berth_rule_exemptions_open', help: 'Exemptions from a tag rule that are not closed for sure' },
      async () => [{ labels: {}, value: await this.exemption.countOpen() }],
    );
  }
}
