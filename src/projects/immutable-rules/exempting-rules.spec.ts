import fc from 'fast-check';
import { matchesPattern } from '../../../sandbox/harbor/doublestar';
import type { ImmutableRule, RuleSelectors } from '../../harbor/harbor.types';
import { closingSteps, helperRule, narrowedRule, withoutExemptions } from './exempting-rules';
import { TAG_RULE } from './immutable-rule';

const APP_V2 = { repository: 'team/app', tag: 'v2', ruleId: 7 };
const rule = (id: number, selectors: RuleSelectors, disabled = false): ImmutableRule => ({
  id,
  disabled,
  ...selectors,
});
const main = rule(7, TAG_RULE);
const narrowed = rule(7, narrowedRule(APP_V2));
const helper = rule(8, helperRule(APP_V2) ?? TAG_RULE);
const owners = rule(9, {
  repositories: { decoration: 'repoMatches', pattern: 'team/app' },
  tags: { decoration: 'matches', pattern: 'v*' },
});

const selects = (selector: { decoration: string; pattern: string } | null, text: string): boolean => {
  const matches = matchesPattern(selector?.pattern ?? '', text);
  return selector?.decoration.toLowerCase().includes('exclude') === true ? !matches : matches;
};
const isProtected = (rules: readonly ImmutableRule[], repository: string, tag: string): boolean =>
  rules.some(
    ({ disabled, repositories, tags }) =>
      !disabled && selects(repositories, repository) && selects(tags, tag),
  );

const repositories = fc.stringMatching(/^[a-z0-9]{1,4}([._/-][a-z0-9]{1,4}){0,2}$/);
const tags = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,6}$/);

describe('an exemption from the tag rule', () => {
  it('opens the one tag of the one repository, and no other at any moment', () => {
    fc.assert(
      fc.property(repositories, tags, repositories, tags, (repository, tag, other, otherTag) => {
        const place = { repository, tag, ruleId: 7 };
        const help = rule(8, helperRule(place) ?? TAG_RULE);
        const open = rule(7, narrowedRule(place));
        const isUnder = (name: string): boolean => name !== 'latest' && !name.startsWith('sha256-');
        for (const rules of [[main], [main, help], [open, help]]) {
          const isTheOne = rules.includes(open) && other === repository && otherTag === tag;
          expect(isProtected(rules, other, otherTag)).toBe(isUnder(otherTag) && !isTheOne);
        }
        expect(isProtected([open, help], repository, tag)).toBe(false);
      }),
    );
  });

  it.each(['', '-v', 'v{1,2}', 'v*', 'a,b', '../x'])('is not made for %j, which is no tag', (tag) => {
    expect(() => helperRule({ repository: 'app', tag })).toThrow(RangeError);
  });

  it.each(['', '**', 'App', 'a{b}', '/app'])('is not made for %j, which is no repository', (repository) => {
    expect(() => narrowedRule({ repository, tag: 'v1' })).toThrow(RangeError);
  });

  it('is closed by putting the tag rule back before the helper goes', () => {
    expect(closingSteps([narrowed, helper, owners], APP_V2)).toEqual([
      { step: 'widen', ruleId: 7 },
      { step: 'delete', ruleId: 8 },
    ]);
    expect(closingSteps([main, helper, owners], APP_V2)).toEqual([{ step: 'delete', ruleId: 8 }]);
    expect(closingSteps([main, owners], APP_V2)).toEqual([]);
  });

  it('leaves one tag rule where somebody made it again meanwhile', () => {
    expect(closingSteps([narrowed, rule(12, TAG_RULE)], APP_V2)).toEqual([{ step: 'delete', ruleId: 7 }]);
  });

  it('does not touch a rule of the same selectors that is not the one it narrowed', () => {
    expect(closingSteps([main, rule(5, narrowedRule(APP_V2))], APP_V2)).toEqual([]);
  });

  it('is no drift while it lasts', () => {
    expect(withoutExemptions([narrowed, helper, owners], [APP_V2])).toEqual([main, owners]);
    expect(withoutExemptions([narrowed, helper], [])).toEqual([narrowed, helper]);
  });
});
