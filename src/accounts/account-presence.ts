import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../common/at-most';
import { isOutage } from '../common/errors';
import type { MessageCode } from '../common/messages.en';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborQuota } from '../harbor/harbor.types';
import type { ProjectProblem } from '../projects/drift/drift-records.service';
import type { Project } from '../projects/project.entity';
import type { Account } from './account.entity';

/** A user that was seen is not looked for again for this long. */
const SEEN_MS = 60_000;
const MAX_SEEN = 10_000;

/** With one of these the account does not work, whatever Berth did for it. */
const BROKEN_BY: ReadonlySet<MessageCode> = new Set<MessageCode>([
  'project.problem.gone',
  'project.problem.replaced',
  'project.problem.user-gone',
  'project.problem.user-replaced',
]);

export function isBroken(problems: readonly ProjectProblem[]): boolean {
  return problems.some(({ code }) => BROKEN_BY.has(code));
}

/** Whether Harbor still has what an account is made of, at about no cost when it has. */
@Injectable()
export class AccountPresence {
  /** By the user's name and id: another one was not seen yet. */
  private readonly seen = new LRUCache<string, true>({ ...atMost(MAX_SEEN), ttl: SEEN_MS });

  constructor(private readonly harbor: HarborClient) {}

  /**
   * What is gone or was made again by others; while Harbor does not answer, nothing.
   * @param quota as Harbor just told it: null where the project is gone, or where Harbor keeps no quotas
   */
  async findProblems(
    account: Account,
    project: Project,
    quota: HarborQuota | null,
    username: string,
  ): Promise<ProjectProblem[]> {
    try {
      const [ofProject, ofUser] = await Promise.all([
        quota === null ? this.problemOfProject(project) : null,
        this.problemOfUser(account),
      ]);
      return [
        ...(ofProject === null ? [] : [{ code: ofProject, params: {} }]),
        ...(ofUser === null ? [] : [{ code: ofUser, params: { username } }]),
      ];
    } catch (error) {
      if (isOutage(error)) return [];
      throw error;
    }
  }

  private async problemOfProject({ name, harborProjectId }: Project): Promise<MessageCode | null> {
    const found = await this.harbor.findProject(name);
    if (found === null) return 'project.problem.gone';
    return found.id === harborProjectId ? null : 'project.problem.replaced';
  }

  private async problemOfUser({ harborUsername, harborUserId }: Account): Promise<MessageCode | null> {
    const key = `${harborUserId ?? ''} ${harborUsername}`;
    if (this.seen.has(key)) return null;
    const found = await this.harbor.findUser(harborUsername);
    if (found === null) return 'project.problem.user-gone';
    if (found.id !== harborUserId) return 'project.problem.user-replaced';
    this.seen.set(key, true);
    return null;
  }
}
