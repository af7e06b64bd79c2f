import type { ImmutableRule, RuleSelectors } from '../../harbor/harbor.types';
import { isTagRule, TAG_RULE } from './immutable-rule';

/** What is open while an exemption lasts: one tag of a repository, or (tag null) the repository that is deleted. */
export interface ExemptPlace {
  repository: string;
  tag: string | null;
}

/** An exemption that was begun: which rule is the project's tag rule. */
export interface BegunExemption extends ExemptPlace {
  ruleId: number;
}

/** Neither has a character that Harbor's patterns read as more than itself. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const REPOSITORY = /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;

/** The tag rule itself leaves these alone: `latest`, and what begins as cosign's tags do. */
export function isUnderTagRule(tag: string): boolean {
  return tag !== 'latest' && !tag.startsWith('sha256-');
}

/** The tag rule while an exemption lasts: it stands for every repository but this one. */
export function narrowedRule({ repository }: ExemptPlace): RuleSelectors {
  return {
    repositories: { decoration: 'repoExcludes', pattern: literal(repository, REPOSITORY) },
    tags: TAG_RULE.tags,
  };
}

/** Keeps every other tag of the repository meanwhile; null where the whole repository goes. */
export function helperRule({ repository, tag }: ExemptPlace): RuleSelectors | null {
  if (tag === null) return null;
  return {
    repositories: { decoration: 'repoMatches', pattern: literal(repository, REPOSITORY) },
    tags: { decoration: 'excludes', pattern: `{latest,sha256-*,${literal(tag, TAG)}}` },
  };
}

/** The rules of a project as they are meant: without what exemptions that are under way made of them. */
export function withoutExemptions(
  rules: readonly ImmutableRule[],
  begun: readonly BegunExemption[],
): ImmutableRule[] {
  return begun.reduce<ImmutableRule[]>(
    (seen, exemption) =>
      seen
        .filter((rule) => !isHelper(rule, exemption))
        .map((rule) => (isNarrowed(rule, exemption) ? { ...rule, ...TAG_RULE } : rule)),
    [...rules],
  );
}

export type ClosingStep =
  | { step: 'widen'; ruleId: number }
  /** Somebody made the tag rule again meanwhile: two of them would be one too many. */
  | { step: 'delete'; ruleId: number };

/** What has to be done, in this order, so that nothing is left of an exemption. */
export function closingSteps(rules: readonly ImmutableRule[], begun: BegunExemption): ClosingStep[] {
  const narrowed = rules.some((rule) => isNarrowed(rule, begun));
  const isMadeAgain = rules.some((rule) => isTagRule(rule) && !rule.disabled);
  const helpers = rules.filter((rule) => isHelper(rule, begun));
  return [
    ...(narrowed ? [{ step: isMadeAgain ? 'delete' : 'widen', ruleId: begun.ruleId } as const] : []),
    ...helpers.map(({ id }) => ({ step: 'delete', ruleId: id }) as const),
  ];
}

export function isHelper(rule: ImmutableRule, place: ExemptPlace): boolean {
  const helper = helperRule(place);
  return helper !== null && hasSelectors(rule, helper);
}

function isNarrowed(rule: ImmutableRule, begun: BegunExemption): boolean {
  return rule.id === begun.ruleId && hasSelectors(rule, narrowedRule(begun));
}

function hasSelectors({ repositories, tags }: ImmutableRule, wanted: RuleSelectors): boolean {
  return (
    repositories?.decoration === wanted.repositories.decoration &&
    repositories.pattern === wanted.repositories.pattern &&
    tags?.decoration === wanted.tags.decoration &&
    tags.pattern === wanted.tags.pattern
  );
}

function literal(name: string, shape: RegExp): string {
  if (!shape.test(name)) throw new RangeError('not a name that a rule can stand for');
  return name;
}
