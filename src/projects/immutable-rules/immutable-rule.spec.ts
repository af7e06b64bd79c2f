import type { ImmutableRule } from '../../harbor/harbor.types';
import { TAG_RULE, tagRuleNeed, tagRuleState } from './immutable-rule';

const standing: ImmutableRule = { id: 4, disabled: false, ...TAG_RULE };

describe('tagRuleNeed', () => {
  it('needs nothing where the rule stands', () => {
    expect(tagRuleNeed([standing])).toEqual({ need: 'nothing' });
  });

  it('needs the rule in a new project', () => {
    expect(tagRuleNeed([])).toEqual({ need: 'create' });
  });

  it('turns on a rule that its owner turned off', () => {
    expect(tagRuleNeed([{ ...standing, disabled: true }])).toEqual({ need: 'enable', ruleId: 4 });
  });

  it('needs nothing when one of two stands', () => {
    expect(tagRuleNeed([{ ...standing, id: 3, disabled: true }, standing])).toEqual({ need: 'nothing' });
  });

  it.each<[string, Partial<ImmutableRule>]>([
    ['that protects some repositories only', { repositories: { decoration: 'repoMatches', pattern: 'app' } }],
    ['that frees every tag', { tags: { decoration: 'excludes', pattern: '**' } }],
    ['that protects latest alone', { tags: { decoration: 'matches', pattern: 'latest' } }],
    ['that Harbor stored without selectors', { repositories: null, tags: null }],
  ])('is not satisfied by a rule %s', (_, change) => {
    expect(tagRuleNeed([{ ...standing, ...change }])).toEqual({ need: 'create' });
  });
});

describe('tagRuleState', () => {
  const other: ImmutableRule = { ...standing, id: 9, tags: { decoration: 'excludes', pattern: '**' } };

  it.each<[string, ImmutableRule[], string]>([
    ['on where the rule stands', [standing], 'on'],
    ['on where another stands beside it', [other, standing], 'on'],
    ['off where it was turned off', [{ ...standing, disabled: true }], 'off'],
    ['off where it was turned off and another stands', [other, { ...standing, disabled: true }], 'off'],
    ['off where there is none', [], 'off'],
    ['off where what is there is turned off', [{ ...other, disabled: true }], 'off'],
    ['changed where another stands in its place', [other], 'changed'],
  ])('is %s', (_, rules, state) => {
    expect(tagRuleState(rules)).toBe(state);
  });
});
