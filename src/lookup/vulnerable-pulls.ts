import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../common/at-most';
import type { ImageLink } from '../common/image-link';
import { HarborClient } from '../harbor/harbor.client';
import { ImageAccess } from '../images/sharing/image-access';

/** A scanner finds new vulnerabilities in old images; policies change seldom. */
const ASK_AGAIN_MS = 600_000;
const MAX_KEPT = 50_000;
const MAX_DUE = 1_000;
const PAUSE_MS = 100;

interface Verdict {
  isRefused: boolean;
  askedAtMs: number;
}

/**
 * Whether Harbor lets nobody pull an image, by a project's policy about vulnerabilities. No lookup waits for it: Harbor
 * is asked beside them, little by little, and only in projects that are known to have such a policy.
 */
@Injectable()
export class VulnerablePulls {
  private readonly verdicts = new LRUCache<string, Verdict>(atMost(MAX_KEPT));
  private readonly due = new Map<string, { link: ImageLink; digest: string }>();
  private isAsking = false;

  constructor(
    private readonly access: ImageAccess,
    private readonly harbor: HarborClient,
  ) {}

  /** The severity from which on Harbor refuses it; null: it does not, as far as this replica knows. */
  find(link: ImageLink, digest: string): string | null {
    const severity = this.access.recallVulnerabilityLimit(link.project);
    if (severity === null) return null;
    const key = `${link.project}/${link.repository}@${digest}`;
    const verdict = this.verdicts.get(key);
    const isDue = verdict === undefined || performance.now() - verdict.askedAtMs >= ASK_AGAIN_MS;
    if (isDue && this.due.size < MAX_DUE) {
      this.due.set(key, { link, digest });
      if (!this.isAsking) void this.askAll();
    }
    return verdict?.isRefused === true ? severity : null;
  }

  private async askAll(): Promise<void> {
    this.isAsking = true;
    for (const [key, asked] of this.due) {
      const isRefused = await this.isRefused(asked.link, asked.digest).catch(() => null);
      this.due.delete(key);
      // Where Harbor did not say, what it said before holds, and the next lookup has it asked again.
      if (isRefused !== null) this.verdicts.set(key, { isRefused, askedAtMs: performance.now() });
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
    this.isAsking = false;
  }

  private async isRefused({ project, repository }: ImageLink, digest: string): Promise<boolean> {
    const severity = await this.access.vulnerabilityLimit(project);
    return severity !== null && (await this.harbor.isPullRefused(project, repository, digest));
  }
}
