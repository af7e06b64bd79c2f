import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService, type AuditAction } from '../audit/audit.service';
import type { PersonCaller } from '../auth/caller';
import { aboutPerson } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { assertUnreachable, DomainError, isOutage } from '../common/errors';
import { Clock } from '../common/clock';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { DriftRecords } from '../projects/drift/drift-records.service';
import { harborEmail } from '../projects/project-name';
import type { Project } from '../projects/project.entity';
import { ProjectWebhooks, type MadeProject } from '../projects/webhooks/project-webhooks.service';
import { ProjectsService } from '../projects/projects.service';
import type { AccountLease } from './account-lease';
import type { Account } from './account.entity';
import type { Attendance } from './attendance';
import { HarborUsers } from './harbor-user';
import { generatePassword } from './password';
import { nextStep, type ObservedFacts, type ObservedPart, type ProvisioningStep } from './provisioning-plan';

/** Twice what the longest way takes: more means that somebody changes the same in Harbor all the time. */
const MAX_STEPS = 32;

export interface IssuedCredentials {
  /** The first ones of this account; else a reset. */
  first: boolean;
  harborUsername: string;
  password: string;
  project: string;
  issuedAt: Date;
}

/** One run, from the lease to its end. `account` and `project` are kept as they are in the database. */
interface Run {
  caller: PersonCaller;
  account: Account;
  project: Project;
  lease: AccountLease;
  attendance: Attendance;
  password: string;
  facts: ObservedFacts;
  isWebhookOpen: boolean;
  isPasswordSet: boolean;
  /** This run may have ended the password that the person has. */
  isPasswordTouched: boolean;
}

/**
 * Brings a person's project, rule, webhook, user, membership and password about: observe, decide (`provisioning-plan.ts`), do
 * one thing, again. A write is never repeated: whatever ends a run, the next one observes what is there.
 */
@Injectable()
export class Provisioning {
  constructor(
    private readonly projects: ProjectsService,
    private readonly webhooks: ProjectWebhooks,
    private readonly drifts: DriftRecords,
    private readonly harborUsers: HarborUsers,
    private readonly audit: AuditService,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @returns the credentials to show; null when nobody waits for them any more
   * @throws DomainError conflict `account.busy` when the lease was lost, `account.name-not-owned`,
   *   `project.name-not-owned`, `account.replaced`, `project.replaced`, `harbor.changed`; outages of Harbor, as
   *   `account.credentials-interrupted` where the old password may have ended already
   */
  async run(
    caller: PersonCaller,
    account: Account,
    lease: AccountLease,
    attendance: Attendance,
  ): Promise<IssuedCredentials | null> {
    const project = await this.projects.findPersonal(caller.personId);
    if (project === null) throw new Error(`account ${account.id} has no project`);
    const run: Run = {
      caller,
      account,
      project,
      lease,
      attendance,
      password: generatePassword(),
      facts: { isProjectNameTaken: false, isUserNameTaken: false },
      isWebhookOpen: account.readyAt === null,
      isPasswordSet: false,
      isPasswordTouched: false,
    };
    try {
      return await this.toTheEnd(run);
    } catch (error) {
      throw mayHaveEndedPassword(run) && isOutage(error) ? interrupted(error) : error;
    }
  }

  private async toTheEnd(run: Run): Promise<IssuedCredentials | null> {
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const step = nextStep(rowOf(run), run.facts);
      if (step.step === 'record') return this.record(run, step.userId);
      await this.take(run, step);
    }
    throw new DomainError('conflict', 'harbor.changed');
  }

