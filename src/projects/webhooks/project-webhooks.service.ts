import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../common/errors';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HarborClient } from '../../harbor/harbor.client';
import type { WebhookPolicy } from '../../harbor/harbor.types';
import type { StillMine } from '../projects.service';
import {
  isOwnWebhook,
  newWebhook,
  webhookAddress,
  webhookNeed,
  webhookState,
  type OwnWebhook,
  type WebhookNeed,
  type WebhookState,
} from './webhook';
import { webhookAuthorization } from './webhook-secret';

/** Taking away and making again, and once more when somebody changes it meanwhile. */
const MAX_STEPS = 4;

/** A project that Berth made. */
export interface MadeProject {
  name: string;
  harborProjectId: number;
}

/**
 * The webhook by which Harbor tells Berth of pushes and deletions in a project. It only speeds things up: what it
 * says is looked up in Harbor. With `WEBHOOK_URL=off` there is none, and nothing of this asks Harbor.
 */
@Injectable()
export class ProjectWebhooks {
  constructor(
    private readonly harbor: HarborClient,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  get areKept(): boolean {
    return this.config.webhooks.baseUrl !== null;
  }

  /** What a project needs that was made just now, and so has none. */
  needOfNew(): WebhookNeed {
    return this.areKept ? { need: 'create', name: 'berth' } : { need: 'nothing' };
  }

  /** Throws on an outage of Harbor. */
  async observe(project: MadeProject): Promise<WebhookNeed> {
    const own = this.own(project);
    if (own === null) return { need: 'nothing' };
    return webhookNeed(await this.harbor.listWebhookPolicies(project.name), own);
  }

  /** Null where Berth keeps no webhooks. Throws on an outage of Harbor. */
  async observeState(project: MadeProject): Promise<WebhookState | null> {
    const own = this.own(project);
    if (own === null) return null;
    return webhookState(await this.harbor.listWebhookPolicies(project.name), own);
  }

  /** One write. @returns whether the webhook stands for sure; else another look tells what is to be done */
  async take(
    project: MadeProject,
    need: Exclude<WebhookNeed, { need: 'nothing' }>,
    stillMine: StillMine,
  ): Promise<boolean> {
    await stillMine();
    if (need.need === 'remove') {
      await this.harbor.deleteWebhookPolicy(project.name, need.removeId);
      return false;
    }
    const own = this.own(project);
    if (own === null) return true;
    const made = await this.harbor.createWebhookPolicy(project.name, newWebhook(need.name, own));
    return made.outcome === 'created';
  }

  /**
   * Looks, and does what is needed until it stands.
   * @throws DomainError conflict `harbor.changed` when somebody keeps changing it; outages of Harbor
   */
  async ensure(project: MadeProject, stillMine: StillMine): Promise<void> {
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const need = await this.observe(project);
      if (need.need === 'nothing' || (await this.take(project, need, stillMine))) return;
    }
    throw new DomainError('conflict', 'harbor.changed');
  }

  /** Did Berth make this webhook of the project? */
  isOwn(project: MadeProject, policy: WebhookPolicy): boolean {
    const own = this.own(project);
    return own !== null && isOwnWebhook(policy, own);
  }

  private own({ name, harborProjectId }: MadeProject): OwnWebhook | null {
    const { secretsKey, webhooks } = this.config;
    if (webhooks.baseUrl === null) return null;
    return {
      address: webhookAddress(webhooks.baseUrl, name),
      authHeader: webhookAuthorization(secretsKey, harborProjectId),
    };
  }
}
