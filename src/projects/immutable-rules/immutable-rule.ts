import type { ImmutableRule } from '../../harbor/harbor.types';

/**
 * The rule that Harbor gets in every project: all tags but `latest`, and but cosign's signature tags, which are
 * written again with each signature (HARBOR.md, "pattern {latest,sha256-*}").
 */
export const TAG_RULE = {
  repositories: { decoration: 'repoMatches', pattern: '**' },
  tags: { decoration: 'excludes', pattern: '{latest,sha256-*}' },
} as const;

export type RuleNeed = { need: 'nothing' } | { need: 'create' } | { need: 'enable'; ruleId: number };

/** What has to be done so that the tag rule stands among these rules of a project. */
export function tagRuleNeed(rules: readonly ImmutableRule[]): RuleNeed {
  const standing = rules.filter(isTagRule);
  if (standing.some((rule) => !rule.disabled)) return { need: 'nothing' };
  const [disabled] = standing;
  return disabled === undefined ? { need: 'create' } : { need: 'enable', ruleId: disabled.id };
}

/** `changed`: there are rules, but none that is the tag rule. */
export type TagRuleState = 'on' | 'off' | 'changed';

/** How the tag rule stands among these rules of a project. */
export function tagRuleState(rules: readonly ImmutableRule[]): TagRuleState {
  const { need } = tagRuleNeed(rules);
  if (need === 'nothing') return 'on';
  return need === 'enable' || rules.every(({ disabled }) => disabled) ? 'off' : 'changed';
}

export function isTagRule(rule: ImmutableRule): boolean {
  return (
    rule.repositories?.decoration === TAG_RULE.repositories.decoration &&
    rule.repositories.pattern === TAG_RULE.repositories.pattern &&
    rule.tags?.decoration === TAG_RULE.tags.decoration &&
    rule.tags.pattern === TAG_RULE.tags.pattern
  );
}
