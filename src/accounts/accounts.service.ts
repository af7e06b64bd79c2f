import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { In, type DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError, isOutage } from '../common/errors';
import type { MessageCode } from '../common/messages.en';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import type { HarborQuota } from '../harbor/harbor.types';
import { harborEmail, otherNames, personalNames, type PersonalNames } from '../projects/project-name';
import { DriftRecords, type ProjectProblem } from '../projects/drift/drift-records.service';
import type { Project } from '../projects/project.entity';
import { ProjectsService } from '../projects/projects.service';
import { AccountLeases } from './account-lease';
import { AccountPresence, isBroken } from './account-presence';
import { Account, type CredentialsState } from './account.entity';
import { Attendance } from './attendance';
import { HarborUsers, newIntentMark } from './harbor-user';
import { generatePassword } from './password';
import { Provisioning, type IssuedCredentials } from './provisioning';

/** Somebody who makes a person a member waits this long for that person's own request. */
const WAIT_FOR_OTHERS_MS = 5_000;
/** A second request for first credentials waits this long for the end of the first. */
const JOIN_MS = 8_000;

export type AccountState = 'none' | 'provisioning' | 'ready' | 'attention';

export interface AccountView {
  username: string;
  state: AccountState;
  project: string | null;
  quota: HarborQuota | null;
  credentials: { state: CredentialsState; harborUsername: string | null; issuedAt: Date | null };
  problems: MessageCode[];
  /** How the person's project, or his user in Harbor, differs from what it should be. */
  drifts: ProjectProblem[];
}

