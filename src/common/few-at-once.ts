import { Semaphore } from 'async-mutex';
import { DomainError } from './errors';

const RETRY_SECONDS = 2;

/** So much of one kind of work runs at a time and so much waits, that a flood of it leaves room for all else. */
export class FewAtOnce {
  private readonly turns: Semaphore;
  private waiting = 0;

  constructor(
    atOnce: number,
    private readonly mostWaiting: number,
  ) {
    this.turns = new Semaphore(atOnce);
  }

  /** @throws DomainError too-many `request.busy`, before anything was done; what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.turns.isLocked()) return this.turns.runExclusive(work);
    if (this.waiting >= this.mostWaiting) {
      const params = { waitSeconds: RETRY_SECONDS };
      throw new DomainError('too-many', 'request.busy', params, { retryAfterSeconds: RETRY_SECONDS });
    }
    this.waiting += 1;
    return this.turns.runExclusive(async () => {
      this.waiting -= 1;
      return work();
    });
  }
}
