import { allPages } from './all-pages';
import { createdFrom } from './created';
import type { components } from './harbor-api.generated';
import { changedMeanwhile } from './harbor-call-error';
import type { HarborOperation } from './harbor-operation';
import type { Created, Deleted, ImmutableRule, RuleSelector, RuleSelectors } from './harbor.types';
import { refusedInProject, saysProjectAbsent } from './project-refusal';

type Stored = components['schemas']['StoredImmutableRule'];
type Selector = components['schemas']['Selector'];

const RULES = '/projects/{project_name_or_id}/immutabletagrules';
const RULE = '/projects/{project_name_or_id}/immutabletagrules/{immutable_rule_id}';
const KIND = 'doublestar';

export async function listImmutableRules(harbor: HarborOperation, project: string): Promise<ImmutableRule[]> {
  return (await storedRules(harbor, project)).map(rule);
}

export async function createImmutableRule(
  harbor: HarborOperation,
  project: string,
  selectors: RuleSelectors,
): Promise<Created> {
  const body = {
    action: 'immutable',
    template: 'immutable_template',
    disabled: false,
    ...written(selectors),
  };
  const answer = await harbor.post(RULES, { path: { project_name_or_id: project }, body });
  const created = createdFrom(answer, RULES);
  if (created === null && !answer.ok) throw await refusedInProject(harbor, answer, project);
  return created ?? { outcome: 'exists' };
}

export async function setImmutableRuleDisabled(
  harbor: HarborOperation,
  project: string,
  ruleId: number,
  disabled: boolean,
): Promise<void> {
  const stored = await storedRule(harbor, project, ruleId);
  if ((stored.disabled ?? false) === disabled) return;
  await replace(harbor, project, { ...stored, disabled });
}

export async function updateImmutableRule(
  harbor: HarborOperation,
  project: string,
  ruleId: number,
  selectors: RuleSelectors,
): Promise<void> {
  const stored = await storedRule(harbor, project, ruleId);
  await replace(harbor, project, { ...stored, disabled: stored.disabled ?? false, ...written(selectors) });
}

export async function deleteImmutableRule(
  harbor: HarborOperation,
  project: string,
  ruleId: number,
): Promise<Deleted> {
  const path = { project_name_or_id: project, immutable_rule_id: ruleId };
  const answer = await harbor.delete(RULE, { path });
  if (answer.ok) return 'deleted';
  if (answer.status === 404 && answer.meaning !== 'call-unknown') return 'absent';
  if (await saysProjectAbsent(harbor, answer, project)) return 'absent';
  throw answer.rejection();
}

async function storedRules(harbor: HarborOperation, project: string): Promise<Stored[]> {
  return allPages(async (query) => {
    const answer = await harbor.get(RULES, { path: { project_name_or_id: project }, query });
    if (!answer.ok) throw await refusedInProject(harbor, answer, project);
    return answer.body;
  });
}

/** Harbor stores a rule whole: what the change does not name must be sent as it was, or it is lost. */
async function storedRule(harbor: HarborOperation, project: string, ruleId: number): Promise<Stored> {
  const stored = (await storedRules(harbor, project)).find(({ id }) => id === ruleId);
  if (stored === undefined) throw changedMeanwhile({ method: 'get', path: RULES }, 200, 'the rule is gone');
  return stored;
}

async function replace(harbor: HarborOperation, project: string, body: Stored): Promise<void> {
  const path = { project_name_or_id: project, immutable_rule_id: body.id };
  const answer = await harbor.put(RULE, { path, body });
  if (answer.ok) return;
  throw answer.status === 404 ? answer.changed() : await refusedInProject(harbor, answer, project);
}

function written({ repositories, tags }: RuleSelectors): Pick<Stored, 'scope_selectors' | 'tag_selectors'> {
  return {
    scope_selectors: { repository: [{ kind: KIND, ...repositories }] },
    tag_selectors: [{ kind: KIND, ...tags }],
  };
}

function rule(stored: Stored): ImmutableRule {
  return {
    id: stored.id,
    disabled: stored.disabled ?? false,
    repositories: selector(stored.scope_selectors?.repository?.[0]),
    tags: selector(stored.tag_selectors?.[0]),
  };
}

/** A selector of another kind, or without a pattern, is stored by Harbor and matches nothing. */
function selector(stored: Selector | undefined): RuleSelector | null {
  if (stored?.kind !== KIND || stored.decoration === undefined || stored.pattern === undefined) return null;
  return { decoration: stored.decoration, pattern: stored.pattern };
}
