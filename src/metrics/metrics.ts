import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What reads the present value of a gauge waits for no longer: one slow answer must not hide all the others. */
const READ_TIMEOUT_MS = 2_000;

/** Upper bounds in seconds, from an answer out of memory to the longest deadline. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Named<L extends string> {
  /** Begins with `berth_`; ends with its unit (`_seconds`, `_bytes`) or, for a counter, with `_total`. */
  name: string;
  help: string;
  /**
   * Of few values that are known beforehand: a route's template, a state, a code. Never a username, a link, a project
   * or a secret.
   */
  labels?: readonly L[];
}

/** The values of a gauge now: all of them, for what is not named any more goes. */
export type Readings<L extends string> = readonly { labels: Partial<Record<L, string>>; value: number }[];

/**
 * What Berth counts and measures, for `GET /metrics`. Each feature adds its own when it is made, and counts whether
 * anybody reads it or not.
 */
@Injectable()
export class Metrics {
  private readonly logger = new Logger(Metrics.name);
  private readonly registry = new Registry();
  private rendering: Promise<string> | null = null;

  readonly contentType = this.registry.contentType;

  counter<L extends string = never>({ name, help, labels = [] }: Named<L>): Counter<L> {
    return new Counter({ name, help, labelNames: [...labels], registers: [this.registry] });
  }

  /** @param buckets upper bounds, ascending, in the unit of the name; for durations in seconds when left out */
  histogram<L extends string = never>(
    { name, help, labels = [] }: Named<L>,
    buckets: readonly number[] = DURATION_BUCKETS,
  ): Histogram<L> {
    const registers = [this.registry];
    return new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers });
  }

  /** A gauge that its owner sets. */
  gauge<L extends string = never>({ name, help, labels = [] }: Named<L>): Gauge<L> {
    return new Gauge({ name, help, labelNames: [...labels], registers: [this.registry] });
  }

  /**
   * A gauge that is read when somebody asks for the metrics. When reading fails, or takes longer than two seconds, it
   * has no value in that answer.
   */
  readGauge<L extends string = never>(
    { name, help, labels = [] }: Named<L>,
    read: () => Readings<L> | Promise<Readings<L>>,
  ): void {
    const readNow = async (): Promise<Readings<L>> => this.readInTime(name, read);
    new Gauge<L>({
      name,
      help,
      labelNames: [...labels],
      registers: [this.registry],
      async collect() {
        const readings = await readNow();
        this.reset();
        if (labels.length === 0) this.remove();
        for (const { labels: values, value } of readings) this.set(values, value);
      },
    });
  }

  /** Adds what Node tells of the process: CPU, memory, event loop, garbage collection. */
  measureProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** All of them in Prometheus' text format. Askers at the same time share one answer. */
  async render(): Promise<string> {
    this.rendering ??= this.registry.metrics().finally(() => (this.rendering = null));
    return this.rendering;
  }

  private async readInTime<L extends string>(
    name: string,
    read: () => Readings<L> | Promise<Readings<L>>,
  ): Promise<Readings<L>> {
    const timer = new AbortController();
    const tooLate = sleep(READ_TIMEOUT_MS, undefined, { signal: timer.signal, ref: false }).then(() => {
      throw new Error(`no value within ${READ_TIMEOUT_MS} ms`);
    });
    try {
      return await Promise.race([Promise.resolve().then(read), tooLate]);
    } catch (error) {
      this.logger.warn({ msg: 'a metric could not be read', metric: name, err: error });
      return [];
    } finally {
      timer.abort();
    }
  }
}
