import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { isUniqueViolation } from '../database/database-errors';
import { databaseTimeSql } from '../database/database-time';
import { BackgroundLease } from './background-lease.entity';

/** A replica that died is waited for this long, where a task does not say otherwise. */
export const LEASE_SECONDS = 30;

/** A task that this replica runs, until `end`. */
export interface HeldTask {
  /** Holds it for another `leaseSeconds`; false when another replica took it over. */
  renew(): Promise<boolean>;
  /** Lets it go, due again after that time (whole seconds). */
  end(dueInMs: number): Promise<void>;
}

/** One replica at a time runs a task, and all of them together as often as one alone would. */
@Injectable()
export class BackgroundLeases {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Null when the task is not due, or another replica runs it. */
  async take(name: string, leaseSeconds = LEASE_SECONDS): Promise<HeldTask | null> {
    if (!(await this.isFree(name))) return null;
    const token = uuidv7();
    const taken = await this.dataSource
      .createQueryBuilder()
      .update(BackgroundLease)
      .set({ leaseToken: token, leaseUntil: this.inSeconds(leaseSeconds) })
      .where('name = :name', { name })
      .andWhere(this.free())
      .execute();
    if (taken.affected !== 1) return null;
    return {
      renew: async () => this.write(name, token, { leaseUntil: this.inSeconds(leaseSeconds) }),
      end: async (dueInMs) => {
        await this.write(name, token, {
          leaseToken: null,
          leaseUntil: null,
          dueAt: this.inSeconds(dueInMs / 1000),
        });
      },
    };
  }

  /** Looks before anything is written, for mostly there is nothing to do. */
  private async isFree(name: string): Promise<boolean> {
    const leases = this.dataSource.getRepository(BackgroundLease);
    if (!(await leases.existsBy({ name }))) await this.add(name);
    return leases.createQueryBuilder().where('name = :name', { name }).andWhere(this.free()).getExists();
  }

  private async add(name: string): Promise<void> {
    try {
      const row = { id: uuidv7(), name, leaseToken: null, leaseUntil: null, dueAt: null };
      await this.dataSource.manager.insert(BackgroundLease, row);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }

  private async write(
    name: string,
    token: string,
    change: QueryDeepPartialEntity<BackgroundLease>,
  ): Promise<boolean> {
    const written = await this.dataSource.manager.update(
      BackgroundLease,
      { name, leaseToken: token },
      change,
    );
    return written.affected === 1;
  }

  private free(): string {
    const now = databaseTimeSql(this.dataSource);
    return `(leaseUntil IS NULL OR leaseUntil < ${now}) AND (dueAt IS NULL OR dueAt <= ${now})`;
  }

  private inSeconds(seconds: number): () => string {
    return () => databaseTimeSql(this.dataSource, seconds);
  }
}
