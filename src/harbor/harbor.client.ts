import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Mutex } from 'async-mutex';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Metrics } from '../metrics/metrics';
import * as artifacts from './harbor-artifacts';
import { type AuditRowsAfter, HarborAuditLog } from './harbor-audit-log';
import { HarborHttp } from './harbor-http';
import { type CallLimits, HarborOperation } from './harbor-operation';
import * as manifests from './harbor-manifests';
import * as projects from './harbor-projects';
import * as robots from './harbor-robots';
import * as rules from './harbor-rules';
import * as instance from './harbor-system';
import * as users from './harbor-users';
import * as webhooks from './harbor-webhooks';
import type {
  ArtifactLook,
  ArtifactSize,
  AuditPage,
  Created,
  CreatedRobot,
  Deleted,
  HarborAccessory,
  HarborArtifact,
  HarborComponent,
  HarborManifest,
  HarborMember,
  HarborProject,
  HarborQuota,
  HarborRepository,
  HarborRobot,
  HarborSystem,
  HarborTag,
  HarborUser,
  ImmutableRule,
  NewHarborUser,
  NewRobot,
  NewWebhookPolicy,
  Page,
  ProjectRole,
  PutManifest,
  RuleSelectors,
  ScannedArtifact,
  ShownArtifact,
  WebhookPolicy,
} from './harbor.types';

/**
 * Everything Berth says to Harbor, as a table of contents. It holds for every method:
 *
 * - Absent is only what Harbor itself said is not there. `find…` answers null then; a list or a change in a project,
 *   repository or artifact that is not there throws conflict `harbor.changed`, for its caller had observed it.
 * - What gives no answer throws: `upstream-unavailable` (`harbor.unavailable`, `harbor.read-only`),
 *   `upstream-timeout` (`harbor.timeout`), `upstream-rejected` (`harbor.rejected`, and `harbor.unauthorized`, which
 *   Harbor also says to right credentials while its database is away). All of them mean "unknown".
 * - Reads are repeated within the deadline. Writes never are: after an outage of a write, observe, then decide.
 */
