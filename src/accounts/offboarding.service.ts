import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, IsNull, MoreThan, Not, type DataSource } from 'typeorm';
import { type Actor, AuditService } from '../audit/audit.service';
import { Offboarded } from '../auth/offboarded';
import { Person, type OffboardingCause } from '../auth/person.entity';
import { PersonsService } from '../auth/persons.service';
import { Clock } from '../common/clock';
import { DomainError, isDomainError, isOutage } from '../common/errors';
import { ProjectPrograms } from '../projects/project-programs.service';
import { SuspendedMemberships } from '../projects/members/suspended-memberships.service';
import { AccountLeases } from './account-lease';
import { Account } from './account.entity';
import { HarborUsers } from './harbor-user';
import { generatePassword } from './password';

/** How many people one run of the background work goes on with. */
const PEOPLE_A_RUN = 50;
/** A request of the person's own that is under way is waited for this long. */
const WAIT_FOR_OTHERS_MS = 5_000;

/**
 * Takes a person's access away, and gives it back. Berth itself refuses the person from the first step on; what
 * Harbor has of them follows: password, memberships, robots and webhooks. Each step looks before it changes and can
 * be repeated, so whatever ends a run, the next one goes on. Images and other data stay.
 */
@Injectable()
export class OffboardingService {
  private readonly logger = new Logger(OffboardingService.name);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly offboarded: Offboarded,
    private readonly persons: PersonsService,
    private readonly leases: AccountLeases,
    private readonly harborUsers: HarborUsers,
    private readonly memberships: SuspendedMemberships,
    private readonly programs: ProjectPrograms,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Offboards at once; where Harbor does not answer, the background work finishes it. Idempotent.
   * @returns the person as he is now; `suspendedAt` is null while Harbor is not done
   * @throws DomainError not-found `person.not-found`
   */
  async offboard(
    username: string,
    because: OffboardingCause,
    actor: Actor,
    reason: string | null = null,
  ): Promise<Person> {
    const person = await this.find(username);
    await this.offboarded.offboard(person, because, actor, reason);
    await this.tryFor(person, () => this.suspend(person.id, actor));
    return this.persons.get(person.id);
  }

  /**
   * Gives the person's access back at once: the memberships too, and credentials by a reset. Idempotent.
   * @throws DomainError not-found `person.not-found`
   */
  async restore(username: string, actor: Actor): Promise<Person> {
    const person = await this.find(username);
    await this.offboarded.restore(person, actor);
    await this.tryFor(person, () => this.giveBack(person.id, actor));
    return this.persons.get(person.id);
  }

  /** Goes on with what was cut off, and gives back the memberships of those who came back. */
  async finish(signal: AbortSignal): Promise<void> {
    const unfinished = await this.dataSource.manager.find(Person, {
      // For IS NOT NULL SQLite takes no index.
      where: { offboardedAt: MoreThan(new Date(0)), suspendedAt: IsNull() },
      order: { offboardedAt: 'ASC' },
      take: PEOPLE_A_RUN,
    });
    for (const person of unfinished) {
      if (signal.aborted) return;
      await this.tryFor(person, () => this.suspend(person.id, 'berth'));
    }
    const back = await this.memberships.listPersonIds(PEOPLE_A_RUN);
    if (back.length === 0) return;
    for (const person of await this.dataSource.manager.findBy(Person, { id: In(back) })) {
      if (signal.aborted) return;
      await this.tryFor(person, () => this.giveBack(person.id, 'berth'));
    }
  }

  private async suspend(personId: string, actor: Actor): Promise<void> {
    const person = await this.persons.get(personId);
    if (person.offboardedAt === null || person.suspendedAt !== null) return;
    const harborUserId = await this.endPassword(person);
    await this.memberships.suspend(person, harborUserId, actor);
    await this.programs.removeFromPersonal(person.id);
    await this.dataSource.transaction(async (manager) => {
      const { affected } = await manager.update(
        Person,
        { id: person.id, offboardedAt: Not(IsNull()), suspendedAt: IsNull() },
        { suspendedAt: this.clock.now() },
      );
      if (affected === 1)
        await this.audit.record(manager, actor, 'person.suspended', person.username, person);
    });
  }

  /**
   * Replaces the password by one that nobody ever sees.
   * @returns the person's user in Harbor; null where there is none that is ours
   */
  private async endPassword(person: Person): Promise<number | null> {
    const known = await this.dataSource.manager.findOneBy(Account, { personId: person.id });
    if (known === null) return null;
    const lease = await this.leases.take(known.id, WAIT_FOR_OTHERS_MS);
    try {
      const account = await this.dataSource.manager.findOneByOrFail(Account, { id: known.id });
      const harborUserId = await this.ownUser(account);
      if (harborUserId === null) return null;
      await this.harborUsers.resetPassword(harborUserId, generatePassword(), lease);
      await lease.write({ credentialsState: 'none', harborUserId, updatedAt: this.clock.now() });
      return harborUserId;
    } finally {
      await lease.release();
    }
  }

  /** Another user of the same name is not his, and is left alone. */
  private async ownUser(account: Account): Promise<number | null> {
    try {
      return await this.harborUsers.find(account);
    } catch (error) {
      if (isDomainError(error, 'conflict')) return null;
      throw error;
    }
  }

  private async giveBack(personId: string, actor: Actor): Promise<void> {
    const person = await this.persons.get(personId);
    const account = await this.dataSource.manager.findOneBy(Account, { personId });
    if (person.offboardedAt !== null || account === null) return;
    const harborUserId = await this.ownUser(account);
    if (harborUserId !== null) await this.memberships.restore(person, harborUserId, actor);
  }

  /** What Harbor, or a request under way, does not let through now is taken up by the next run. */
  private async tryFor({ username }: Person, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isOutage(error) && !isDomainError(error, 'conflict')) throw error;
      this.logger.warn({ msg: 'offboarding or coming back is not finished', person: username, err: error });
    }
  }

  private async find(username: string): Promise<Person> {
    const person = await this.persons.findByName(username);
    if (person === null) throw new DomainError('not-found', 'person.not-found', { username });
    return person;
  }
}
