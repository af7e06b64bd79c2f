import fc from 'fast-check';
import {
  filterTerms,
  fold,
  joinTerms,
  kindTermsOf,
  pieceOf,
  queryTermsOf,
  splitTerms,
  termsOf,
  titleKey,
  wordsOf,
  type Searchable,
} from './search-terms';

const IMAGE: Searchable = {
  description: 'PyTorch 24.12 with my data loaders',
  repository: 'nvidia-pytorch',
  tag: '24.12-v1.2.2',
  labels: ['Vision', '大模型'],
  project: 'user-liuyizhou',
};

function finds(question: string, image: Searchable): boolean {
  const joined = joinTerms(termsOf(image));
  const terms = queryTermsOf(question);
  return terms.length > 0 && terms.every((term) => joined.includes(pieceOf(term)));
}

describe('the words of a text', () => {
  it.each([
    ['PyTorch 24.12', ['pytorch', '24.12']],
    ['nvidia-pytorch', ['nvidia', 'pytorch']],
    ['team/vision_app', ['team', 'vision', 'app']],
    ['24.12-v1.2.2', ['24.12', 'v1.2.2']],
    ['.hidden. file.', ['hidden', 'file']],
    ['ＰｙＴｏｒｃｈ　２４．１２', ['pytorch', '24.12']],
    ['ÜBER Straße', ['über', 'straße']],
    ['深度学习', ['深度', '度学', '学习', '习']],
    ['学', ['学']],
    ['大模型LLM训练', ['大模', '模型', '型', 'llm', '训练', '练']],
    ['カタカナー', ['カタ', 'タカ', 'カナ', 'ナー', 'ー']],
    ['ｶﾀ', ['カタ', 'タ']],
    ['𠮷野家', ['𠮷野', '野家', '家']],
    ['한국어 모델', ['한국어', '모델']],
    ['C++ / C#', ['c', 'c']],
    ['— … 🎉', []],
    ['', []],
  ])('of %j are %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('are never empty, never longer than their column, and the same for either case and width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const words = wordsOf(text);
        for (const word of words) {
          expect([...word].length).toBeGreaterThan(0);
          expect([...word].length).toBeLessThanOrEqual(64);
          expect(/^[\p{L}\p{N}\p{M}]/u.test(word) && !/\s/u.test(word)).toBe(true);
        }
        expect(wordsOf(fold(text))).toEqual(words);
      }),
    );
  });
});

describe('a search', () => {
  it.each([
    'pytorch',
    'PYTORCH',
    'pyt',
    'loaders data',
    '24.12 v1.2.2',
    '24.12 v1.2',
    'nvidia-pytorch:24.12-v1.2.2',
    '大模型',
    '模型',
    '大',
    '型',
    'vision 大模',
  ])('for %j finds the image', (question) => {
    expect(finds(question, IMAGE)).toBe(true);
  });

  it.each(['torch', 'pyt 24.12', 'tensorflow', '型大', '大型', 'liuyizhou', 'arm64', '-', 'image'])(
    'for %j does not find it',
    (question) => {
      expect(finds(question, IMAGE)).toBe(false);
    },
  );

  it('finds every image by any words of its own, in any order, the last one cut short', () => {
    const unit = fc.constantFrom(...'abZ9 -_/深度学习大模型Ａé');
    const text = fc.string({ unit, minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), fc.nat(), (description, labels, number) => {
        const image = { ...IMAGE, description, labels };
        const words = [description, ...labels].flatMap(
          (one) => fold(one).match(/[a-z0-9é]+|\p{sc=Han}+/gu) ?? [],
        );
        const last = words[number % words.length] ?? '';
        const beginning = last.slice(0, 1 + (number % last.length));
        const others = words.filter((_, at) => at % 2 === 0).reverse();
        fc.pre(words.length > 0);
        expect(finds([...others, beginning].join(' '), image)).toBe(true);
      }),
    );
  });
});

describe('the terms of an image', () => {
  it('tell filters apart from words', () => {
    const terms = termsOf(IMAGE);
    const others = terms.filter((term) => /^[^\p{L}\p{N}]/u.test(term));
    expect(others).toEqual(['/user-liuyizhou', '#vision', '#大模型']);
    expect(terms).toContain(filterTerms.label('ＶＩＳＩＯＮ'));
    expect(splitTerms(joinTerms(terms))).toEqual(terms);
  });

  it('say what it is besides', () => {
    const platforms = [{ os: 'linux', architecture: 'arm64', variant: 'v8' }];
    expect(kindTermsOf({ taskType: 'pytorch', kind: 'index', platforms, state: 'moved' })).toEqual([
      '*',
      '!pytorch',
      '?moved',
      '~index',
      '@linux/arm64',
      '@linux/arm64/v8',
    ]);
  });

  it('fit their column, however much was written', () => {
    const long = Array.from({ length: 10 }, (_, at) => `${at}${'标'.repeat(39)}`);
    const texts = fc.string({
      unit: fc.constantFrom(...'深度学习大模型训练图像'),
      minLength: 120,
      maxLength: 120,
    });
    fc.assert(
      fc.property(texts, (description) => {
        const image = {
          ...IMAGE,
          description,
          labels: long,
          repository: 'a.'.repeat(127),
          tag: 'b'.repeat(128),
        };
        expect(joinTerms(termsOf(image)).length).toBeLessThanOrEqual(4000);
        expect([...titleKey(description)].length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
