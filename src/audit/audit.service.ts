import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../auth/caller';
import { Clock } from '../common/clock';
import { currentRequest } from '../common/request-notes';
import { AuditEntry } from './audit-entry.entity';

export type AuditAction =
  | 'account.made'
  | 'account.credentials-issued'
  | 'account.credentials-reset'
  | 'project.created'
  | 'project.changed'
  | 'project.deleted'
  | 'project.quota-set'
  | 'project.quota-requested'
  | 'project.quota-granted'
  | 'project.quota-declined'
  | 'project.member-set'
  | 'project.member-removed'
  | 'image.imported'
  | 'image.changed'
  | 'image.deleted'
  | 'service-token.created'
  | 'service-token.revoked';

@Injectable()
export class AuditService {
  constructor(private readonly clock: Clock) {}

  /**
   * Adds one row in the caller's transaction: when the row can't be written, the action does not happen.
   * `target` is what was changed, never a secret.
   */
  async record(manager: EntityManager, caller: Caller, action: AuditAction, target: string): Promise<void> {
    await manager.insert(AuditEntry, {
      id: uuidv7(),
      at: this.clock.now(),
      action,
      actor: actorOf(caller),
      forPersonId: caller.kind === 'person' ? caller.personId : null,
      target,
      requestId: currentRequest.getStore()?.id ?? null,
    });
  }
}

/** Both names where the platform acts for a person. */
function actorOf(caller: Caller): string {
  if (caller.kind !== 'person') return `${caller.kind}:${caller.tokenName}`;
  return caller.actedForBy === null
    ? caller.username
    : `platform:${caller.actedForBy} for ${caller.username}`;
}
