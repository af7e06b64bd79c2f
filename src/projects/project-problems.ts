import type { MessageCode, MessageParams } from '../common/messages.en';
import type { HarborProject, HarborQuota } from '../harbor/harbor.types';
import type { TagRuleState } from './immutable-rules/immutable-rule';
import type { Project } from './project.entity';

export interface ProjectProblem {
  code: MessageCode;
  params: MessageParams;
}

/** What Harbor says of a project. Null where it says nothing, or has no such thing. */
export interface ProjectFacts {
  inHarbor: Pick<HarborProject, 'id' | 'isPublic'> | null;
  quota: Pick<HarborQuota, 'limitBytes' | 'usedBytes'> | null;
  tagRule: TagRuleState | null;
  /** Members whom Berth gave a role and who have another in Harbor, or none. */
  strayMembers: number;
}

type Wanted = Pick<Project, 'kind' | 'readyAt' | 'harborProjectId' | 'visibility' | 'quotaBytes'>;

const SEEN_BY_RECONCILE_ALONE: ReadonlySet<MessageCode> = new Set<MessageCode>([
  'project.problem.foreign-admin',
  'project.problem.user-gone',
  'project.problem.user-replaced',
  'project.problem.webhook-missing',
  'project.problem.webhook-off',
  'project.problem.webhook-changed',
]);

/** Is this a drift that a look at the project's facts does not show by itself? */
export function onlyReconcileSees(code: MessageCode): boolean {
  return SEEN_BY_RECONCILE_ALONE.has(code);
}

/** How a project differs from what it should be; without facts, only what Berth knows by itself. */
export function projectProblems(project: Wanted, facts: ProjectFacts | null): ProjectProblem[] {
  if (isUnfinished(project)) return [problem('project.problem.unfinished')];
  if (facts === null) return [];
  const { inHarbor } = facts;
  if (inHarbor === null) return [problem('project.problem.gone')];
  if (inHarbor.id !== project.harborProjectId) return [problem('project.problem.replaced')];
  return [
    ...visibilityProblems(project, inHarbor.isPublic),
    ...tagRuleProblems(facts.tagRule),
    ...quotaProblems(project, facts.quota),
    ...(facts.strayMembers === 0
      ? []
      : [problem('project.problem.member-missing', { count: facts.strayMembers })]),
  ];
}

/** Of a personal project its account says so; it is shown only once it is in Harbor. */
function isUnfinished({ kind, readyAt, harborProjectId }: Wanted): boolean {
  return harborProjectId === null || (kind === 'shared' && readyAt === null);
}

function visibilityProblems({ visibility }: Wanted, isPublic: boolean): ProjectProblem[] {
  if (isPublic === (visibility === 'public')) return [];
  return [problem('project.problem.visibility-changed', { wanted: visibility })];
}

function tagRuleProblems(tagRule: TagRuleState | null): ProjectProblem[] {
  if (tagRule === 'off') return [problem('project.problem.tag-rule-off')];
  return tagRule === 'changed' ? [problem('project.problem.tag-rule-changed')] : [];
}

function quotaProblems({ quotaBytes }: Wanted, quota: ProjectFacts['quota']): ProjectProblem[] {
  if (quota === null) return [];
  const { usedBytes, limitBytes } = quota;
  return [
    ...(limitBytes === quotaBytes
      ? []
      : [problem('project.problem.quota-changed', { wantedBytes: quotaBytes })]),
    ...(limitBytes === null || usedBytes < limitBytes
      ? []
      : [problem('project.problem.quota-full', { usedBytes, limitBytes })]),
  ];
}

function problem(code: MessageCode, params: MessageParams = {}): ProjectProblem {
  return { code, params };
}
