import { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock';
import type { Attempts, Limit } from './attempts';

/** A Redis that takes commands and answers none must not cost every login its time limits. */
const REST_MS = 2_000;

/** Shared attempts while they can be reached, this replica's own while not: never an error, never without a limit. */
export class InsuredAttempts implements Attempts {
  private readonly logger = new Logger(InsuredAttempts.name);
  private isAway = false;
  private restUntilMs = 0;

  constructor(
    private readonly shared: Attempts,
    private readonly own: Attempts,
    private readonly clock: Clock,
  ) {}

  async note(limit: Limit, attemptId: string): Promise<number | null> {
    return this.ask(
      () => this.shared.note(limit, attemptId),
      () => this.own.note(limit, attemptId),
    );
  }

  /** From both: Redis may have gone or come back since the attempt was noted. */
  async withdraw(key: string, attemptId: string): Promise<void> {
    await this.own.withdraw(key, attemptId);
    await this.ask(() => this.shared.withdraw(key, attemptId), nothing);
  }

  async forget(key: string): Promise<void> {
    await this.own.forget(key);
    await this.ask(() => this.shared.forget(key), nothing);
  }

  private async ask<T>(shared: () => Promise<T>, own: () => Promise<T>): Promise<T> {
    if (this.clock.now().getTime() < this.restUntilMs) return own();
    try {
      const answer = await shared();
      this.notice(null);
      return answer;
    } catch (error) {
      this.restUntilMs = this.clock.now().getTime() + REST_MS;
      this.notice(error);
      return own();
    }
  }

  /** One line when Redis goes and one when it is back, however many ask meanwhile. */
  private notice(error: unknown): void {
    const isAway = error !== null;
    if (isAway === this.isAway) return;
    this.isAway = isAway;
    if (isAway) this.logger.warn({ msg: 'Redis is away: each replica throttles by itself', err: error });
    else this.logger.log('Redis is back: replicas throttle together');
  }
}

async function nothing(): Promise<void> {
  // What this replica kept is taken back already.
}
