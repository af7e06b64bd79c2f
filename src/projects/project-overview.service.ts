import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type Repository, type SelectQueryBuilder } from 'typeorm';
import { AccountsService } from '../accounts/accounts.service';
import type { PersonCaller } from '../auth/caller';
import { PersonsService } from '../auth/persons.service';
import { DomainError } from '../common/errors';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { HarborClient } from '../harbor/harbor.client';
import type { HarborMember, HarborProject, HarborQuota, ProjectRole } from '../harbor/harbor.types';
import { DriftRecords } from './drift/drift-records.service';
import { tagRuleState, type TagRuleState } from './immutable-rules/immutable-rule';
import { memberOf } from './members/memberships';
import { ProjectMember } from './members/project-member.entity';
import { ObservedRules } from './immutable-rules/observed-rules';
import { onlyReconcileSees, projectProblems, type ProjectProblem } from './project-problems';
import { TagProblems } from '../restoring/tag-problems';
import { includesRole, ProjectRoles } from './project-roles';
import { Project } from './project.entity';
import { ProjectsService } from './projects.service';
import { RobotProblems } from './robots/robot-problems';
import { tagPolicyOf, type TagPolicy } from './tag-policy';

/** A project as people read it. What was not asked of Harbor, or is not there, is null or `unknown`. */
export interface ProjectView {
  project: Project;
  /** Of a personal project. */
  owner: string | null;
  myRole: ProjectRole | null;
  usedBytes: number | null;
  limitBytes: number | null;
  tagRule: TagRuleState | 'unknown';
  tagPolicy: TagPolicy;
  problems: ProjectProblem[];
}

export interface ProjectFilter {
  scope: 'mine' | 'all';
  /** The name of the last project of the page before. */
  afterName: string | null;
  limit: number;
}

/** What Harbor says of a project that Berth made. */
interface Observation {
  found: HarborProject;
  members: HarborMember[];
  quota: HarborQuota | null;
  tagRule: TagRuleState;
}

