import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { atMost } from '../common/at-most';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { Directory } from '../directory/directory';
import type { PersonCaller } from './caller';
import { OffboardedPersons } from './offboarded-persons';
import { PersonsService } from './persons.service';
import { usernameKey } from './username-key';

/** How long the directory's word on a person is good. */
const CACHE_MS = 60_000;
const CACHE_MAX_PEOPLE = 10_000;
/** A frontend acts for a person at every click: one row in the audit log tells of an hour of it. */
const AUDITED_MS = 60 * 60_000;

interface KnownPerson {
  personId: string;
  username: string;
}

/** The people for whom the platform acts. */
@Injectable()
export class ActingService {
  private readonly people: LRUCache<string, KnownPerson, string>;
  private readonly audited: LRUCache<string, true>;

  constructor(
    private readonly directory: Directory,
    private readonly persons: PersonsService,
    private readonly audit: AuditService,
    private readonly offboarded: OffboardedPersons,
    @InjectDataSource() private readonly dataSource: DataSource,
    clock: Clock,
  ) {
    const byClock = { ttlResolution: 0, perf: { now: () => clock.now().getTime() } };
    this.audited = new LRUCache({ ...atMost(CACHE_MAX_PEOPLE), ttl: AUDITED_MS, ...byClock });
    this.people = new LRUCache<string, KnownPerson, string>({
      ...atMost(CACHE_MAX_PEOPLE),
      ttl: CACHE_MS,
      ...byClock,
      fetchMethod: (_key, _stale, { context: username }) => this.lookUp(username),
    });
  }

  /**
   * The person of the directory with this username, as a caller without admin rights; made known to Berth at the
   * first time. Throws `auth.act-for-forbidden` when the directory knows nobody of that name (or
   * calls him disabled), when he is offboarded, and
   * `directory.unavailable` when it cannot be asked and was not within the last minute.
   */
  async callerFor(username: string, tokenName: string): Promise<PersonCaller> {
    const person = await this.people.fetch(usernameKey(username), { context: username });
    if (person === undefined || (await this.offboarded.has(person.personId))) {
      throw new DomainError('forbidden', 'auth.act-for-forbidden');
    }
    const caller: PersonCaller = {
      kind: 'person',
      ...person,
      isAdmin: false,
      sessionId: null,
      actedForBy: tokenName,
    };
    await this.recordOnceAnHour(caller, tokenName);
    return caller;
  }

  private async recordOnceAnHour(caller: PersonCaller, tokenName: string): Promise<void> {
    const key = `${caller.personId} ${tokenName}`;
    if (this.audited.has(key)) return;
    await this.audit.record(this.dataSource.manager, caller, 'person.acted-for', caller.username);
    this.audited.set(key, true);
  }

  private async lookUp(username: string): Promise<KnownPerson | undefined> {
    const entry = await this.directory.findByUsername(username);
    if (entry === null || entry.isDisabled) return undefined;
    const person = await this.persons.recognise(entry);
    return { personId: person.id, username: person.username };
  }
}
