import { Semaphore } from 'async-mutex';
import { DomainError } from './errors';
import type { LookupPressure } from './lookup-pressure';

const RETRY_SECONDS = 2;

/** So much of one kind of work runs at a time and so much waits, that a flood of it leaves room for all else. */
export class FewAtOnce {
  private readonly turns: Semaphore;
  private waiting = 0;

  /** @param lookups work waits for room beside them */
  constructor(
    atOnce: number,
    private readonly mostWaiting: number,
    private readonly lookups: LookupPressure,
  ) {
    this.turns = new Semaphore(atOnce);
  }

  /** @throws DomainError too-many `request.busy`, before anything was done; what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const workInTurn = async (): Promise<T> => {
      await this.lookups.untilLow();
      return work();
    };
    if (!this.turns.isLocked()) return this.turns.runExclusive(workInTurn);
    if (this.waiting >= this.mostWaiting) {
      const params = { waitSeconds: RETRY_SECONDS };
      throw new DomainError('too-many', 'request.busy', params, { retryAfterSeconds: RETRY_SECONDS });
    }
    this.waiting += 1;
    return this.turns.runExclusive(async () => {
      this.waiting -= 1;
      return workInTurn();
    });
  }
}