@Injectable()
export class AccountsService implements OnModuleDestroy {
  private readonly logger = new Logger(AccountsService.name);
  /** Work whose callers were answered before its end. */
  private readonly unattended = new Set<Promise<unknown>>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly leases: AccountLeases,
    private readonly presence: AccountPresence,
    private readonly projects: ProjectsService,
    private readonly drifts: DriftRecords,
    private readonly harborUsers: HarborUsers,
    private readonly provisioning: Provisioning,
    private readonly persons: PersonsService,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.unattended);
  }

  /** The person's account as it stands. While Harbor is away the quota is null and a problem says so. */
  async get(caller: PersonCaller): Promise<AccountView> {
    const account = await this.find(caller.personId);
    const project = await this.projects.findPersonal(caller.personId);
    if (account === null || project === null || isMadeForMembership(account))
      return noAccount(caller.username);
    const busy = await this.leases.isTaken(account.id);
    const quota = await this.observeQuota(project);
    const problems: MessageCode[] = [];
    if (account.readyAt === null && !busy) problems.push('account.problem.unfinished');
    if (account.credentialsState === 'unknown' && !busy) problems.push('account.problem.credentials-unknown');
    const drifts = (await this.drifts.findProblems([project.id])).get(project.id) ?? [];
    if (account.readyAt !== null && !busy && quota !== 'unreachable') {
      const missing = await this.presence.findProblems(account, project, quota, caller.username);
      drifts.push(...missing.filter(({ code }) => !drifts.some((known) => known.code === code)));
    }
    const attention = problems.length > 0 || isBroken(drifts);
    if (quota === 'unreachable') problems.push('account.problem.registry-unreachable');
    return {
      username: caller.username,
      state: attention ? 'attention' : account.readyAt === null ? 'provisioning' : 'ready',
      project: project.name,
      quota: quota === 'unreachable' ? null : quota,
      credentials: {
        state: account.credentialsState,
        harborUsername: account.harborUsername,
        issuedAt: account.credentialsIssuedAt,
      },
      problems,
      drifts,
    };
  }

  /** The Harbor user of a person; null while there is none. */
  async findHarborUserId(personId: string): Promise<number | null> {
    return (await this.find(personId))?.harborUserId ?? null;
  }

  /** The name with which a person logs in to the registry, or will once the account is made. */
  async harborUsernameOf(caller: PersonCaller): Promise<string> {
    const account = await this.find(caller.personId);
    return (
      account?.harborUsername ??
      personalNames(caller.username, this.config.accounts.projectPrefix).harborUsername
    );
  }

  /** The Harbor users of these persons, by the person's id; those who have none are left out. */
  async findHarborUserIds(personIds: readonly string[]): Promise<Map<string, number>> {
    if (personIds.length === 0) return new Map();
    const accounts = await this.dataSource.manager.findBy(Account, { personId: In([...personIds]) });
    return new Map(
      accounts.flatMap(({ harborUserId, personId }) =>
        harborUserId === null ? [] : [[personId, harborUserId]],
      ),
    );
  }

  /** The persons whose Harbor users have these ids, by the id; ids that are nobody's are left out. */
  async findPersonIds(harborUserIds: readonly number[]): Promise<Map<number, string>> {
    if (harborUserIds.length === 0) return new Map();
    const accounts = await this.dataSource.manager.findBy(Account, { harborUserId: In([...harborUserIds]) });
    return new Map(
      accounts.flatMap(({ harborUserId, personId }) =>
        harborUserId === null ? [] : [[harborUserId, personId]],
      ),
    );
  }

  /**
   * The person's Harbor user, so that he can be made a member: made with a password that nobody knows where there
   * is none. Credentials, and his personal project, come when he asks for them.
   * @returns the user's id in Harbor
   * @throws DomainError conflict `account.busy`, `account.name-in-use`, `account.name-not-owned`,
   *   `account.replaced`; outages of Harbor
   */
  async ensureUser(caller: PersonCaller, person: { personId: string; username: string }): Promise<number> {
    const known = (await this.find(person.personId)) ?? (await this.reserve(person));
    if (await this.isOffboarded(person.personId))
      throw new DomainError('conflict', 'person.offboarded', { username: person.username });
    const standing = known.harborUserId === null ? null : await this.harborUsers.find(known);
    if (standing !== null) return standing;
    const lease = await this.leases.take(known.id, WAIT_FOR_OTHERS_MS);
    try {
      const account = await this.getById(known.id);
      const email = harborEmail(account.harborUsername, this.config.accounts.emailDomain);
      const harborUserId = await this.harborUsers.ensure(
        account,
        { email, password: generatePassword() },
        lease,
      );
      if (account.harborUserId === harborUserId) return harborUserId;
      await this.dataSource.transaction(async (manager) => {
        await lease.write({ harborUserId, updatedAt: this.clock.now() }, manager);
        const subject = { id: person.personId, username: person.username };
        await this.audit.record(manager, caller, 'account.made', account.harborUsername, subject);
        await this.changes.record(manager, aboutPerson(person.personId));
      });
      return harborUserId;
    } finally {
      await lease.release();
    }
  }

  /**
   * Makes the account and its project where they are absent, sets a new password, and gives it out this once.
   * After a crash or an outage the same call goes on where it stopped. A second request for first credentials waits
   * for the first one's end.
   * @returns null when Harbor took longer than `credentialsWaitMs`: the work goes on, with a password that nobody
   *   sees, and a later call issues one
   * @throws DomainError conflict `account.credentials-exist` unless `reset`, `account.busy`,
   *   `account.name-not-owned`, `project.name-not-owned`, `account.replaced`, `project.replaced`; outages of Harbor
   */
  async issueCredentials(caller: PersonCaller, reset: boolean): Promise<IssuedCredentials | null> {
    const action = reset ? 'account.credentials-reset' : 'account.credentials-issued';
    const attendance = new Attendance();
    const work = this.audit.attempt({ actor: caller, action, target: caller.username }, () =>
      this.setOutForCredentials(caller, reset, attendance),
    );
    const issued = await attendance.follow(work, this.config.accounts.credentialsWaitMs);
    if (attendance.hasLeft) this.goOnUnattended(work);
    return issued;
  }

  private goOnUnattended(work: Promise<unknown>): void {
    const ended = work
      .catch((error: unknown) => {
        this.logger.warn({ msg: 'provisioning failed after its caller was answered', err: error });
      })
      .finally(() => this.unattended.delete(ended));
    this.unattended.add(ended);
  }

  private async setOutForCredentials(
    caller: PersonCaller,
    reset: boolean,
    attendance: Attendance,
  ): Promise<IssuedCredentials | null> {
    const known = (await this.find(caller.personId)) ?? (await this.reserve(caller));
    refuseSecond(known, reset);
    const joins = !reset && known.credentialsIssuedAt === null;
    const lease = await this.leases.take(known.id, joins ? JOIN_MS : 0);
    try {
      const account = await this.getById(known.id);
      refuseSecond(account, reset);
      if (await this.isOffboarded(caller.personId))
        throw new DomainError('forbidden', 'auth.offboarded', { username: caller.username });
      return await this.provisioning.run(caller, account, lease, attendance);
    } finally {
      await lease.release();
    }
  }

  /**
   * The person's account as it is written down, with nothing made in Harbor for it.
   * @throws DomainError conflict `account.name-in-use`
   */
  async ensureReserved(person: { personId: string; username: string }): Promise<Account> {
    return (await this.find(person.personId)) ?? (await this.reserve(person));
  }

  /** Names are computed once and stored before the first write to Harbor; unique keys keep them to one person. */
  private async reserve(person: { personId: string; username: string }): Promise<Account> {
    const { projectPrefix } = this.config.accounts;
    const account =
      (await this.tryReserve(person, personalNames(person.username, projectPrefix))) ??
      (await this.tryReserve(person, otherNames(person.username, person.personId, projectPrefix)));
    if (account !== null) return account;
    const { project } = personalNames(person.username, projectPrefix);
    throw new DomainError('conflict', 'account.name-in-use', { project });
  }

  /** Null when another person has these names: one who was renamed since, or a leaver of the same username. */
  private async tryReserve(
    person: { personId: string; username: string },
    names: PersonalNames,
  ): Promise<Account | null> {
    const now = this.clock.now();
    const personal = await this.projects.findPersonal(person.personId);
    try {
      await this.dataSource.transaction(async (manager) => {
        // An adopted project is there before the account.
        if (personal === null) await this.projects.reserve(manager, person.personId, names.project);
        await manager.insert(Account, {
          id: uuidv7(),
          personId: person.personId,
          harborUsername: names.harborUsername,
          harborUserId: null,
          intentMark: newIntentMark(),
          credentialsState: 'none',
          credentialsIssuedAt: null,
          readyAt: null,
          leaseToken: null,
          leaseUntil: null,
          createdAt: now,
          updatedAt: now,
        });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    return this.find(person.personId);
  }

  private async observeQuota(project: Project): Promise<HarborQuota | null | 'unreachable'> {
    try {
      return await this.projects.findQuota(project);
    } catch (error) {
      if (isOutage(error)) return 'unreachable';
      throw error;
    }
  }

  /** Read again under the account's lease, which whoever ends the person's access takes, too. */
  private async isOffboarded(personId: string): Promise<boolean> {
    return (await this.persons.get(personId)).offboardedAt !== null;
  }

  private async find(personId: string): Promise<Account | null> {
    return this.dataSource.manager.findOneBy(Account, { personId });
  }

  private async getById(id: string): Promise<Account> {
    return this.dataSource.manager.findOneByOrFail(Account, { id });
  }
}

/** He was made a member of something, and has not asked for an account of his own. */
function isMadeForMembership(account: Account): boolean {
  return account.harborUserId !== null && account.readyAt === null && account.credentialsState === 'none';
}

function refuseSecond(account: Account, reset: boolean): void {
  if (account.credentialsState !== 'issued' || reset) return;
  const issuedAt = account.credentialsIssuedAt?.toISOString() ?? '';
  throw new DomainError('conflict', 'account.credentials-exist', { issuedAt });
}

function noAccount(username: string): AccountView {
  return {
    username,
    state: 'none',
    project: null,
    quota: null,
    credentials: { state: 'none', harborUsername: null, issuedAt: null },
    problems: [],
    drifts: [],
  };
}
