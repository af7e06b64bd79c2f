import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { AfterQueryEvent, DataSource, EntitySubscriberInterface } from 'typeorm';
import { Metrics, type Readings } from '../metrics/metrics';

type PoolState = 'used' | 'idle' | 'waiting';

/** Measures statements and, on a server, the connections to it. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.dataSource.subscribers.push(new StatementTimes(this.metrics));
    if (this.dataSource.options.type === 'better-sqlite3') return;
    this.metrics.readGauge<'state'>(
      {
        name: 'berth_database_connections',
        help: 'Connections of the pool, and those who wait for one',
        labels: ['state'],
      },
      () => readingsOfPool(this.dataSource.driver),
    );
  }
}

class StatementTimes implements EntitySubscriberInterface {
  private readonly durations;
  private readonly failures;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram({
      name: 'berth_database_statement_duration_seconds',
      help: 'Statements that the database answered, without the wait for a connection',
    });
    this.failures = metrics.counter({
      name: 'berth_database_statement_failures_total',
      help: 'Statements that failed, those that a unique key refused among them',
    });
  }

  afterQuery({ success, executionTime }: AfterQueryEvent): void {
    if (!success) this.failures.inc();
    else if (executionTime !== undefined) this.durations.observe(executionTime / 1000);
  }
}

/** mysql2 counts its connections only in fields that it does not declare. */
function readingsOfPool(driver: object): Readings<'state'> {
  const pool = fieldOf(driver, 'pool');
  const [all, idle, waiting] = ['_allConnections', '_freeConnections', '_connectionQueue'].map((queue) =>
    fieldOf(fieldOf(pool, queue), 'length'),
  );
  if (typeof all !== 'number' || typeof idle !== 'number' || typeof waiting !== 'number') return [];
  const counts: Record<PoolState, number> = { used: all - idle, idle, waiting };
  return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const field: unknown = Reflect.get(value, name);
  return field;
}
