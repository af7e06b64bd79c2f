import type { LookupOptions } from './lookup-answer';

export interface PlainQuestion extends LookupOptions {
  link: string;
  for: string;
}

const MAX_AGE_MS = 86_400_000;
const MAX_LINK = 1024;
const MAX_NAME = 256;

/**
 * The query of a lookup as schedulers write it. Null for any other, right or wrong, which the DTO reads: what is
 * plain means the same in both.
 */
export function readPlainQuestion(query: string): PlainQuestion | null {
  let link: string | null = null;
  let forName: string | null = null;
  let maxAgeMs: number | null = null;
  for (const part of query.split('&')) {
    const at = part.indexOf('=');
    const value = at === -1 ? null : decode(part.slice(at + 1));
    if (value === null || value === '') return null;
    const name = part.slice(0, at);
    if (name === 'link' && link === null && value.length <= MAX_LINK) link = value;
    else if (name === 'for' && forName === null && value.length <= MAX_NAME) forName = value;
    else if (
      name === 'maxAgeMs' &&
      maxAgeMs === null &&
      /^\d{1,8}$/.test(value) &&
      Number(value) <= MAX_AGE_MS
    )
      maxAgeMs = Number(value);
    else return null;
  }
  if (link === null || forName === null) return null;
  return { link, for: forName, maxAgeMs: maxAgeMs ?? 0, requireFresh: false };
}

function decode(text: string): string | null {
  if (text.includes('+')) return null;
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
