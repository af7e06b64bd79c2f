import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Replicas } from '../background/replicas';
import { isOutage } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { AdaptiveRate } from './adaptive-rate';

/** How often the share of this replica is worked out anew. */
const SHARE_EVERY_MS = 30_000;

/** One sweep's place in the queue of calls. Counts what it asked. */
export interface Pace {
  readonly calls: number;
  /** Waits for its turn, then asks; an outage makes all of them slower. Throws the signal's reason. */
  ask<T>(call: () => Promise<T>): Promise<T>;
}

/** The calls of all sweeps of this replica: its share of the budget, and less while Harbor is slow or refuses. */
@Injectable()
export class SweepPaces {
  private readonly rate: AdaptiveRate;
  private sharedAtMs = -Infinity;

  constructor(
    private readonly replicas: Replicas,
    @Inject(CONFIG) private readonly config: Pick<Config, 'sweep'>,
  ) {
    this.rate = new AdaptiveRate(config.sweep.callsPerSecond);
  }

  begin(signal: AbortSignal): Pace {
    let calls = 0;
    const ask = async <T>(call: () => Promise<T>): Promise<T> => {
      await this.turn(signal);
      calls += 1;
      return this.timed(call);
    };
    return {
      get calls() {
        return calls;
      },
      ask,
    };
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.share();
    const waitMs = this.rate.reserve(performance.now());
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    signal.throwIfAborted();
  }

  private async timed<T>(call: () => Promise<T>): Promise<T> {
    const beganMs = performance.now();
    try {
      const answer = await call();
      this.rate.answered(performance.now() - beganMs);
      return answer;
    } catch (error) {
      if (isOutage(error)) this.rate.failed(performance.now(), error.retryAfterSeconds ?? 0);
      throw error;
    }
  }

  private async share(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.sharedAtMs < SHARE_EVERY_MS) return;
    this.sharedAtMs = nowMs;
    this.rate.setMost(this.config.sweep.callsPerSecond / (await this.replicas.countRunning()));
  }
}
