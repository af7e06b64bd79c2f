import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Not, type EntityManager, type Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { aboutProject } from '../changes/change-key';
import { Changes } from '../changes/changes';
import { Clock } from '../common/clock';
import { DomainError } from '../common/errors';
import { CONFIG } from '../config/config.module';
import type { Config } from '../config/config';
import { HarborClient } from '../harbor/harbor.client';
import type { Created, HarborProject, HarborQuota } from '../harbor/harbor.types';
import { TAG_RULE, tagRuleNeed, type RuleNeed } from './immutable-rules/immutable-rule';
import { ObservedRules } from './immutable-rules/observed-rules';
import { Project } from './project.entity';

/** A making that was cut off is taken up within this time; what appears later under the name is not ours. */
const INTENT_LIFETIME_MS = 10 * 60_000;

/** Called before each write to Harbor: throws when this work was taken over by another request. */
export type StillMine = () => Promise<void>;

@Injectable()
export class ProjectsService {
  constructor(
    @InjectRepository(Project) private readonly projects: Repository<Project>,
    private readonly harbor: HarborClient,
    private readonly rules: ObservedRules,
    private readonly changes: Changes,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async findByName(name: string): Promise<Project | null> {
    return this.projects.findOneBy({ name });
  }

  /** The names of all that were made in Harbor. */
  async listMadeNames(): Promise<string[]> {
    const made = await this.projects.find({
      select: { id: true, name: true },
      where: { harborProjectId: Not(IsNull()) },
    });
    return made.map(({ name }) => name);
  }

  async findPersonal(personId: string): Promise<Project | null> {
    return this.projects.findOneBy({ ownerPersonId: personId });
  }

  /** The names of projects, by their ids in Berth. */
  async findNames(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const found = await this.projects.findBy({ id: In([...new Set(ids)]) });
    return new Map(found.map(({ id, name }) => [id, name]));
  }

  /** Writes down the name of a person's own project before anything is made; throws on a unique key. */
  async reserve(manager: EntityManager, ownerPersonId: string, name: string): Promise<void> {
    await manager.insert(Project, {
      id: uuidv7(),
      name,
      kind: 'personal',
      ownerPersonId,
      visibility: 'private',
      description: '',
      quotaBytes: this.config.accounts.defaultQuotaBytes,
      harborProjectId: null,
      intentAt: null,
      readyAt: null,
      leaseToken: null,
      leaseUntil: null,
      version: 1,
      createdAt: this.clock.now(),
    });
    await this.changes.record(manager, aboutProject(name));
  }

  /** Null while the project was not made in Harbor. Throws on an outage of Harbor. */
  async findQuota(project: Project): Promise<HarborQuota | null> {
    return project.harborProjectId === null ? null : this.harbor.findQuota(project.harborProjectId);
  }

  /**
   * The project in Harbor, when it is the one that Berth made.
   * @throws DomainError conflict `project.unfinished`, `project.gone`, `project.replaced`; outages of Harbor
   */
  async observe(project: Project): Promise<HarborProject> {
    const { name, harborProjectId } = project;
    if (harborProjectId === null) throw new DomainError('conflict', 'project.unfinished', { project: name });
    const found = await this.harbor.findProject(name);
    if (found === null) throw new DomainError('conflict', 'project.gone', { project: name });
    if (found.id !== harborProjectId)
      throw new DomainError('conflict', 'project.replaced', { project: name });
    return found;
  }

  /**
   * What there is of the project in Harbor, also after a making that was cut off; null when nothing there is ours.
   * @throws DomainError conflict `project.replaced`; outages of Harbor
   */
  async findOwn(project: Project): Promise<HarborProject | null> {
    const found = await this.harbor.findProject(project.name);
    if (found === null) return null;
    if (project.harborProjectId === null && !(await this.isOfPendingIntent(project, found))) return null;
    await this.recognise(project, found);
    return found;
  }

  /**
   * Makes what is absent of a project in Harbor: the private project with its quota, and the tag rule.
   * @throws DomainError conflict `project.name-not-owned`, `project.replaced`; outages of Harbor
   */
  async ensure(project: Project, stillMine: StillMine): Promise<void> {
    const found = await this.harbor.findProject(project.name);
    if (found !== null) await this.recognise(project, found);
    else {
      const made = await this.make(project, stillMine);
      if (made.outcome === 'created') await this.own(project, made.id);
      else await this.recogniseAfterConflict(project);
    }
    const need = await this.observeTagRule(project.name);
    if (need.need !== 'nothing') await this.setTagRule(project.name, need, stillMine);
  }

  /** What has the project's name in Harbor; `isOfIntent` when a making of ours that was cut off will have left it. */
  async observeName(project: Project): Promise<{ id: number; isOfIntent: boolean } | null> {
    const found = await this.harbor.findProject(project.name);
    if (found === null) return null;
    const isOfIntent = project.harborProjectId === null && (await this.isOfPendingIntent(project, found));
    return { id: found.id, isOfIntent };
  }

  /** Sets out to make the project, whose name was seen free. @throws outages of Harbor: it may have been made */
  async make(project: Project, stillMine: StillMine): Promise<Created> {
    await this.intend(project);
    await stillMine();
    return this.harbor.createProject({ name: project.name, quotaBytes: project.quotaBytes });
  }

  private async recogniseAfterConflict(project: Project): Promise<void> {
    const found = await this.harbor.findProject(project.name);
    if (found === null)
      throw new DomainError('conflict', 'project.name-not-owned', { project: project.name });
    await this.recognise(project, found);
  }

  /** Decides whether a project of this name is the one that Berth made; nothing is adopted by its name alone. */
  private async recognise(project: Project, found: HarborProject): Promise<void> {
    if (project.harborProjectId === found.id) return;
    if (project.harborProjectId !== null) {
      throw new DomainError('conflict', 'project.replaced', { project: project.name });
    }
    if (!(await this.isOfPendingIntent(project, found))) {
      throw new DomainError('conflict', 'project.name-not-owned', { project: project.name });
    }
    await this.own(project, found.id);
  }

  private async isOfPendingIntent(project: Project, found: HarborProject): Promise<boolean> {
    if (project.intentAt === null) return false;
    const ageMs = found.createdAt.getTime() - project.intentAt.getTime();
    return (
      ageMs >= 0 && ageMs <= INTENT_LIFETIME_MS && found.ownerId === (await this.harbor.ownerOfMadeProjects())
    );
  }

  /** An earlier intent stays while it lives: its call may still be applied by Harbor. */
  private async intend(project: Project): Promise<void> {
    const now = (await this.harbor.system()).currentTime ?? this.clock.now();
    const pending =
      project.intentAt !== null && now.getTime() - project.intentAt.getTime() < INTENT_LIFETIME_MS;
    if (pending) return;
    const seen = { id: project.id, harborProjectId: project.harborProjectId ?? IsNull() };
    await this.projects.manager.transaction(async (manager) => {
      await manager.update(Project, seen, { intentAt: now, harborProjectId: null });
      await this.changes.record(manager, aboutProject(project.name));
    });
    project.intentAt = now;
    project.harborProjectId = null;
  }

  /** Writes down that this is the project that Berth made. @throws conflict `project.replaced` when another is */
  async own(project: Project, harborProjectId: number): Promise<void> {
    const unowned = { id: project.id, harborProjectId: IsNull() };
    const isWritten = await this.projects.manager.transaction(async (manager) => {
      const { affected } = await manager.update(Project, unowned, { harborProjectId, intentAt: null });
      if (affected === 1) await this.changes.record(manager, aboutProject(project.name));
      return affected === 1;
    });
    if (!isWritten && !(await this.projects.existsBy({ id: project.id, harborProjectId }))) {
      throw new DomainError('conflict', 'project.replaced', { project: project.name });
    }
    project.harborProjectId = harborProjectId;
    project.intentAt = null;
  }

  /** What Harbor said of the project's limit, where Berth keeps the project: lookups warn by it. */
  async noteVulnerabilityLimit(name: string, { id, vulnerabilityLimit }: HarborProject): Promise<void> {
    const project = await this.projects.findOneBy({ name, harborProjectId: id });
    if (project === null || project.vulnerabilityLimit === vulnerabilityLimit) return;
    await this.projects.manager.transaction(async (manager) => {
      await manager.update(Project, { id: project.id }, { vulnerabilityLimit });
      await this.changes.record(manager, aboutProject(name));
    });
  }

  async observeTagRule(projectName: string): Promise<RuleNeed> {
    return tagRuleNeed(await this.rules.list(projectName));
  }

  /** @returns whether it stands for sure; else another look tells */
  async setTagRule(
    projectName: string,
    need: Exclude<RuleNeed, { need: 'nothing' }>,
    stillMine: StillMine,
  ): Promise<boolean> {
    await stillMine();
    if (need.need === 'create') {
      return (await this.harbor.createImmutableRule(projectName, TAG_RULE)).outcome === 'created';
    }
    await this.harbor.enableImmutableRule(projectName, need.ruleId);
    return true;
  }
}
