import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository, SelectQueryBuilder } from 'typeorm';
import { AuditEntry, type AuditOutcome } from './audit-entry.entity';
import { earliestIdOf } from '../common/earliest-id';

/** Rows must have all that is given. */
export interface AuditFilter {
  /** Whose matter it was. */
  forPersonId?: string;
  actorName?: string;
  action?: string;
  outcome?: AuditOutcome;
  from?: Date;
  /** Exclusive. */
  to?: Date;
}

const PAGE_ROWS = 500;

/** Reads what AuditService wrote, newest first, by key. */
@Injectable()
export class AuditLog {
  constructor(@InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>) {}

  /** At most `limit` rows that are older than the row with the id `afterId`. */
  async list(filter: AuditFilter, afterId: string | null, limit: number): Promise<AuditEntry[]> {
    return this.query(filter, afterId).orderBy('entry.id', 'DESC').limit(limit).getMany();
  }

  async count(filter: AuditFilter): Promise<number> {
    return this.query(filter, null).getCount();
  }

  /** Every row, read page by page as it is taken; rows that are added meanwhile are not among them. */
  async *pages(filter: AuditFilter, afterId: string | null): AsyncGenerator<AuditEntry[]> {
    let last = afterId;
    for (;;) {
      const page = await this.list(filter, last, PAGE_ROWS);
      yield page;
      last = page.at(-1)?.id ?? null;
      if (page.length < PAGE_ROWS) return;
    }
  }

  private query(filter: AuditFilter, afterId: string | null): SelectQueryBuilder<AuditEntry> {
    const { from, to, ...exact } = filter;
    const query = this.entries.createQueryBuilder('entry').where(exact);
    if (from !== undefined) query.andWhere('entry.id >= :from', { from: earliestIdOf(from) });
    if (to !== undefined) query.andWhere('entry.id < :to', { to: earliestIdOf(to) });
    if (afterId !== null) query.andWhere('entry.id < :afterId', { afterId });
    return query;
  }
}