@Injectable()
export class HarborClient implements OnModuleDestroy {
  private readonly http: HarborHttp;
  private readonly auditLog = new HarborAuditLog();
  /** Many deletes at once wedge Harbor until it is restarted (goharbor/harbor#23879). */
  private readonly userDeletes = new Mutex();

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'harbor'>,
    @Inject(Metrics) metrics: Metrics = new Metrics(),
  ) {
    this.http = new HarborHttp(config.harbor, metrics);
  }

  onModuleDestroy(): void {
    this.http.close();
  }

  /** What this Harbor is and how it is set. To wrong credentials it answers too, with fewer fields. */
  async system(limits?: CallLimits): Promise<HarborSystem> {
    return instance.system(this.begin(limits));
  }

  /** Harbor's parts as it sees them itself, up to 10 s old. An unhealthy part is an answer, not an error. */
  async health(limits?: CallLimits): Promise<HarborComponent[]> {
    return instance.health(this.begin(limits));
  }

  /** Resolves when Harbor answers and accepts our credentials. */
  async ping(limits?: CallLimits): Promise<void> {
    return instance.ping(this.begin(limits));
  }

  async findProject(name: string): Promise<HarborProject | null> {
    return projects.findProject(this.begin(), name);
  }

  /**
   * Makes a private project. `exists`: the name is taken, by whomever.
   * @param project.quotaBytes null is unlimited
   */
  async createProject(project: { name: string; quotaBytes: number | null }): Promise<Created> {
    return projects.createProject(this.begin(), project);
  }

  /** `not-empty`: it holds repositories, and Harbor keeps it. Its name is free at once afterwards. */
  async deleteProject(name: string): Promise<Deleted | 'not-empty'> {
    return projects.deleteProject(this.begin(), name);
  }

  async setProjectPublic(name: string, isPublic: boolean): Promise<void> {
    return projects.setProjectPublic(this.begin(), name, isPublic);
  }

  /** The id of the Harbor user who owns the projects that we make: our own account, or user 1 when it is a robot. */
  async ownerOfMadeProjects(): Promise<number> {
    return users.ownerOfMadeProjects(this.begin());
  }

  /** Null where Harbor keeps no quotas (`quota_per_project_enable` is off) or has no such project. */
  async findQuota(projectId: number): Promise<HarborQuota | null> {
    return projects.findQuota(this.begin(), projectId);
  }

  /**
   * Less than what is used is accepted: pushes are refused then.
   * @param quotaId the quota's own id, not the project's
   * @param limitBytes null is unlimited
   */
  async setQuota(quotaId: number, limitBytes: number | null): Promise<void> {
    return projects.setQuota(this.begin(), quotaId, limitBytes);
  }

  /**
   * By the exact name, in its case. Harbor never lists its first administrator (`admin`), nor `anonymous`: null,
   * though both exist, as createUser says.
   */
  async findUser(username: string): Promise<HarborUser | null> {
    return users.findUser(this.begin(), username);
  }

  /** Null also for deleted users. Before Harbor 2.15 a robot may not read a user by id: `harbor.rejected`. */
  async findUserById(userId: number): Promise<HarborUser | null> {
    return users.findUserById(this.begin(), userId);
  }

  /** `exists`: the username or the e-mail address is taken; Harbor does not say which. */
  async createUser(user: NewHarborUser): Promise<Created> {
    return users.createUser(this.begin(), user);
  }

  /**
   * The old password ends at once. `identical`: this was the password already, which proves that it is set.
   * Sessions of Harbor's portal and tokens of up to 30 minutes go on.
   */
  async setPassword(userId: number, password: string): Promise<'changed' | 'identical'> {
    return users.setPassword(this.begin(), userId, password);
  }

  /** One after the other, however many callers ask at once. Memberships end with the user. */
  async deleteUser(userId: number): Promise<Deleted> {
    return this.userDeletes.runExclusive(async () => users.deleteUser(this.begin(), userId));
  }

  /** All of them, groups too. */
  async listMembers(project: string): Promise<HarborMember[]> {
    return users.listMembers(this.begin(), project);
  }

  /** `exists`: the user is a member already, in whatever role. */
  async addMember(project: string, userId: number, role: ProjectRole): Promise<Created> {
    return users.addMember(this.begin(), project, userId, role);
  }

  /** Harbor says nothing when there is no such member: list them to know. */
  async setMemberRole(project: string, memberId: number, role: ProjectRole): Promise<void> {
    return users.setMemberRole(this.begin(), project, memberId, role);
  }

  /** Also when there is no such member. */
  async removeMember(project: string, memberId: number): Promise<void> {
    return users.removeMember(this.begin(), project, memberId);
  }

  async listImmutableRules(project: string): Promise<ImmutableRule[]> {
    return rules.listImmutableRules(this.begin(), project);
  }

  /** A new rule stands at once. `exists`: exactly this rule is there, perhaps disabled. */
  async createImmutableRule(project: string, selectors: RuleSelectors): Promise<Created> {
    return rules.createImmutableRule(this.begin(), project, selectors);
  }

  /** Its selectors stay. Throws conflict `harbor.changed` when the rule is gone. */
  async enableImmutableRule(project: string, ruleId: number): Promise<void> {
    return rules.setImmutableRuleDisabled(this.begin(), project, ruleId, false);
  }

  /** Its selectors stay. Throws conflict `harbor.changed` when the rule is gone. */
  async disableImmutableRule(project: string, ruleId: number): Promise<void> {
    return rules.setImmutableRuleDisabled(this.begin(), project, ruleId, true);
  }

  /** Other selectors; it stays enabled or disabled as it is. Throws conflict `harbor.changed` when the rule is gone. */
  async updateImmutableRule(project: string, ruleId: number, selectors: RuleSelectors): Promise<void> {
    return rules.updateImmutableRule(this.begin(), project, ruleId, selectors);
  }

  async deleteImmutableRule(project: string, ruleId: number): Promise<Deleted> {
    return rules.deleteImmutableRule(this.begin(), project, ruleId);
  }

  /**
   * 100 a page, by name.
   * @param page from 1
   */
  async listRepositories(project: string, page: number): Promise<Page<HarborRepository>> {
    return artifacts.listRepositories(this.begin(), project, page);
  }

  /** As listRepositories, by ascending id. */
  async listRepositoriesById(after: artifacts.RepositoriesAfter): Promise<Page<HarborRepository>> {
    return artifacts.listRepositoriesById(this.begin(), after);
  }

  async findRepository(project: string, repository: string): Promise<HarborRepository | null> {
    return artifacts.findRepository(this.begin(), project, repository);
  }

  /** With all its artifacts and tags. `protected`: a tag in it is immutable, and nothing was deleted. */
  async deleteRepository(project: string, repository: string): Promise<Deleted | 'protected'> {
    return artifacts.deleteRepository(this.begin(), project, repository);
  }

  /**
   * One look at a tag or digest: what it is now, or which part of its address is absent. Counts as no pull. The
   * artifact's `tags` are left empty.
   * @param repository without the project
   * @param reference a tag or a digest
   */
  async look(
    project: string,
    repository: string,
    reference: string,
    limits?: CallLimits,
  ): Promise<ArtifactLook> {
    return artifacts.look(this.begin(limits), { project, repository, reference });
  }

  /** As look, with what its scan found; null where it is not there, whatever part of its address. */
  async findScanned(project: string, repository: string, digest: string): Promise<ScannedArtifact | null> {
    return artifacts.findScanned(this.begin(), { project, repository, reference: digest });
  }

  /** The artifacts of a repository that carry a tag (or all), by ascending id, with their tags. */
  async listArtifacts(after: artifacts.ListedAfter & { repository: string }): Promise<Page<HarborArtifact>> {
    return artifacts.listArtifacts(this.begin(), after);
  }

  /** The artifacts of a repository that carry a tag, newest first, with their tags. Null: no such repository. */
  async listTaggedArtifacts(upTo: artifacts.ArtifactsUpTo): Promise<Page<HarborArtifact> | null> {
    return artifacts.listTaggedArtifacts(this.begin(), upTo);
  }

  /** As listTaggedArtifacts, with the accessories and the scan of each. */
  async listShownArtifacts(upTo: artifacts.ArtifactsUpTo): Promise<Page<ShownArtifact> | null> {
    return artifacts.listShownArtifacts(this.begin(), upTo);
  }

  /**
   * The artifacts of a project that carry a tag, or all but the children of an index and accessories, by ascending id,
   * with their tags. Null where Harbor has no such list (before 2.12): list by repository there.
   */
  async listProjectArtifacts(after: artifacts.ListedAfter): Promise<Page<HarborArtifact> | null> {
    return artifacts.listProjectArtifacts(this.begin(), after);
  }

  /**
   * The sizes of a project's artifacts, by ascending id; the children of an index are not listed. Null where Harbor
   * has no such list (before 2.12): list by repository there.
   */
  async listProjectSizes(after: artifacts.SizesAfter): Promise<Page<ArtifactSize> | null> {
    return artifacts.listProjectSizes(this.begin(), after);
  }

  /** As listProjectSizes, of one repository; empty where there is no such repository. */
  async listRepositorySizes(
    after: artifacts.SizesAfter & { repository: string },
  ): Promise<Page<ArtifactSize>> {
    return artifacts.listRepositorySizes(this.begin(), after);
  }

  /** Every tag of one artifact, and whether a rule protects it now. */
  async listTags(project: string, repository: string, reference: string): Promise<HarborTag[]> {
    return artifacts.listTags(this.begin(), { project, repository, reference });
  }

  /** Signatures, SBOMs and other artifacts that refer to this one. */
  async listAccessories(project: string, repository: string, reference: string): Promise<HarborAccessory[]> {
    return artifacts.listAccessories(this.begin(), { project, repository, reference });
  }

  /** Never moves a tag. `exists`: the tag is there, on this digest or on another. */
  async addTag(
    project: string,
    repository: string,
    digest: string,
    name: string,
  ): Promise<'added' | 'exists'> {
    return artifacts.addTag(this.begin(), { project, repository, reference: digest }, name);
  }

  /**
   * Takes the tag off this digest; the artifact stays. `absent`: the tag is not there, or is on another digest, and
   * nothing was changed. `protected`: a rule forbids it.
   */
  async deleteTag(
    project: string,
    repository: string,
    digest: string,
    name: string,
  ): Promise<Deleted | 'protected'> {
    return artifacts.deleteTag(this.begin(), { project, repository, reference: digest }, name);
  }

  /**
   * Deletes the artifact with ALL its tags and its accessories: only what carries no tag any more should be named.
   * `protected`: a rule forbids it for one of its tags. `held`: an index holds it.
   */
  async deleteArtifact(
    project: string,
    repository: string,
    digest: string,
  ): Promise<Deleted | 'protected' | 'held'> {
    return artifacts.deleteArtifact(this.begin(), { project, repository, reference: digest });
  }

  /**
   * The very bytes of a manifest. Counts as a pull. Null: the registry has it no more. `refused`: a policy of the
   * project (vulnerabilities, signatures) lets nobody pull it.
   */
  async getManifest(
    project: string,
    repository: string,
    digest: string,
  ): Promise<HarborManifest | 'refused' | null> {
    return manifests.getManifest(this.begin(), project, repository, digest);
  }

  /** Does a policy of the project (vulnerabilities, signatures) let nobody pull this? No pull is counted. */
  async isPullRefused(project: string, repository: string, digest: string): Promise<boolean> {
    return manifests.isPullRefused(this.begin(), project, repository, digest);
  }

  /** Puts a manifest that the repository has under this tag, in one step: the tag is never absent. */
  async putManifest(
    project: string,
    repository: string,
    tag: string,
    manifest: HarborManifest,
  ): Promise<PutManifest> {
    return manifests.putManifest(this.begin(), project, repository, tag, manifest);
  }

  async listWebhookPolicies(project: string): Promise<WebhookPolicy[]> {
    return webhooks.listWebhookPolicies(this.begin(), project);
  }

  /** Made enabled. `exists`: the project has a policy of this name. */
  async createWebhookPolicy(project: string, policy: NewWebhookPolicy): Promise<Created> {
    return webhooks.createWebhookPolicy(this.begin(), project, policy);
  }

  async deleteWebhookPolicy(project: string, policyId: number): Promise<Deleted> {
    return webhooks.deleteWebhookPolicy(this.begin(), project, policyId);
  }

  async listProjectRobots(projectId: number): Promise<HarborRobot[]> {
    return robots.listRobots(this.begin(), projectId);
  }

  async listSystemRobots(): Promise<HarborRobot[]> {
    return robots.listRobots(this.begin(), null);
  }

  /** The robot of the system whose name is this, behind Harbor's prefix; null: there is none. */
  async findSystemRobot(name: string): Promise<HarborRobot | null> {
    return robots.findSystemRobot(this.begin(), name);
  }

  /** A robot can only give what it has itself. Before Harbor 2.15 a robot makes none: `harbor.rejected`. */
  async createRobot(robot: NewRobot): Promise<CreatedRobot> {
    return robots.createRobot(this.begin(), robot);
  }

  async deleteRobot(robotId: number): Promise<Deleted> {
    return robots.deleteRobot(this.begin(), robotId);
  }

  /**
   * The audit log after an id. Rows come late and out of order, and some never: read an overlap again, and never
   * take the log for the whole truth. Empty, too, when our account may not read it.
   */
  async auditRows(after: AuditRowsAfter): Promise<AuditPage> {
    return this.auditLog.rows(this.begin(), after);
  }

  /** The rows of these ids that there are, of whatever kind; 100 ids at most. */
  async auditRowsWithIds(ids: readonly number[]): Promise<AuditPage> {
    return this.auditLog.rowsWithIds(this.begin(), ids);
  }

  /** The row with the greatest id, of whatever kind; none where the log is empty, or our account may not read it. */
  async newestAuditRow(): Promise<AuditPage> {
    return this.auditLog.newest(this.begin());
  }

  private begin(limits?: CallLimits): HarborOperation {
    return new HarborOperation(this.http, limits);
  }
}
