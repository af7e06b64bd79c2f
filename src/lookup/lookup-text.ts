import { messageFor, type Language } from '../common/messages';
import type { Answer, Told } from './lookup-answer';

/** Without the closing brace; made once for all who ask. */
const texts = new WeakMap<Told, string>();

/** The answer as JSON. */
export function answerText({ told, ageMs, stale, imageId, warnings }: Answer, language: Language): string {
  let text = texts.get(told);
  if (text === undefined) {
    text = JSON.stringify(told).slice(0, -1);
    texts.set(told, text);
  }
  const image = imageId === null ? 'null' : `"${imageId}"`;
  const inLanguage =
    warnings.length === 0 ? '[]' : JSON.stringify(warnings.map((each) => inWords(each, language)));
  return `${text},"ageMs":${ageMs},"stale":${stale},"imageId":${image},"warnings":${inLanguage}}`;
}

function inWords(
  { code, params }: Answer['warnings'][number],
  language: Language,
): { code: string; title: string; detail: string } {
  return { code, ...messageFor(code, params, language) };
}