  private async take(run: Run, step: Exclude<ProvisioningStep, { step: 'record' }>): Promise<void> {
    const { account, project, lease, facts, password } = run;
    const stillMine = (): Promise<void> => lease.renew();
    switch (step.step) {
      case 'observe':
        await Promise.all(step.parts.map((part) => this.observe(run, part)));
        return;
      case 'refuse':
        throw new DomainError('conflict', step.code, {
          project: project.name,
          harborUsername: account.harborUsername,
        });
      case 'make-project': {
        const made = await this.projects.make(project, stillMine);
        if (made.outcome === 'created') {
          facts.project = { id: made.id, isOfIntent: true };
          facts.rule = { need: 'create' };
          facts.webhook = this.webhooks.needOfNew();
          run.isWebhookOpen = true;
          facts.membership = null;
        } else {
          facts.project = undefined;
          facts.isProjectNameTaken = true;
        }
        return;
      }
      case 'own-project':
        await stillMine();
        await this.projects.own(project, step.projectId);
        return;
      case 'set-rule': {
        const stands = await this.projects.setTagRule(project.name, step.need, stillMine);
        facts.rule = stands ? { need: 'nothing' } : undefined;
        return;
      }
      case 'set-webhook': {
        const stands = await this.webhooks.take(made(project), step.need, stillMine);
        facts.webhook = stands ? { need: 'nothing' } : undefined;
        run.isWebhookOpen = true;
        return;
      }
      case 'make-user': {
        run.isPasswordTouched = true;
        const email = harborEmail(account.harborUsername, this.config.accounts.emailDomain);
        const made = await this.harborUsers.make(account, { email, password }, lease);
        if (made.outcome === 'created') {
          facts.user = { id: made.id, bearsMark: true };
          facts.membership = null;
          run.isPasswordSet = true;
        } else {
          facts.user = undefined;
          facts.isUserNameTaken = true;
        }
        return;
      }
      case 'add-member': {
        const added = await this.harborUsers.addProjectAdmin(project.name, step.userId, lease);
        facts.membership = added.outcome === 'created' ? { id: added.id, isAdmin: true } : undefined;
        return;
      }
      case 'raise-role':
        await this.harborUsers.raiseToProjectAdmin(project.name, step.membershipId, lease);
        facts.membership = { id: step.membershipId, isAdmin: true };
        return;
      case 'reset-password':
        run.isPasswordTouched = true;
        await this.harborUsers.resetPassword(step.userId, password, lease);
        run.isPasswordSet = true;
        return;
      default:
        assertUnreachable(step);
    }
  }

  private async observe({ account, project, facts }: Run, part: ObservedPart): Promise<void> {
    switch (part) {
      case 'project':
        facts.project = await this.projects.observeName(project);
        return;
      case 'rule':
        facts.rule = await this.projects.observeTagRule(project.name);
        return;
      case 'webhook':
        facts.webhook = await this.webhooks.observe(made(project));
        return;
      case 'user':
        facts.user = await this.harborUsers.observe(account);
        return;
      case 'membership':
        if (!facts.user) throw new Error('the membership of a user that was not seen');
        facts.membership = await this.harborUsers.observeMembership(project.name, facts.user.id);
        return;
    }
  }

  /** The password counts as issued only if it is shown; one that nobody will see leaves none. */
  private async record(run: Run, harborUserId: number): Promise<IssuedCredentials | null> {
    const { account, caller, lease, project, password } = run;
    const now = this.clock.now();
    const isFirst = account.credentialsIssuedAt === null;
    const isShown = run.isPasswordSet && run.attendance.claim();
    const isStateEnded = isFirst || run.isPasswordTouched;
    await lease.writeAndRelease(
      {
        harborUserId,
        readyAt: account.readyAt ?? now,
        updatedAt: now,
        ...(isShown ? { credentialsState: 'issued', credentialsIssuedAt: now } : {}),
        ...(!isShown && isStateEnded ? { credentialsState: 'none' } : {}),
      },
      async (manager) => {
        if (!isFirst) await this.settleDrifts(manager, run);
        await this.audit.record(manager, caller, actionOf(isShown, isFirst), account.harborUsername);
        if (account.harborUserId !== harborUserId)
          await this.changes.record(manager, aboutPerson(caller.personId));
      },
    );
    if (!isShown) return null;
    return {
      first: isFirst,
      harborUsername: account.harborUsername,
      password,
      project: project.name,
      issuedAt: now,
    };
  }

  private async settleDrifts(manager: EntityManager, { project, caller, isWebhookOpen }: Run): Promise<void> {
    await this.drifts.settled(manager, project.id, 'project');
    if (isWebhookOpen) await this.drifts.settled(manager, project.id, 'webhook');
    await this.drifts.settled(manager, project.id, 'member', caller.username);
  }
}

/** Only whoever had a password can lose it. */
function mayHaveEndedPassword({ account, isPasswordTouched }: Run): boolean {
  return isPasswordTouched && account.credentialsIssuedAt !== null;
}

function interrupted(outage: DomainError): DomainError {
  const { kind, retryAfterSeconds } = outage;
  return new DomainError(kind, 'account.credentials-interrupted', {}, { cause: outage, retryAfterSeconds });
}

function actionOf(isShown: boolean, isFirst: boolean): AuditAction {
  if (isShown) return isFirst ? 'account.credentials-issued' : 'account.credentials-reset';
  return isFirst ? 'account.made' : 'account.credentials-withheld';
}

/** Of a project that is ours by now. */
function made({ name, harborProjectId }: Project): MadeProject {
  if (harborProjectId === null) throw new Error(`project ${name} was not made`);
  return { name, harborProjectId };
}

function rowOf({
  account,
  project,
  attendance,
  isWebhookOpen,
  isPasswordSet,
}: Run): Parameters<typeof nextStep>[0] {
  return {
    harborProjectId: project.harborProjectId,
    harborUserId: account.harborUserId,
    isWebhookOpen,
    wantsPassword: !attendance.hasLeft,
    isPasswordSet,
  };
}
