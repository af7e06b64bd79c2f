import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock';
import { isUniqueViolation } from '../database/database-errors';
import { LoginFailure, NOBODY } from './login-failure.entity';
import { PersonsService } from './persons.service';

const HOUR_MS = 60 * 60 * 1000;

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

  private async add(personId: string, hour: Date, now: Date): Promise<boolean> {
    const { affected } = await this.failures.update(
      { personId, hour },
      { failures: () => 'failures + 1', lastAt: now },
    );
    return affected === 1;
  }
}
