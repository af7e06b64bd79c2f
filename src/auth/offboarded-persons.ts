import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, MoreThanOrEqual, type Repository } from 'typeorm';
import { Clock } from '../common/clock';
import { Person } from './person.entity';

/** How old the answer can be: what another replica did is seen within this time. */
const FRESH_MS = 1_000;
/** A database that hangs holds up no request for longer. */
const PATIENCE_MS = 1_000;
/** Replicas' clocks may differ, and a transaction ends later than the time that it writes. */
const OVERLAP_MS = 60_000;

/**
 * Who is offboarded, in memory: the guard asks at every request. While the database does not answer, what was known
 * last holds; an access token ends within ten minutes by itself.
 */
@Injectable()
export class OffboardedPersons {
  private readonly ids = new Set<string>();
  private readSince: Date | null = null;
  private freshUntilMs = 0;
  private reading: Promise<void> | null = null;

  constructor(
    @InjectRepository(Person) private readonly persons: Repository<Person>,
    private readonly clock: Clock,
  ) {}

  /** Is nobody offboarded, as far as was seen within the last second? */
  async isEmpty(): Promise<boolean> {
    await this.refresh();
    return this.ids.size === 0;
  }

  /** As it was within the last second. */
  async has(personId: string): Promise<boolean> {
    await this.refresh();
    return this.ids.has(personId);
  }

  /** What this replica itself just changed counts at once. */
  expire(): void {
    this.freshUntilMs = 0;
  }

  private async refresh(): Promise<void> {
    if (performance.now() < this.freshUntilMs) return;
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    const waited = new AbortController();
    const patience = sleep(PATIENCE_MS, undefined, { ref: false, signal: waited.signal });
    await Promise.race([this.reading, patience.catch(() => undefined)]);
    waited.abort();
  }

  private async read(): Promise<void> {
    const now = this.clock.now();
    this.freshUntilMs = performance.now() + FRESH_MS;
    try {
      const changed = await this.persons.find({
        select: { id: true, offboardedAt: true },
        where:
          this.readSince === null
            ? // For IS NOT NULL SQLite takes no index.
              { offboardedAt: MoreThan(new Date(0)) }
            : { offboardingChangedAt: MoreThanOrEqual(new Date(this.readSince.getTime() - OVERLAP_MS)) },
      });
      for (const { id, offboardedAt } of changed) {
        if (offboardedAt === null) this.ids.delete(id);
        else this.ids.add(id);
      }
      this.readSince = now;
    } catch {
      // The request meets the same database soon, and says so itself.
    }
  }
}
