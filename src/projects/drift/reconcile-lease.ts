import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager, QueryDeepPartialEntity, UpdateQueryBuilder } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isUniqueViolation } from '../../database/database-errors';
import { databaseTimeSql } from '../../database/database-time';
import { ReconcileRound } from './reconcile-round.entity';

const ID = 'reconcile';
/** Longer than one project can take while Harbor lets every call run into its deadline. */
const LEASE_SECONDS = 300;

/** The row of the round over all projects, and which replica runs it. */
@Injectable()
export class ReconcileLeases {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @param firstDueMs when the first round is due, should there have been none */
  async get(firstDueMs: number): Promise<ReconcileRound> {
    const rounds = this.dataSource.getRepository(ReconcileRound);
    const known = await rounds.findOneBy({ id: ID });
    if (known !== null) return known;
    const fresh = { id: ID, startedAt: null, endedAt: null, afterProjectId: null, ...NOTHING_COUNTED };
    const values = { ...fresh, dueAt: this.inMs(firstDueMs), leaseToken: null, leaseUntil: null };
    try {
      await rounds.createQueryBuilder().insert().values(values).execute();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return rounds.findOneByOrFail({ id: ID });
  }

  /** Null while another replica runs the round. */
  async take(): Promise<ReconcileLease | null> {
    const token = uuidv7();
    const taken = await this.dataSource
      .createQueryBuilder()
      .update(ReconcileRound)
      .set({ leaseToken: token, leaseUntil: this.inMs(LEASE_SECONDS * 1000) })
      .where('id = :id', { id: ID })
      .andWhere(`(leaseUntil IS NULL OR leaseUntil < ${databaseTimeSql(this.dataSource)})`)
      .execute();
    return taken.affected === 1 ? new ReconcileLease(this.dataSource, token) : null;
  }

  /** Begins a round when one is due; false when none is, or one is under way. */
  async beginWhenDue(startedAt: Date): Promise<boolean> {
    const begun = await this.begin(this.dataSource.manager, startedAt)
      .andWhere(`dueAt <= ${databaseTimeSql(this.dataSource)}`)
      .execute();
    return begun.affected === 1;
  }

  /** Begins a round now; one that is under way goes on, should something have stopped it. */
  async beginNow(manager: EntityManager, startedAt: Date): Promise<void> {
    await manager.update(ReconcileRound, { id: ID }, { stoppedBy: null });
    await this.begin(manager, startedAt).execute();
  }

  private begin(manager: EntityManager, startedAt: Date): UpdateQueryBuilder<ReconcileRound> {
    return manager
      .createQueryBuilder()
      .update(ReconcileRound)
      .set({ startedAt, endedAt: null, afterProjectId: null, ...NOTHING_COUNTED })
      .where('id = :id', { id: ID })
      .andWhere('(startedAt IS NULL OR endedAt IS NOT NULL)');
  }

  private inMs(ms: number): () => string {
    return () => databaseTimeSql(this.dataSource, ms / 1000);
  }
}

/** Each write says whether the round is still this replica's: false when another took it over. */
export class ReconcileLease {
  constructor(
    private readonly dataSource: DataSource,
    private readonly token: string,
  ) {}

  async write(change: QueryDeepPartialEntity<ReconcileRound>): Promise<boolean> {
    const leaseUntil = (): string => databaseTimeSql(this.dataSource, LEASE_SECONDS);
    return this.update({ ...change, leaseUntil });
  }

  /** The round is over; the next one is due after that time. */
  async end(endedAt: Date, nextInMs: number): Promise<boolean> {
    const dueAt = (): string => databaseTimeSql(this.dataSource, nextInMs / 1000);
    return this.update({ endedAt, dueAt, stoppedBy: null });
  }

  async release(): Promise<void> {
    await this.update({ leaseToken: null, leaseUntil: null });
  }

  private async update(change: QueryDeepPartialEntity<ReconcileRound>): Promise<boolean> {
    const where = { id: ID, leaseToken: this.token };
    return (await this.dataSource.manager.update(ReconcileRound, where, change)).affected === 1;
  }
}

const NOTHING_COUNTED = { checked: 0, skipped: 0, found: 0, repaired: 0, stoppedBy: null };
