import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type FindOptionsWhere, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock';
import { Cursor, toPage, type Page } from '../common/paging';
import { isUniqueViolation } from '../database/database-errors';
import { LoginFailure, NOBODY } from './login-failure.entity';
import { PersonsService } from './persons.service';

const HOUR_MS = 60 * 60 * 1000;

const CURSOR = new Cursor('login-failures', { id: 'string' });

/** `username` is null for names that nobody has. */
export interface CountedFailures {
  row: LoginFailure;
  username: string | null;
}

export interface PageWanted {
  limit: number;
  cursor?: string;
  count: boolean;
}

/** Logins that the directory refused, counted for each person and hour. */
@Injectable()
export class LoginFailuresService {
  constructor(
    @InjectRepository(LoginFailure) private readonly failures: Repository<LoginFailure>,
    private readonly persons: PersonsService,
    private readonly clock: Clock,
  ) {}

  /** The name that was typed is not kept. */
  async count(username: string): Promise<void> {
    const personId = (await this.persons.findByUsername(username.trim()))?.id ?? NOBODY;
    const now = this.clock.now();
    const hour = new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS);
    if (await this.add(personId, hour, now)) return;
    try {
      await this.failures.insert({ id: uuidv7(), personId, hour, failures: 1, lastAt: now });
    } catch (error) {
      if (!isUniqueViolation(error, 'uq_login_failures_person_hour')) throw error;
      await this.add(personId, hour, now);
    }
  }

  /** Newest first, of everybody or of one username; a name that nobody has has none. */
  async list(username: string | null, page: PageWanted): Promise<Page<CountedFailures>> {
    if (username === null) return this.page({}, page);
    return this.listOf((await this.persons.findByUsername(username))?.id ?? '', page);
  }

  async listOf(personId: string, page: PageWanted): Promise<Page<CountedFailures>> {
    return this.page({ personId }, page);
  }

  private async page(
    where: FindOptionsWhere<LoginFailure>,
    { limit, cursor, count }: PageWanted,
  ): Promise<Page<CountedFailures>> {
    const after = CURSOR.decode(cursor);
    const rows = await this.failures.find({
      where: after === null ? where : { ...where, id: LessThan(after.id) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const persons = await this.persons.findByIds(rows.map(({ personId }) => personId));
    const page = toPage(
      rows,
      limit,
      (row) => ({ row, username: persons.get(row.personId)?.username ?? null }),
      ({ id }) => CURSOR.encode({ id }),
    );
    return count ? { ...page, total: await this.failures.countBy(where) } : page;
  }

  private async add(personId: string, hour: Date, now: Date): Promise<boolean> {
    const { affected } = await this.failures.update(
      { personId, hour },
      { failures: () => 'failures + 1', lastAt: now },
    );
    return affected === 1;
  }
}
