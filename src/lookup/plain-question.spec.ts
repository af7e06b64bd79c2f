import fc from 'fast-check';
import { readPlainQuestion } from './plain-question';

const LINK = 'harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2';

describe('readPlainQuestion', () => {
  it('reads what schedulers ask', () => {
    const query = new URLSearchParams({ link: LINK, for: '刘一舟', maxAgeMs: '5000' }).toString();
    expect(readPlainQuestion(query)).toEqual({
      link: LINK,
      for: '刘一舟',
      maxAgeMs: 5000,
      requireFresh: false,
    });
  });

  it.each([
    ['no link', 'for=ada'],
    ['no person', `link=${LINK}`],
    ['an empty value', `link=${LINK}&for=`],
    ['a name twice', `link=${LINK}&for=ada&for=grace`],
    ['an unknown name', `link=${LINK}&for=ada&fresh=1`],
    ['an encoded name', `link=${LINK}&f%6Fr=ada`],
    ['no number', `link=${LINK}&for=ada&maxAgeMs=1e3`],
    ['a number beyond the limit', `link=${LINK}&for=ada&maxAgeMs=86400001`],
    ['a platform', `link=${LINK}&for=ada&platform=linux%2Farm64`],
    ['a plus, which may be a space', `link=${LINK}&for=a+b`],
    ['what is not encoded well', `link=${LINK}&for=%E0%A4%A`],
    ['a link beyond the limit', `link=${'a'.repeat(1025)}&for=ada`],
  ])('leaves %s to the DTO', (_, query) => {
    expect(readPlainQuestion(query)).toBeNull();
  });

  it('reads the same as the platform does, or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (link, name) => {
        let query: string;
        try {
          query = `link=${encodeURIComponent(link)}&for=${encodeURIComponent(name)}`;
        } catch {
          return;
        }
        const plain = readPlainQuestion(query);
        const params = new URLSearchParams(query);
        if (plain !== null) expect([plain.link, plain.for]).toEqual([params.get('link'), params.get('for')]);
      }),
    );
  });
});
