import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { DomainError } from '../common/errors';
import { isUniqueViolation } from '../database/database-errors';
import { Directory } from '../directory/directory';
import type { PersonCaller } from './caller';
import { Person } from './person.entity';
import { HERE, PersonsService, UNRIVALLED } from './persons.service';
import { usernameKey } from './username-key';

export interface IdentityDecision {
  decision: 'keep' | 'separate';
  /** The one who had the name first, as he is now. */
  person: Person;
  /** The entry that has the name in the directory. */
  entryId: string;
}

/** Leaves room for the ending in the 256 characters of a username. */
const MAX_NAME = 240;

/** Whose a username is that the directory gave to another entry: an admin decides. */
@Injectable()
export class IdentityService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly persons: PersonsService,
    private readonly directory: Directory,
    private readonly audit: AuditService,
    private readonly changes: Changes,
  ) {}

  /**
   * `keep`: the person's entry was made anew, and the new one is his from now on. `separate`: the person keeps what
   * he has under a name that no directory gives, and the new entry is a newcomer at his first login.
   * @throws DomainError not-found `person.not-found`; conflict `person.no-conflict`, `person.entry-exists`;
   *   upstream-unavailable `directory.unavailable`
   */
  async decide(
    admin: PersonCaller,
    username: string,
    decision: 'keep' | 'separate',
    entryId?: string,
  ): Promise<IdentityDecision> {
    const person = await this.persons.findByName(username);
    if (person === null) throw new DomainError('not-found', 'person.not-found', { username });
    const entry = await this.directory.findByUsername(person.username);
    if (entry === null || entry.id === person.directoryId || (entryId ?? entry.id) !== entry.id) {
      throw new DomainError('conflict', 'person.no-conflict', { username: person.username });
    }
    const decided =
      decision === 'keep'
        ? await this.keep(admin, person, entry.id)
        : await this.separate(admin, person, entry.id);
    return { decision, person: decided, entryId: entry.id };
  }

  private async keep(admin: PersonCaller, person: Person, entryId: string): Promise<Person> {
    if ((await this.directory.findById(person.directoryId)) !== null) throw entryExists(person);
    const change = { ...HERE, ...UNRIVALLED, directoryId: entryId };
    try {
      await this.change(admin, person, change, 'person.identity-kept');
    } catch (error) {
      throw isUniqueViolation(error) ? entryExists(person) : error;
    }
    return this.persons.get(person.id);
  }

  private async separate(admin: PersonCaller, person: Person, entryId: string): Promise<Person> {
    const name = [...person.username].slice(0, MAX_NAME).join('');
    for (let number = 1; ; number += 1) {
      const ending = `#R${number}`;
      const change = {
        ...UNRIVALLED,
        username: `${name}${ending}`,
        usernameKey: `${usernameKey(name)}${ending}`,
      };
      try {
        await this.change(admin, person, change, 'person.identity-separated', entryId);
        return await this.persons.get(person.id);
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
      }
    }
  }

  /** Only as long as the person is the entry's that the decision was made about. */
  private async change(
    admin: PersonCaller,
    person: Person,
    change: Partial<Person>,
    action: 'person.identity-kept' | 'person.identity-separated',
    entryId = change.directoryId ?? '',
  ): Promise<void> {
    const { id, directoryId, usernameKey: key, username } = person;
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(Person, { id, directoryId, usernameKey: key }, change);
      if (affected !== 1) throw new DomainError('conflict', 'person.no-conflict', { username });
      await this.audit.record(manager, admin, action, `${username} ${directoryId} ${entryId}`, person);
      await this.changes.record(manager, aboutPerson(id));
    });
  }
}

function entryExists({ username }: Person): DomainError {
  return new DomainError('conflict', 'person.entry-exists', { username });
}
