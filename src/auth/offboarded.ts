import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { IsNull, Not, type DataSource } from 'typeorm';
import { type Actor, AuditService } from '../audit/audit.service';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { OffboardedPersons } from './offboarded-persons';
import { Person, type OffboardingCause } from './person.entity';
import { HERE } from './persons.service';
import { Session } from './session.entity';

/** Whether a person may use Berth at all. What that means in Harbor follows (accounts/offboarding.service.ts). */
@Injectable()
export class Offboarded {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly persons: OffboardedPersons,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends all sessions of the person and lets them do nothing more. Idempotent.
   * @returns false when the person was offboarded already
   */
  async offboard(
    person: Person,
    because: OffboardingCause,
    actor: Actor,
    reason: string | null,
  ): Promise<boolean> {
    const now = this.clock.now();
    const done = await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(
        Person,
        { id: person.id, offboardedAt: IsNull() },
        {
          offboardedAt: now,
          offboardedBecause: because,
          offboardedReason: reason,
          suspendedAt: null,
          offboardingChangedAt: now,
        },
      );
      if (affected !== 1) return false;
      await manager.update(
        Session,
        { personId: person.id, revokedAt: IsNull() },
        { revokedAt: now, revokedBecause: 'offboarded' },
      );
      await this.audit.record(manager, actor, 'person.offboarded', `${person.username} ${because}`, person);
      await this.changes.record(manager, aboutPerson(person.id));
      return true;
    });
    this.persons.expire();
    return done;
  }

  /**
   * Somebody whom the directory did not have and now accepts may use Berth again.
   * @throws DomainError forbidden `auth.offboarded` when an admin offboarded the person
   */
  async welcomeBack(person: Person): Promise<void> {
    if (person.offboardedAt === null) return;
    if (person.offboardedBecause === 'admin') {
      throw new DomainError('forbidden', 'auth.offboarded', { username: person.username });
    }
    await this.restore(person, 'berth');
  }

  /** The person may use Berth again. Idempotent. */
  async restore(person: Person, actor: Actor): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(
        Person,
        { id: person.id, offboardedAt: Not(IsNull()) },
        {
          ...HERE,
          offboardedAt: null,
          offboardedBecause: null,
          offboardedReason: null,
          suspendedAt: null,
          offboardingChangedAt: now,
        },
      );
      if (affected !== 1) return;
      await this.audit.record(manager, actor, 'person.restored', person.username, person);
      await this.changes.record(manager, aboutPerson(person.id));
    });
    this.persons.expire();
  }
}
