import type { ImmutableRule } from '../harbor/harbor.types';
import { TAG_RULE, tagRuleNeed } from './immutable-rule';

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
