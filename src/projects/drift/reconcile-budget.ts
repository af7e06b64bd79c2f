import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { CallSchedule, ReconcilePace } from './reconcile-pace';

/** The calls to Harbor that all comparing in the background may make together in this process. */
@Injectable()
export class ReconcileBudget {
  private readonly schedule: CallSchedule;

  constructor(@Inject(CONFIG) { reconcile }: Config) {
    this.schedule = new CallSchedule(reconcile.callsPerSecond);
  }

  /** @param signal ends the waiting */
  pace(signal: AbortSignal): ReconcilePace {
    return new ReconcilePace(this.schedule, signal);
  }
}
