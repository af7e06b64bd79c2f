import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource, type SelectQueryBuilder } from 'typeorm';
import { Person } from '../auth/person.entity';
import { PersonsService } from '../auth/persons.service';
import { usernameKey } from '../auth/username-key';
import { DomainError } from '../common/errors';
import { Project } from '../projects/project.entity';
import { Account } from './account.entity';
import type { PersonState } from './person-state';

export interface AdminPerson {
  person: Person;
  account: Account | null;
  /** The name of the personal project. */
  project: string | null;
}

export interface PersonFilter {
  state?: PersonState | 'conflict';
  /** What the username begins with, without regard to case. */
  prefix?: string;
}

const IN_STATE: Record<PersonState | 'conflict', string> = {
  active: 'person.offboardedAt IS NULL AND person.absentSince IS NULL',
  absent: 'person.offboardedAt IS NULL AND person.absentSince IS NOT NULL',
  offboarding: 'person.offboardedAt IS NOT NULL AND person.suspendedAt IS NULL',
  offboarded: 'person.offboardedAt IS NOT NULL AND person.suspendedAt IS NOT NULL',
  conflict: 'person.rivalDirectoryId IS NOT NULL',
};

/** The people as admins see them. */
@Injectable()
export class AdminPersonsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly persons: PersonsService,
  ) {}

  /** By username, after the one with this key. */
  async list(filter: PersonFilter, afterKey: string | null, limit: number): Promise<AdminPerson[]> {
    const query = this.query(filter).orderBy('person.usernameKey', 'ASC').limit(limit);
    if (afterKey !== null) query.andWhere('person.usernameKey > :afterKey', { afterKey });
    return this.describe(await query.getMany());
  }

  async count(filter: PersonFilter): Promise<number> {
    return this.query(filter).getCount();
  }

  /** @throws DomainError not-found `person.not-found` */
  async get(username: string): Promise<AdminPerson> {
    const person = await this.persons.findByName(username);
    const [described] = person === null ? [] : await this.describe([person]);
    if (described === undefined) throw new DomainError('not-found', 'person.not-found', { username });
    return described;
  }

  private async describe(persons: Person[]): Promise<AdminPerson[]> {
    if (persons.length === 0) return [];
    const ids = persons.map(({ id }) => id);
    const accounts = await this.dataSource.manager.findBy(Account, { personId: In(ids) });
    const projects = await this.dataSource.manager.findBy(Project, { ownerPersonId: In(ids) });
    return persons.map((person) => ({
      person,
      account: accounts.find(({ personId }) => personId === person.id) ?? null,
      project: projects.find(({ ownerPersonId }) => ownerPersonId === person.id)?.name ?? null,
    }));
  }

  private query({ state, prefix }: PersonFilter): SelectQueryBuilder<Person> {
    const query = this.dataSource.manager.createQueryBuilder(Person, 'person').where('1 = 1');
    if (state !== undefined) query.andWhere(IN_STATE[state]);
    if (prefix !== undefined) {
      const escaped = usernameKey(prefix).replace(/[!%_]/g, '!$&');
      query.andWhere("person.usernameKey LIKE :prefix ESCAPE '!'", { prefix: `${escaped}%` });
    }
    return query;
  }
}
