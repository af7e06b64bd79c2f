import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../auth/caller';
import { Clock } from '../common/clock';
import { currentRequest } from '../common/request-notes';
import { toDatabaseError } from '../database/database-errors';
import { AuditEntry, type ActorKind, type AuditOutcome } from './audit-entry.entity';
import { outcomeOf } from './audit-outcome';

export type AuditAction =
  | 'account.made'
  | 'account.credentials-issued'
  | 'account.credentials-reset'
  | 'account.credentials-withheld'
  | 'project.created'
  | 'project.changed'
  | 'project.deleted'
  | 'project.quota-set'
  | 'project.quota-requested'
  | 'project.quota-granted'
  | 'project.quota-declined'
  | 'project.policy-set'
  | 'project.member-set'
  | 'project.member-removed'
  | 'project.drift-repaired'
  | 'reconcile.asked'
  | 'sweep.asked'
  | 'sweep.forced'
  | 'project.robot-created'
  | 'project.robot-rotated'
  | 'project.robot-deleted'
  | 'project.robot-ended'
  | 'project.rule-put-back'
  | 'image.imported'
  | 'tag.deleted'
  | 'tag.restored'
  | 'tag.restore-stopped'
  | 'tag.move-acknowledged'
  | 'tag.held'
  | 'tag.hold-ended'
  | 'image.rolled-back'
  | 'repository.deleted'
  | 'image.changed'
  | 'image.deleted'
  | 'image.shared'
  | 'image.unshared'
  | 'image.visibility-set'
  | 'job.images-leased'
  | 'job.ended'
  | 'pull-secret.issued'
  | 'pull-secret.ended'
  | 'service-token.created'
  | 'service-token.revoked'
  | 'session.begun'
  | 'session.ended'
  | 'session.reuse-detected'
  | 'session.person-gone'
  | 'person.acted-for'
  | 'person.offboarded'
  | 'person.suspended'
  | 'person.restored'
  | 'person.identity-kept'
  | 'person.identity-separated'
  | 'project.adopted'
  | 'account.adopted';

/** Who acts: a caller, the command line, or Berth's background work. */
export type Actor = Caller | 'operator' | 'berth';

/** The person whose matter it is, where that is not the caller. */
export type Subject = { id: string; username: string };

const MAX_TARGET = 1024;

@Injectable()
export class AuditService {
  private readonly logger = new Logger(AuditService.name);
  private sequence = 0;

  constructor(
    private readonly clock: Clock,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /**
   * Adds the one row of an action that went well, in the transaction that records the action itself: when the row
   * can't be written, it does not happen. What Harbor did before stays unacknowledged: nobody is told that it is done.
   * `target` is what was changed, never a secret.
   */
  async record(
    manager: EntityManager,
    actor: Actor,
    action: AuditAction,
    target: string,
    subject?: Subject,
  ): Promise<void> {
    await this.insert(manager, { actor, action, target, subject }, { outcome: 'ok', code: null });
  }

  /**
   * Runs an action that records itself when it goes well; when it throws, that leaves a row of its own, and the
   * error goes on. For what is a security matter also when it does not happen.
   */
  async attempt<T>(
    attempted: { actor: Actor; action: AuditAction; target: string; subject?: Subject },
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const outcome = outcomeOf(toDatabaseError(error) ?? error);
      if (outcome !== null) await this.addBeside(attempted, outcome);
      throw error;
    }
  }

  /** The action did not happen, so a row that can't be written stops nothing; the log says so. */
  private async addBeside(attempted: Attempted, outcome: Outcome): Promise<void> {
    try {
      await this.insert(this.dataSource.manager, attempted, outcome);
    } catch (error) {
      const { action, target } = attempted;
      this.logger.error({ msg: 'an audit row could not be written', action, target, ...outcome, err: error });
    }
  }

  private async insert(
    manager: EntityManager,
    { actor, action, target, subject }: Attempted,
    { outcome, code }: Outcome,
  ): Promise<void> {
    const at = this.clock.now();
    const person = subject ?? ownMatterOf(actor);
    await manager.insert(AuditEntry, {
      id: uuidv7({ msecs: at.getTime(), seq: this.nextInSequence() }),
      at,
      action,
      outcome,
      code,
      ...actorOf(actor),
      forPersonId: person?.id ?? null,
      forUsername: person?.username ?? null,
      target: [...target].slice(0, MAX_TARGET).join(''),
      requestId: currentRequest.getStore()?.id ?? null,
    });
  }

  /** Rows of one millisecond keep their order. */
  private nextInSequence(): number {
    this.sequence = (this.sequence + 1) % 2 ** 31;
    return this.sequence;
  }
}

interface Attempted {
  actor: Actor;
  action: AuditAction;
  target: string;
  subject?: Subject | undefined;
}

interface Outcome {
  outcome: AuditOutcome;
  code: string | null;
}

/** Where the platform acts for a person, the platform is the actor, and the person is who it is for. */
function actorOf(actor: Actor): { actorKind: ActorKind; actorName: string } {
  if (typeof actor === 'string') return { actorKind: actor, actorName: actor };
  if (actor.kind !== 'person') return { actorKind: actor.kind, actorName: actor.tokenName };
  if (actor.actedForBy !== null) return { actorKind: 'platform', actorName: actor.actedForBy };
  return { actorKind: 'person', actorName: actor.username };
}

function ownMatterOf(actor: Actor): Subject | null {
  if (typeof actor === 'string' || actor.kind !== 'person') return null;
  return { id: actor.personId, username: actor.username };
}
