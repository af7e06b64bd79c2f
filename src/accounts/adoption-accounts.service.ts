import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import type { Person } from '../auth/person.entity';
import { PersonsService } from '../auth/persons.service';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { isUniqueViolation } from '../database/database-errors';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborUser } from '../harbor/harbor.types';
import { personalNames } from '../projects/project-name';
import { ProjectsService } from '../projects/projects.service';
import { isThere } from '../projects/members/suspended-memberships.service';
import { AccountLeases, type AccountLease } from './account-lease';
import { Account } from './account.entity';
import { AccountsService } from './accounts.service';
import { AdoptionOwner } from './adoption-owner';
import type { AdoptionChange } from './adoption-plan';
import { HarborUsers } from './harbor-user';

/** Harbor never lists these two, and both exist. */
const NEVER_LISTED: ReadonlySet<string> = new Set(['admin', 'anonymous']);
const FIRST_ADMIN_ID = 1;

export interface AccountAdoption {
  username: string;
  harborUsername: string;
  harborUserId: number;
  changes: AdoptionChange[];
}

interface Plan {
  adoption: AccountAdoption;
  person: Person;
  user: HarborUser;
  /** The personal project as it is in Harbor, where the user is to become its admin. */
  project: string | null;
}

/** Makes a user in Harbor that Berth did not make the account of a person. His password stays as it is. */
@Injectable()
export class AccountAdoptions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly owners: AdoptionOwner,
    private readonly persons: PersonsService,
    private readonly accounts: AccountsService,
    private readonly leases: AccountLeases,
    private readonly projects: ProjectsService,
    private readonly harborUsers: HarborUsers,
    private readonly harbor: HarborClient,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What an adoption would change. Reads only.
   * @param harborUsername the name that Berth would have given, where it is absent
   * @throws DomainError not-found `person.not-found`, `account.user-not-found`; conflict `account.never-adopted`,
   *   `account.owned`, `account.has-user`, `person.offboarded`; outages of Harbor and the directory
   */
  async plan(username: string, harborUsername: string | undefined): Promise<AccountAdoption> {
    return (await this.look(username, harborUsername)).adoption;
  }

  /**
   * Does what `plan` lists; cut off in the middle, the same call goes on.
   * @throws as plan; conflict `account.busy`, `account.name-in-use`
   */
  async adopt(
    admin: PersonCaller,
    username: string,
    harborUsername: string | undefined,
  ): Promise<AccountAdoption> {
    const attempted = { actor: admin, action: 'account.adopted', target: username } as const;
    return this.audit.attempt(attempted, async () => {
      const plan = await this.look(username, harborUsername);
      const { person, user, project } = plan;
      const { id } = await this.accounts.ensureReserved({
        personId: person.id,
        username: person.username,
      });
      const lease = await this.leases.take(id);
      try {
        await this.record(admin, plan, lease);
        if (project !== null) await this.ensureProjectAdmin(project, user.id, lease);
      } finally {
        await lease.release();
      }
      return plan.adoption;
    });
  }

  private async look(username: string, wantedName: string | undefined): Promise<Plan> {
    const person = await this.owners.get(username);
    const account = await this.dataSource.manager.findOneBy(Account, { personId: person.id });
    const { projectPrefix } = this.config.accounts;
    const harborUsername =
      wantedName ?? account?.harborUsername ?? personalNames(person.username, projectPrefix).harborUsername;
    const user = await this.adoptable(harborUsername);
    await this.refuseOthers(person, user);
    const recordedId = account?.harborUserId ?? null;
    if (account !== null && recordedId !== null && account.harborUsername !== harborUsername) {
      throw new DomainError('conflict', 'account.has-user', {
        username: person.username,
        harborUsername: account.harborUsername,
      });
    }
    const changes: AdoptionChange[] = [];
    if (recordedId !== user.id) {
      const from = recordedId === null ? null : `${account?.harborUsername ?? ''} ${recordedId}`;
      changes.push({ what: 'record', from, to: `${user.username} ${user.id}` });
    }
    const personal = await this.projects.findPersonal(person.id);
    const isMade = personal !== null && (await isThere(this.projects, personal));
    const membership = isMade ? await this.harborUsers.observeMembership(personal.name, user.id) : null;
    if (isMade && membership?.isAdmin !== true) {
      changes.push({
        what: 'membership',
        from: membership === null ? null : `${personal.name} ${user.username}`,
        to: `${personal.name} ${user.username} admin`,
      });
    }
    const adoption = {
      username: person.username,
      harborUsername: user.username,
      harborUserId: user.id,
      changes,
    };
    return { adoption, person, user, project: isMade ? personal.name : null };
  }

  /** A user who administers Harbor, or Berth's own account, would give a person all of it. */
  private async adoptable(harborUsername: string): Promise<HarborUser> {
    const refused = new DomainError('conflict', 'account.never-adopted', { harborUsername });
    if (NEVER_LISTED.has(harborUsername) || harborUsername === this.config.harbor.username) throw refused;
    const user = await this.harbor.findUser(harborUsername);
    if (user === null) throw new DomainError('not-found', 'account.user-not-found', { harborUsername });
    if (user.id === FIRST_ADMIN_ID || user.isSystemAdmin) throw refused;
    return user;
  }

  private async refuseOthers(person: Person, user: HarborUser): Promise<void> {
    const owners = await this.dataSource.manager.find(Account, {
      where: [{ harborUserId: user.id }, { harborUsername: user.username }],
    });
    const other = owners.find(({ personId }) => personId !== person.id);
    if (other === undefined) return;
    const { username: owner } = await this.persons.get(other.personId);
    throw new DomainError('conflict', 'account.owned', { harborUsername: user.username, owner });
  }

  private async record(admin: PersonCaller, { person, user }: Plan, lease: AccountLease): Promise<void> {
    const { manager } = this.dataSource;
    if (await manager.existsBy(Account, { personId: person.id, harborUserId: user.id })) return;
    const change = {
      harborUsername: user.username,
      harborUserId: user.id,
      credentialsState: 'none',
      updatedAt: this.clock.now(),
    } as const;
    try {
      await this.dataSource.transaction(async (transaction) => {
        await lease.write(change, transaction);
        const target = `${user.username} ${user.id}`;
        await this.audit.record(transaction, admin, 'account.adopted', target, person);
        await this.changes.record(transaction, aboutPerson(person.id));
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const params = { harborUsername: user.username, owner: '?' };
      throw new DomainError('conflict', 'account.owned', params, { cause: error });
    }
  }

  private async ensureProjectAdmin(project: string, userId: number, lease: AccountLease): Promise<void> {
    const membership = await this.harborUsers.observeMembership(project, userId);
    if (membership?.isAdmin === true) return;
    if (membership === null) await this.harborUsers.addProjectAdmin(project, userId, lease);
    else await this.harborUsers.raiseToProjectAdmin(project, membership.id, lease);
  }
}
