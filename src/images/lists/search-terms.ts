/** Characters of a term that count; a longer word is found by its beginning. */
const MAX_WORD = 64;
/** All terms of an image together, with their separators. */
const MAX_TERMS = 4000;
const MAX_PLATFORM_TERMS = 32;

const WORDS =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}々ー]+|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}々ー])[\p{L}\p{N}\p{M}])+(?:\.(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}々ー])[\p{L}\p{N}\p{M}])+)*/gu;
const UNSPACED = /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}々ー]/u;

/** What an image is found by in people's words. */
export interface Searchable {
  description: string;
  repository: string;
  tag: string | null;
  labels: readonly string[];
  project: string;
}

/** What an image is besides: what lists are filtered by. */
export interface Sorted {
  taskType: string;
  kind: string;
  platforms: readonly { os: string; architecture: string; variant?: string }[];
  state: string;
}

/** A word of a question; `isBeginning`: words that begin so fit as well. */
export interface QueryTerm {
  text: string;
  isBeginning: boolean;
}

/** One form for letters of either case and width: `ＰｙＴｏｒｃｈ` is `pytorch`. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/**
 * The words of a text, folded: letters and digits with the dots between them (`24.12`), so `nvidia-pytorch` has two.
 * Chinese and Japanese are written without spaces: there every pair of neighbours is a word, and the last one alone.
 */
export function wordsOf(text: string): string[] {
  return runsOf(text).flatMap((run) => (UNSPACED.test(run) ? [...pairsOf(run), lastOf(run)] : [cut(run)]));
}

/** What a question asks for, all of it; the last word may be a beginning, and a single Chinese character is one. */
export function queryTermsOf(question: string): QueryTerm[] {
  const runs = runsOf(question);
  const terms = runs.flatMap((run, at): QueryTerm[] => {
    if (!UNSPACED.test(run)) return [{ text: cut(run), isBeginning: at === runs.length - 1 }];
    const pairs = pairsOf(run);
    return pairs.length === 0
      ? [{ text: run, isBeginning: true }]
      : pairs.map((text) => ({ text, isBeginning: false }));
  });
  const exact = new Set(terms.filter(({ isBeginning }) => !isBeginning).map(({ text }) => text));
  return [
    ...[...exact].map((text) => ({ text, isBeginning: false })),
    ...terms.filter(({ text, isBeginning }) => isBeginning && !exact.has(text)),
  ];
}

/** What every image has. */
export const ANY_IMAGE = '*';

/** Terms of filters begin with a character that no word has. */
export const filterTerms = {
  audience: (audience: string): string => `&${audience}`,
  state: (state: string): string => `?${state}`,
  taskType: (taskType: string): string => `!${taskType}`,
  label: (label: string): string => `#${fold(label)}`,
  kind: (kind: string): string => `~${kind}`,
  platform: (platform: string): string => `@${platform}`,
  project: (project: string): string => `/${project}`,
};

/** Its words, labels and project, each once; the same for the same image, and bounded. */
export function termsOf(image: Searchable): string[] {
  const texts = [image.description, image.repository, image.tag ?? '', ...image.labels];
  const all = new Set([
    filterTerms.project(image.project),
    ...image.labels.map(filterTerms.label),
    ...texts.flatMap(wordsOf),
  ]);
  let room = MAX_TERMS - 1;
  return [...all].filter((term) => (room -= term.length + 1) >= 0);
}

/** The terms of what it is, which can change without anybody's editing it. */
export function kindTermsOf({ taskType, kind, platforms, state }: Sorted): string[] {
  const ofPlatforms = platforms.flatMap(({ os, architecture, variant }) => [
    filterTerms.platform(`${os}/${architecture}`),
    ...(variant === undefined ? [] : [filterTerms.platform(`${os}/${architecture}/${variant}`)]),
  ]);
  return [
    ANY_IMAGE,
    filterTerms.taskType(taskType),
    filterTerms.state(state),
    filterTerms.kind(kind),
    ...new Set(ofPlatforms.slice(0, MAX_PLATFORM_TERMS)),
  ];
}

/** The terms in one column: each has a line break on both sides, so that one is found as a piece of the text. */
export function joinTerms(terms: readonly string[]): string {
  return `\n${terms.join('\n')}\n`;
}

export function splitTerms(joined: string): string[] {
  return joined.split('\n').filter((term) => term !== '');
}

/** What `joinTerms` has of an image that fits. */
export function pieceOf({ text, isBeginning }: QueryTerm): string {
  return isBeginning ? `\n${text}` : `\n${text}\n`;
}

/** What lists by title are sorted by. */
export function titleKey(description: string): string {
  return cut(fold(description).trim()).trimEnd();
}

function runsOf(text: string): string[] {
  return fold(text).match(WORDS) ?? [];
}

function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, at) => `${characters[at] ?? ''}${character}`);
}

function lastOf(run: string): string {
  return [...run].at(-1) ?? '';
}

function cut(text: string): string {
  return [...text].slice(0, MAX_WORD).join('');
}
