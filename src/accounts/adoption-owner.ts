import { Injectable } from '@nestjs/common';
import type { Person } from '../auth/person.entity';
import { PersonsService } from '../auth/persons.service';
import { DomainError } from '../common/errors';
import { Directory } from '../directory/directory';

/** For whom something is adopted: somebody whom Berth or the directory knows, and who has not left. */
@Injectable()
export class AdoptionOwner {
  constructor(
    private readonly persons: PersonsService,
    private readonly directory: Directory,
  ) {}

  /** @throws DomainError not-found `person.not-found`; conflict `person.offboarded`; outages of the directory */
  async get(username: string): Promise<Person> {
    const person = (await this.persons.findByName(username)) ?? (await this.fromDirectory(username));
    if (person.offboardedAt !== null) {
      throw new DomainError('conflict', 'person.offboarded', { username: person.username });
    }
    return person;
  }

  private async fromDirectory(username: string): Promise<Person> {
    const entry = await this.directory.findByUsername(username);
    if (entry === null || entry.isDisabled) {
      throw new DomainError('not-found', 'person.not-found', { username });
    }
    return this.persons.recognise(entry);
  }
}
