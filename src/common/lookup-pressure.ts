import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Pressure } from './pressure';

const WAIT_MS = 20;
/** So late at most begins what has its turn, however many lookups there are; a queue waits for several turns. */
const LONGEST_WAIT_MS = 1_000;

/** Schedulers' lookups go first: what people ask for, and can wait, waits while both are too much. */
@Injectable()
export class LookupPressure {
  private readonly pressure = new Pressure(Infinity);

  /** To be called with each lookup. */
  take(): void {
    this.pressure.take();
  }

  /** Until there is room beside the lookups, or a second has passed. */
  async untilLow(): Promise<void> {
    const endsAtMs = performance.now() + LONGEST_WAIT_MS;
    while (this.pressure.isHigh && performance.now() < endsAtMs) {
      // Not all at the same moment.
      await sleep(WAIT_MS * (0.5 + Math.random()), undefined, { ref: false });
    }
  }
}
