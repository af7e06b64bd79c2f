import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../../common/clock';
import { DomainError, isOutage } from '../../common/errors';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { HarborClient } from '../../harbor/harbor.client';
import type { ImmutableRule } from '../../harbor/harbor.types';
import {
  closingSteps,
  helperRule,
  isHelper,
  isUnderTagRule,
  narrowedRule,
  type ExemptPlace,
} from './exempting-rules';
import { isTagRule, TAG_RULE } from './immutable-rule';
import { type ProjectLease, ProjectLeases } from '../project-lease';
import type { Project } from '../project.entity';
import { ProjectsService } from '../projects.service';
import { RuleExemptionIntent } from './rule-exemption.entity';

/** A call whose reply was lost may be applied this much later. */
const LATE_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 30_000;

/**
 * Lets Berth change one protected tag, or delete one repository, in a project that it keeps. Harbor's rule is
 * narrowed as far as Harbor can: no other tag is open for a moment (HARBOR.md, "deleting a tag that the rule
 * protects"). One at a time in a project, and whatever happens in its middle, the rule is back afterwards.
 */
@Injectable()
export class RuleExemption {
  private readonly logger = new Logger(RuleExemption.name);

  constructor(
    @InjectRepository(RuleExemptionIntent) private readonly intents: Repository<RuleExemptionIntent>,
    private readonly projects: ProjectsService,
    private readonly leases: ProjectLeases,
    private readonly harbor: HarborClient,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Works while the place is exempt. What the work wrote stands also when the rule cannot be put back at once: then the
   * background work does it.
   * @param work renews the lease before each write to Harbor, and records what it did
   * @throws DomainError conflict `project.busy`, `project.gone`, `project.replaced`, `project.unfinished`,
   *   `project.rule-in-the-way` when a rule that is not Berth's stands there; outages of Harbor; what `work` throws
   */
  async run<T>(
    projectId: string,
    place: ExemptPlace,
    work: (lease: ProjectLease, project: Project) => Promise<T>,
  ): Promise<T> {
    return this.leases.hold(projectId, async (lease, project) => {
      await this.projects.observe(project);
      await this.closeAll(project, lease);
      const rules = await this.harbor.listImmutableRules(project.name);
      const rule = ownRule(project, place, rules);
      const isFree = rule === null || (place.tag !== null && !isUnderTagRule(place.tag));
      if (isFree) return work(lease, project);
      const intent = await this.intend(project, place, rule.id, lease);
      const result = await this.workExempt(project, intent, lease, work);
      await this.closeOrLeave(project, intent, lease);
      return result;
    });
  }

  /** Puts the rules of a project right that exemptions left in their middle. @returns whether there was any to put right */
  async closeAll(project: Project, lease: ProjectLease): Promise<boolean> {
    let changed = false;
    for (const intent of await this.intents.findBy({ projectId: project.id })) {
      changed = (await this.close(project, intent, lease)) || changed;
    }
    return changed;
  }

  /** Exemptions that the sweep has to look at, the oldest first. */
  async listDue(limit: number): Promise<RuleExemptionIntent[]> {
    return this.intents
      .createQueryBuilder('exemption')
      .where('exemption.dueAt <= :now', { now: this.clock.now() })
      .orderBy('exemption.dueAt', 'ASC')
      .take(limit)
      .getMany();
  }

  /** How many are open, or may still be opened by a call that was sent. */
  async countOpen(): Promise<number> {
    return this.intents.count();
  }

  async lookAgainLater({ id }: RuleExemptionIntent): Promise<void> {
    await this.intents.update({ id }, { dueAt: this.fromNow(LOOK_AGAIN_MS) });
  }

  /** Of a project that is not Berth's any more nothing is put right. */
  async forget(projectId: string): Promise<void> {
    await this.intents.delete({ projectId });
  }

  private async intend(
    project: Project,
    { repository, tag }: ExemptPlace,
    ruleId: number,
    lease: ProjectLease,
  ): Promise<RuleExemptionIntent> {
    const intent = this.intents.create({
      id: uuidv7(),
      projectId: project.id,
      repository,
      tag,
      ruleId,
      isUnsure: false,
      dueAt: this.fromNow(3 * this.config.harbor.deadlineMs),
      createdAt: this.clock.now(),
    });
    await lease.transaction(async (manager) => {
      await manager.insert(RuleExemptionIntent, intent);
    });
    return intent;
  }

  private async workExempt<T>(
    project: Project,
    intent: RuleExemptionIntent,
    lease: ProjectLease,
    work: (lease: ProjectLease, project: Project) => Promise<T>,
  ): Promise<T> {
    try {
      await this.narrow(project, intent, lease);
      return await work(lease, project);
    } catch (error) {
      await this.closeOrLeave(project, intent, lease);
      throw error;
    }
  }

  /** The helper first, so that no other tag is open for a moment. */
  private async narrow(project: Project, intent: RuleExemptionIntent, lease: ProjectLease): Promise<void> {
    const helper = helperRule(intent);
    try {
      if (helper !== null) {
        await lease.renew();
        const made = await this.harbor.createImmutableRule(project.name, helper);
        if (made.outcome === 'exists') throw ruleInTheWay(project.name);
      }
      await lease.renew();
      await this.harbor.updateImmutableRule(project.name, intent.ruleId, narrowedRule(intent));
      await lease.renew();
    } catch (error) {
      if (isOutage(error)) {
        intent.isUnsure = true;
        await this.intents.update({ id: intent.id }, { isUnsure: true });
      }
      throw error;
    }
  }

  private async closeOrLeave(
    project: Project,
    intent: RuleExemptionIntent,
    lease: ProjectLease,
  ): Promise<void> {
    try {
      await this.close(project, intent, lease);
    } catch (error) {
      this.logger.warn({ msg: 'the tag rule is put back later', project: project.name, err: error });
      await this.intents.update({ id: intent.id }, { dueAt: this.clock.now() }).catch(() => undefined);
    }
  }

  /** @returns whether there was anything to put right */
  private async close(project: Project, intent: RuleExemptionIntent, lease: ProjectLease): Promise<boolean> {
    const steps = closingSteps(await this.harbor.listImmutableRules(project.name), intent);
    for (const { step, ruleId } of steps) {
      await lease.renew();
      if (step === 'widen') await this.harbor.updateImmutableRule(project.name, ruleId, TAG_RULE);
      else await this.harbor.deleteImmutableRule(project.name, ruleId);
    }
    const mayChangeYet = intent.isUnsure && this.clock.now().getTime() - intent.createdAt.getTime() < LATE_MS;
    if (mayChangeYet) await this.lookAgainLater(intent);
    else await this.intents.delete({ id: intent.id });
    return steps.length > 0;
  }

  private fromNow(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

/** What stands in the way of a change although Berth's own rule does not: a person made it, so a person takes it away. */
export function ruleInTheWay(project: string): DomainError {
  return new DomainError('conflict', 'project.rule-in-the-way', { project });
}

/** The one rule that is Berth's; null where it does not stand, and so protects nothing. */
function ownRule(
  { name }: Project,
  place: ExemptPlace,
  rules: readonly ImmutableRule[],
): ImmutableRule | null {
  const [rule = null, ...others] = rules.filter((each) => isTagRule(each) && !each.disabled);
  if (others.length > 0 || rules.some((each) => isHelper(each, place))) throw ruleInTheWay(name);
  return rule;
}