/** Projects as people see them. */
@Injectable()
export class ProjectOverview {
  constructor(
    @InjectRepository(Project) private readonly rows: Repository<Project>,
    @InjectRepository(ProjectMember) private readonly members: Repository<ProjectMember>,
    private readonly projects: ProjectsService,
    private readonly roles: ProjectRoles,
    private readonly drifts: DriftRecords,
    private readonly accounts: AccountsService,
    private readonly persons: PersonsService,
    private readonly robotProblems: RobotProblems,
    private readonly harbor: HarborClient,
    private readonly rules: ObservedRules,
    private readonly tagProblems: TagProblems,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * By name, from Berth's own tables: roles as last seen, and nothing of what is used.
   * @throws DomainError forbidden `auth.forbidden` for all, unless the caller is an admin
   */
  async list(caller: PersonCaller, filter: ProjectFilter): Promise<ProjectView[]> {
    const query = (await this.visible(caller, filter.scope)).orderBy('project.name').take(filter.limit);
    if (filter.afterName !== null) query.andWhere('project.name > :after', { after: filter.afterName });
    const projects = await query.getMany();
    const owners = await this.persons.findByIds(projects.flatMap(({ ownerPersonId }) => ownerPersonId ?? []));
    const roles = await this.rolesOf(caller.personId, projects);
    const drifts = await this.drifts.findProblems(projects.map(({ id }) => id));
    const ofTags = await this.tagProblems.listBrief(projects.map(({ name }) => name));
    return projects.map((project) => ({
      project,
      owner: owners.get(project.ownerPersonId ?? '')?.username ?? null,
      myRole: roles.get(project.id) ?? null,
      usedBytes: null,
      limitBytes: project.quotaBytes,
      tagRule: 'unknown',
      tagPolicy: tagPolicyOf(project, this.config.tagRule.policy),
      problems: [
        ...projectProblems(project, null),
        ...(drifts.get(project.id) ?? []),
        ...(ofTags.get(project.name) ?? []),
      ],
    }));
  }

  async count(caller: PersonCaller, scope: ProjectFilter['scope']): Promise<number> {
    return (await this.visible(caller, scope)).getCount();
  }

  /**
   * With what Harbor says now. A project that is gone, replaced or unfinished is answered to those who belong to it,
   * with that as its problem.
   * @throws DomainError not-found `project.not-found` (absent, or not his to see); outages of Harbor
   */
  async get(caller: PersonCaller, name: string): Promise<ProjectView> {
    const project = await this.projects.findByName(name);
    if (project === null) throw new DomainError('not-found', 'project.not-found');
    const inHarbor = project.harborProjectId === null ? null : await this.harbor.findProject(name);
    const observed =
      inHarbor !== null && inHarbor.id === project.harborProjectId
        ? await this.observe(project, inHarbor)
        : null;
    const myRole = observed === null ? null : await this.roleIn(observed, caller.personId);
    if (!(await this.maySee(caller, project, observed, myRole))) {
      throw new DomainError('not-found', 'project.not-found');
    }
    const owner =
      project.ownerPersonId === null ? null : (await this.persons.get(project.ownerPersonId)).username;
    const isOutsider = myRole === null && !caller.isAdmin && project.ownerPersonId !== caller.personId;
    const drifts = isOutsider || observed === null ? [] : await this.driftsOf(project);
    const facts = {
      inHarbor,
      quota: observed?.quota ?? null,
      tagRule: observed?.tagRule ?? null,
      strayMembers: observed === null ? 0 : await this.countStrayMembers(project, observed.members),
    };
    return {
      project,
      owner,
      myRole,
      usedBytes: observed?.quota?.usedBytes ?? null,
      limitBytes: observed?.quota?.limitBytes ?? null,
      tagRule: observed?.tagRule ?? 'unknown',
      tagPolicy: tagPolicyOf(project, this.config.tagRule.policy),
      problems: [
        ...projectProblems(project, facts),
        ...drifts,
        ...(isOutsider ? [] : await this.tagProblems.list(project.name)),
        ...(await this.robotProblemsFor(caller, project, myRole)),
      ],
    };
  }

  /** For those who may list the robots. */
  private async robotProblemsFor(
    caller: PersonCaller,
    project: Project,
    myRole: ProjectRole | null,
  ): Promise<ProjectProblem[]> {
    if (!caller.isAdmin && !includesRole(myRole, 'maintainer')) return [];
    return this.robotProblems.list(project);
  }

  private async observe(project: Project, found: HarborProject): Promise<Observation> {
    const [members, quota, rules] = await Promise.all([
      this.harbor.listMembers(project.name),
      this.projects.findQuota(project),
      this.rules.list(project.name),
    ]);
    return { found, members, quota, tagRule: tagRuleState(rules) };
  }

  /** What the last comparison found beyond what is looked at here. */
  private async driftsOf({ id }: Project): Promise<ProjectProblem[]> {
    const found = (await this.drifts.findProblems([id])).get(id) ?? [];
    return found.filter(({ code }) => onlyReconcileSees(code));
  }

  private async roleIn({ members }: Observation, personId: string): Promise<ProjectRole | null> {
    const harborUserId = await this.accounts.findHarborUserId(personId);
    const role = harborUserId === null ? undefined : memberOf(members, harborUserId)?.role;
    return role === undefined || role === 'none' ? null : role;
  }

  private async maySee(
    caller: PersonCaller,
    project: Project,
    observed: Observation | null,
    myRole: ProjectRole | null,
  ): Promise<boolean> {
    if (caller.isAdmin || myRole !== null || project.visibility === 'public') return true;
    return observed === null && (await this.roles.findGiven(project, caller.personId)) !== null;
  }

  /** Of those whom Berth made members. */
  private async countStrayMembers(project: Project, inHarbor: readonly HarborMember[]): Promise<number> {
    const given = await this.members.findBy({ projectId: project.id });
    const wanted = given.filter(({ wantedRole }) => wantedRole !== 'none');
    const users = await this.accounts.findHarborUserIds(wanted.map(({ personId }) => personId));
    return wanted.filter(({ personId, wantedRole }) => {
      const harborUserId = users.get(personId);
      return harborUserId === undefined || memberOf(inHarbor, harborUserId)?.role !== wantedRole;
    }).length;
  }

  private async rolesOf(personId: string, projects: readonly Project[]): Promise<Map<string, ProjectRole>> {
    const roles = new Map<string, ProjectRole>();
    if (projects.length === 0) return roles;
    const rows = await this.members
      .createQueryBuilder('member')
      .where('member.personId = :personId', { personId })
      .andWhere('member.projectId IN (:...ids)', { ids: projects.map(({ id }) => id) })
      .getMany();
    for (const { projectId, seenRole } of rows) if (seenRole !== null) roles.set(projectId, seenRole);
    for (const { id, ownerPersonId } of projects) if (ownerPersonId === personId) roles.set(id, 'admin');
    return roles;
  }

  /** A personal project that is not begun is only a name. An unfinished shared one is its maker's to finish. */
  private async visible(
    caller: PersonCaller,
    scope: ProjectFilter['scope'],
  ): Promise<SelectQueryBuilder<Project>> {
    const query = this.rows.createQueryBuilder('project');
    if (scope === 'all') {
      if (!caller.isAdmin) throw new DomainError('forbidden', 'auth.forbidden', { role: 'admin' });
      return query.where("(project.kind = 'shared' OR project.harborProjectId IS NOT NULL)");
    }
    const ids = await this.idsOf(caller.personId);
    return query.where('project.id IN (:...ids)', { ids: ids.length === 0 ? [''] : ids });
  }

  /** In one statement with what is shown of them, databases would look at every project. */
  private async idsOf(personId: string): Promise<string[]> {
    const own = await this.rows.find({
      select: { id: true },
      where: { ownerPersonId: personId, harborProjectId: Not(IsNull()) },
    });
    const memberships = await this.rows
      .createQueryBuilder('project')
      .innerJoin(ProjectMember, 'member', 'member.projectId = project.id')
      .select('project.id', 'id')
      .where('member.personId = :personId', { personId })
      .andWhere("(member.seenRole IS NOT NULL OR (project.kind = 'shared' AND project.readyAt IS NULL))")
      .getRawMany<{ id: string }>();
    return [...new Set([...own, ...memberships].map(({ id }) => id))];
  }
}
