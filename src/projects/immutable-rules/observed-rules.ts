import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { HarborClient } from '../../harbor/harbor.client';
import type { ImmutableRule } from '../../harbor/harbor.types';
import { withoutExemptions } from './exempting-rules';
import { tagRuleNeed } from './immutable-rule';
import { Project } from '../project.entity';
import { RuleExemptionIntent } from './rule-exemption.entity';

/** The rules of a project for those who do not hold it: an exemption that is under way is no drift. */
@Injectable()
export class ObservedRules {
  constructor(
    @InjectRepository(RuleExemptionIntent) private readonly exemptions: Repository<RuleExemptionIntent>,
    @InjectRepository(Project) private readonly projects: Repository<Project>,
    private readonly harbor: HarborClient,
  ) {}

  /** Throws on an outage of Harbor. */
  async list(projectName: string): Promise<ImmutableRule[]> {
    const rules = await this.harbor.listImmutableRules(projectName);
    if (tagRuleNeed(rules).need === 'nothing') return rules;
    const project = await this.projects.findOneBy({ name: projectName });
    if (project === null) return rules;
    const begun = await this.exemptions.findBy({ projectId: project.id });
    if (begun.length > 0) return withoutExemptions(rules, begun);
    // One that ended between the two looks left the rules as they should be.
    return this.harbor.listImmutableRules(projectName);
  }
}
