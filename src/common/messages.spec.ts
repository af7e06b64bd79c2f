import * as fc from 'fast-check';
import { languageOf, messageFor, type Language } from './messages';
import { messagesEn, type MessageCode, type MessageText } from './messages.en';
import { messagesZh } from './messages.zh';

const codes = Object.keys(messagesEn) as MessageCode[];
const texts = (message: MessageText): string => `${message.title}\n${message.detail}`;
const placeholders = (message: MessageText): string[] =>
  [...new Set(texts(message).match(/\{\w+\}/g) ?? [])].sort();

describe('the catalogues', () => {
  it('have the same codes in both languages', () => {
    expect(Object.keys(messagesZh).sort()).toEqual([...codes].sort());
  });

  it.each(codes)('say %s with the same placeholders, and say something', (code) => {
    expect(placeholders(messagesZh[code])).toEqual(placeholders(messagesEn[code]));
    for (const { title, detail } of [messagesEn[code], messagesZh[code]]) {
      expect(title.trim()).not.toBe('');
      expect(detail.trim()).not.toBe('');
    }
    if (code !== 'field.invalid') expect(texts(messagesZh[code])).toMatch(/\p{Script=Han}/u);
  });
});

describe('messageFor', () => {
  it('fills the params in, in the language asked for', () => {
    expect(messageFor('link.too-long', { max: 1024 }, 'en').detail).toBe(
      'A link has at most 1024 characters.',
    );
    expect(messageFor('link.too-long', { max: 1024 }, 'zh').detail).toBe('链接最多 1024 个字符。');
  });

  it.each(codes)('never leaves a placeholder of %s, even without params', (code) => {
    for (const language of ['en', 'zh'] satisfies Language[]) {
      expect(texts(messageFor(code, {}, language))).not.toMatch(/\{\w+\}/);
    }
  });

  it('puts params in as they are, whatever they look like', () => {
    const odd = fc.oneof(fc.string(), fc.constantFrom('{tag}', '{max}', '$&', '$1', "$'", '\\', '<b>', '%s'));
    fc.assert(
      fc.property(odd, (tag) => {
        const [before, after] = messagesEn['link.tag'].detail.split('{tag}');
        expect(messageFor('link.tag', { tag }, 'en').detail).toBe(`${before}${tag}${after}`);
      }),
    );
  });

  it('takes no param from the prototype', () => {
    const params = Object.create({ max: 'inherited' }) as Record<string, string>;
    expect(messageFor('link.too-long', params, 'en').detail).toBe('A link has at most … characters.');
  });
});

describe('languageOf', () => {
  it.each<[string | undefined, Language]>([
    [undefined, 'en'],
    ['', 'en'],
    ['zh', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-Hant-TW', 'zh'],
    ['ZH-cn', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en-US,en;q=0.9,zh-CN;q=0.8', 'en'],
    ['en;q=0.3, zh;q=0.7', 'zh'],
    ['fr, zh;q=0.2', 'zh'],
    ['fr', 'en'],
    ['*', 'en'],
    ['*;q=0.5, zh;q=0.1', 'en'],
    ['zh;q=0', 'en'],
    ['zh;q=0, en;q=0.1', 'en'],
    ['zh;q=x, en;q=0.1', 'en'],
    ['zh;q=7, en;q=0.1', 'en'],
    ['zh ; q=0.9 , en ; q=0.1', 'zh'],
    ['zhuang', 'en'],
    [';;;,,,=q', 'en'],
  ])('reads %j as %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
