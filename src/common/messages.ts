import { messagesEn, type MessageCode, type MessageParams, type MessageText } from './messages.en';
import { messagesZh } from './messages.zh';

export type Language = 'en' | 'zh';

const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageCode, MessageText>>>> = {
  en: messagesEn,
  zh: messagesZh,
};

/** The texts of a code with its params filled in. Params are put in as they are and never read as placeholders. */
export function messageFor(code: MessageCode, params: MessageParams, language: Language): MessageText {
  const { title, detail } = CATALOGUES[language][code];
  return { title: fill(title, params), detail: fill(detail, params) };
}

/** The language that a request prefers by its Accept-Language (RFC 9110, with q-values); English without one. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const preferred = (acceptLanguage ?? '')
    .split(',')
    .map(readPreference)
    .filter(({ range, weight }) => weight > 0 && ['en', 'zh', '*'].includes(range))
    .sort((one, other) => other.weight - one.weight);
  return preferred[0]?.range === 'zh' ? 'zh' : 'en';
}

function readPreference(preference: string): { range: string; weight: number } {
  const [tag = '', ...parameters] = preference.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice('q='.length));
  return { range: tag.split('-')[0] ?? '', weight: weight <= 1 ? weight : 0 };
}

function fill(text: string, params: MessageParams): string {
  return text.replace(/\{(\w+)\}/g, (_placeholder, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : '…',
  );
}
