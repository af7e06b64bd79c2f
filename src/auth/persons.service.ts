import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { isUniqueViolation } from '../database/database-errors';
import type { DirectoryEntry } from '../directory/directory';
import { Person } from './person.entity';
import { usernameKey } from './username-key';

/** The people that Berth knows. */
@Injectable()
export class PersonsService {
  constructor(
    @InjectRepository(Person) private readonly persons: Repository<Person>,
    private readonly clock: Clock,
  ) {}

  /** Throws `request.not-found` when there is no such person. */
  async get(personId: string): Promise<Person> {
    const person = await this.persons.findOneBy({ id: personId });
    if (person === null) throw new DomainError('not-found', 'request.not-found');
    return person;
  }

  /** Those that Berth knows, by their ids. */
  async findByIds(personIds: readonly string[]): Promise<Map<string, Person>> {
    if (personIds.length === 0) return new Map();
    const found = await this.persons.findBy({ id: In([...new Set(personIds)]) });
    return new Map(found.map((person) => [person.id, person]));
  }

  /** The person whose username this is, however it is written; null when Berth does not know them (yet). */
  async findByUsername(username: string): Promise<Person | null> {
    return this.persons.findOneBy({ usernameKey: usernameKey(username) });
  }

  /**
   * The person of a directory's entry: made at the first sight, renamed when the entry was. Throws
   * `auth.identity-conflict` when the username is another entry's: what that person has is never inherited.
   */
  async recognise(entry: DirectoryEntry): Promise<Person> {
    const known = await this.persons.findOneBy({ directoryId: entry.id });
    try {
      return known === null ? await this.add(entry) : await this.update(known, entry);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return this.recogniseAfterCollision(entry);
    }
  }

  /** Either another request added the same entry a moment before, or the username is somebody else's. */
  private async recogniseAfterCollision(entry: DirectoryEntry): Promise<Person> {
    const person = await this.persons.findOneBy({ directoryId: entry.id });
    if (person?.usernameKey === usernameKey(entry.username)) return person;
    throw new DomainError('conflict', 'auth.identity-conflict', { username: entry.username });
  }

  private async add(entry: DirectoryEntry): Promise<Person> {
    const now = this.clock.now();
    const person = this.persons.create({
      id: uuidv7(),
      directoryId: entry.id,
      ...factsOf(entry),
      createdAt: now,
      seenAt: now,
      absences: 0,
    });
    await this.persons.insert(person);
    return person;
  }

  private async update(person: Person, entry: DirectoryEntry): Promise<Person> {
    const seen = { ...factsOf(entry), seenAt: this.clock.now() };
    await this.persons.update({ id: person.id }, seen);
    return this.persons.merge(person, seen);
  }
}

function factsOf(entry: DirectoryEntry): Pick<Person, 'username' | 'usernameKey' | 'displayName' | 'email'> {
  const { username, displayName, email } = entry;
  return {
    username,
    usernameKey: usernameKey(username),
    displayName: [...displayName].slice(0, 256).join(''),
    email: email !== null && email.length > 320 ? null : email,
  };
}
