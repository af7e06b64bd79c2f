import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { isUniqueViolation } from '../database/database-errors';
import { Directory, type DirectoryEntry } from '../directory/directory';
import { PersonGroups } from './person-groups';
import { Person } from './person.entity';
import { usernameKey } from './username-key';

/** The upper-case letter keeps such a key apart from those of all usernames, which are folded. */
const SET_APART = /^(.+)(#R\d+)$/s;

/** What is kept of somebody who was away and is no more. */
export const HERE = { absentSince: null, absentBecause: null, absences: 0 } as const;

const NEVER_LEFT = {
  offboardedAt: null,
  offboardedBecause: null,
  offboardedReason: null,
  suspendedAt: null,
  offboardingChangedAt: null,
} as const;

/** What is kept of somebody whose username nobody else claims. */
export const UNRIVALLED = { rivalDirectoryId: null, rivalDisplayName: null, rivalSeenAt: null } as const;

/** The people that Berth knows. */
@Injectable()
export class PersonsService {
  constructor(
    @InjectRepository(Person) private readonly persons: Repository<Person>,
    private readonly directory: Directory,
    private readonly groups: PersonGroups,
    private readonly changes: Changes,
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

  /** As findByUsername; also one who was set apart from a newcomer of the same name (`liuyizhou#R1`). */
  async findByName(name: string): Promise<Person | null> {
    const [, base, ending] = SET_APART.exec(name) ?? [];
    const apart =
      base === undefined || ending === undefined
        ? null
        : await this.persons.findOneBy({ usernameKey: `${usernameKey(base)}${ending}` });
    return apart ?? this.findByUsername(name);
  }

  /**
   * As findByUsername, and one whom only the directory knows becomes known; null where neither knows him. Throws as
   * recognise, and `directory.unavailable`.
   */
  async findOrMeet(username: string): Promise<Person | null> {
    const known = await this.findByUsername(username);
    if (known !== null) return known;
    const entry = await this.directory.findByUsername(username);
    return entry === null ? null : this.recognise(entry);
  }

  /**
   * The person of a directory's entry: made at the first sight, renamed when the entry was, in the groups that it says. Throws
   * `auth.identity-conflict` when the username is another entry's: what that person has is never inherited; and
   * `directory.unavailable` where that one cannot be asked about.
   */
  async recognise(entry: DirectoryEntry): Promise<Person> {
    const person = await this.recogniseAlone(entry);
    await this.groups.learn(person.id, entry.groups);
    return person;
  }

  private async recogniseAlone(entry: DirectoryEntry): Promise<Person> {
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
    const key = usernameKey(entry.username);
    const person = await this.persons.findOneBy({ directoryId: entry.id });
    if (person?.usernameKey === key) return person;
    if (await this.renameHolder(key)) return this.recogniseAlone(entry);
    await this.persons.update(
      { usernameKey: key },
      {
        rivalDirectoryId: entry.id,
        rivalDisplayName: displayNameOf(entry),
        rivalSeenAt: this.clock.now(),
      },
    );
    throw new DomainError('conflict', 'auth.identity-conflict', { username: entry.username });
  }

  /** The one who had the name may have another by now, and was not here since. False where he still has it. */
  private async renameHolder(key: string): Promise<boolean> {
    const holder = await this.persons.findOneBy({ usernameKey: key });
    if (holder === null) return true;
    const entry = await this.directory.findById(holder.directoryId);
    if (entry === null || usernameKey(entry.username) === key) return false;
    try {
      await this.write(holder, factsOf(entry));
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  private async add(entry: DirectoryEntry): Promise<Person> {
    const now = this.clock.now();
    const person = this.persons.create({
      id: uuidv7(),
      directoryId: entry.id,
      ...factsOf(entry),
      createdAt: now,
      seenAt: now,
      groupsSeenAt: null,
      ...HERE,
      ...NEVER_LEFT,
      ...UNRIVALLED,
    });
    await this.persons.insert(person);
    return person;
  }

  private async update(person: Person, entry: DirectoryEntry): Promise<Person> {
    const seen = { ...factsOf(entry), seenAt: this.clock.now(), ...(entry.isDisabled ? {} : HERE) };
    await this.write(person, seen);
    return this.persons.merge(person, seen);
  }

  /** Another username is another person to whoever asks by it. */
  private async write({ id, usernameKey: before }: Person, facts: Partial<Person>): Promise<void> {
    if (facts.usernameKey === before) {
      await this.persons.update({ id }, facts);
      return;
    }
    await this.persons.manager.transaction(async (manager) => {
      await manager.update(Person, { id }, facts);
      await this.changes.record(manager, aboutPerson(id));
    });
  }
}

function factsOf(entry: DirectoryEntry): Pick<Person, 'username' | 'usernameKey' | 'displayName' | 'email'> {
  const { username, email } = entry;
  return {
    username,
    usernameKey: usernameKey(username),
    displayName: displayNameOf(entry),
    email: email !== null && email.length > 320 ? null : email,
  };
}

function displayNameOf({ displayName }: DirectoryEntry): string {
  return [...displayName].slice(0, 256).join('');
}
