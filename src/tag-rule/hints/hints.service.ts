import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../common/at-most';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { DomainError } from '../../common/errors';
import { Pressure } from '../../common/pressure';
import { Metrics } from '../../metrics/metrics';
import { isWebhookAuthorization, webhookAuthorization } from '../../projects/webhooks/webhook-secret';
import { HeardHints } from './heard-hints';
import { readHint } from './hint';
import { HintQueue } from './hint-queue';
import { KeptProjects } from './kept-projects';
import { NoticedTags } from '../noticed-tags';
import { SweepWishes } from '../sweep-wishes';

const LIMITS = {
  parallel: 16,
  parallelPerProject: 4,
  maxWaiting: 50_000,
  maxWaitingPerProject: 5_000,
  crowdedMs: 100,
  restMs: 500,
  maxRestMs: 30_000,
  maxTries: 6,
};

/** Looks are not to wait for the end of what lasts longer. */
const LONGEST_BURST_MS = 5_000;

/** Keys: `=repository:tag`, and `@repository@digest` of an artifact that was deleted. */
const TAG_KEY = '=';

/**
 * Webhooks of Harbor: hints that something changed. What they say is never believed; it only tells where to look.
 * One that is lost, for it came twice, late, or never, or did not fit, is made good by the audit log and the sweep.
 */
@Injectable()
export class HintsService implements OnModuleDestroy {
  private readonly logger = new Logger(HintsService.name);
  private readonly queue: HintQueue;
  private readonly pressure = new Pressure(LONGEST_BURST_MS);
  private readonly hints;
  /** Of the webhooks, by Harbor's id of the project: deriving them costs more than all the rest. */
  private readonly authorizations = new LRUCache<number, string>(atMost(10_000));

  constructor(
    private readonly kept: KeptProjects,
    private readonly noticed: NoticedTags,
    private readonly heard: HeardHints,
    private readonly wishes: SweepWishes,
    metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.queue = new HintQueue(LIMITS, {
      run: async (project, key, sinceMs) => this.look(project, key, sinceMs),
      isCrowded: () => this.pressure.isHigh,
      onLost: (project) => this.lose(project),
    });
    this.hints = metrics.counter({
      name: 'berth_hints_total',
      help: 'Webhooks of Harbor, by what became of them.',
      labels: ['outcome'],
    });
    metrics.readGauge(
      { name: 'berth_hints_waiting', help: 'Tags that hints named and that wait for a look.' },
      () => [{ labels: {}, value: this.queue.waiting }],
    );
  }

  async onModuleDestroy(): Promise<void> {
    await this.queue.stop();
  }

  /** How many looks wait or run. */
  get busy(): number {
    return this.queue.busy;
  }

  /**
   * Takes a webhook; the looks follow.
   * @throws DomainError unauthenticated `hook.unauthorized`, the same for a project that is not there
   */
  async take(project: string, authorization: string | undefined, body: string): Promise<void> {
    const harborProjectId = await this.kept.harborIdOf(project);
    if (!this.isOurs(harborProjectId, authorization)) {
      this.hints.inc({ outcome: 'refused' });
      throw new DomainError('unauthenticated', 'hook.unauthorized');
    }
    this.accept(project, body);
  }

  /** Is it for sure a webhook of ours? Null: it has to be asked for. */
  isKnown(project: string, authorization: string): boolean | null {
    const harborProjectId = this.kept.recallHarborId(project);
    return harborProjectId === null ? null : this.isOurs(harborProjectId, authorization);
  }

  /** As `isKnown`, after a look into the database. */
  async isOneOfOurs(project: string, authorization: string): Promise<boolean> {
    return this.isOurs(await this.kept.harborIdOf(project), authorization);
  }

  /** Takes a webhook of ours. */
  accept(project: string, body: string): void {
    this.pressure.take();
    const hint = readHint(project, body);
    if (hint === null) {
      this.hints.inc({ outcome: 'unreadable' });
      this.wishes.wish(project);
      return;
    }
    for (const { repository, tag } of hint.tags) this.queue.add(project, `${TAG_KEY}${repository}:${tag}`);
    for (const { repository, digest } of hint.digests) this.queue.add(project, `@${repository}@${digest}`);
    this.hints.inc({ outcome: hint.tags.length + hint.digests.length > 0 ? 'taken' : 'empty' });
  }

  /** Takes as long for a project that is not there. */
  private isOurs(harborProjectId: number | null, authorization: string | undefined): boolean {
    const id = harborProjectId ?? 0;
    const expected = this.authorizations.get(id) ?? webhookAuthorization(this.config.secretsKey, id);
    this.authorizations.set(id, expected);
    return isWebhookAuthorization(expected, authorization) && harborProjectId !== null;
  }

  /** @param sinceMs when the hint came, of `performance.now()`: one look serves all who asked before it began */
  private async look(project: string, key: string, sinceMs: number): Promise<void> {
    const name = key.slice(1);
    try {
      if (key.startsWith(TAG_KEY)) {
        const colon = name.lastIndexOf(':');
        const tag = { project, repository: name.slice(0, colon), tag: name.slice(colon + 1) };
        if (!this.noticed.wasFound(tag, sinceMs)) await this.noticed.check(tag, 'hint');
        this.heard.note(tag);
      } else {
        const at = name.lastIndexOf('@');
        await this.noticed.checkDigest(
          { project, repository: name.slice(0, at) },
          name.slice(at + 1),
          'hint',
        );
      }
    } catch (error) {
      this.logger.debug({ msg: 'a hint could not be looked at', project, err: error });
      throw error;
    }
  }

  private lose(project: string): void {
    this.hints.inc({ outcome: 'lost' });
    this.wishes.wish(project);
  }
}
