import { isFQDN, isIP } from 'class-validator';
import type { RepairChoice } from './config';
import type { Reader } from './setting';

/** How texts of the environment become values. Each answers null for what it does not accept. */

export function wholeNumber(min: number, max: number): Reader<number> {
  return (text) => {
    const value = Number(text);
    return /^\d{1,16}$/.test(text) && value >= min && value <= max ? value : null;
  };
}

export const flag: Reader<boolean> = (text) => (text === 'true' ? true : text === 'false' ? false : null);

export function oneOf<T extends string>(...choices: readonly T[]): Reader<T> {
  return (text) => choices.find((choice) => choice === text) ?? null;
}

export function matching(pattern: RegExp, maxLength = 255): Reader<string> {
  return (text) => (text.length <= maxLength && pattern.test(text) ? text : null);
}

/** `scheme://host[:port]`, with none of path, query, fragment, user or password; answered without a final slash. */
export function serverUrl(...schemes: readonly string[]): Reader<string> {
  return (text) => {
    const url = parseUrl(text);
    if (url === null || !schemes.includes(url.protocol) || url.hostname === '') return null;
    const bare = url.username + url.password + url.search + url.hash === '' && /^\/?$/.test(url.pathname);
    return bare ? `${url.protocol}//${url.host}` : null;
  };
}

/** An http(s) URL that may have a path, without a final slash. */
export const publicUrl: Reader<string> = (text) => {
  const url = parseUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.username + url.password + url.search + url.hash !== '') return null;
  return url.href.replace(/\/+$/, '');
};

/** As publicUrl, or `off`. */
export const webhookUrl: Reader<string> = (text) => (text === 'off' ? text : publicUrl(text));

/** Comma-separated; spaces around the commas do not count, and nothing may be there twice. */
export function listOf<T extends string>(item: Reader<T>): Reader<readonly T[]> {
  return (text) => {
    const items = text.split(',').map((part) => item(part.trim()));
    const right = items.filter((value) => value !== null);
    return right.length === items.length && new Set(right).size === right.length ? right : null;
  };
}

/** What Berth puts right in Harbor by itself; `none` is nothing. */
export const repairChoices: Reader<readonly RepairChoice[]> = (text) =>
  text === 'none'
    ? []
    : listOf(oneOf<RepairChoice>('rule', 'member', 'webhook', 'visibility', 'quota'))(text);

export const databaseUrl: Reader<string> = (text) => {
  if (text.startsWith('sqlite:')) return text.length > 'sqlite:'.length ? text : null;
  const url = parseUrl(text);
  if (url === null || !/^(mysql|mariadb):$/.test(url.protocol)) return null;
  const complete = url.hostname !== '' && url.username !== '' && /^\/[^/]+$/.test(url.pathname);
  return complete && canDecode(url.username, url.password, url.pathname) ? text : null;
};

export const redisUrl: Reader<string> = (text) => {
  const url = parseUrl(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') return null;
  if (url.search + url.hash !== '' || !/^\/?\d{0,4}$/.test(url.pathname)) return null;
  return canDecode(url.username, url.password) ? text : null;
};

/** `host[:port]`, in lower case as links have it. */
export const registryAddress: Reader<string> = (text) => {
  const url = parseUrl(`https://${text}`);
  if (url === null || /[@/?#\s]/.test(text) || text !== text.toLowerCase()) return null;
  return /^[a-z0-9.:[\]-]+$/.test(text) ? text : null;
};

export const mailDomain: Reader<string> = (text) =>
  // Harbor takes only letters as the last part of an address's domain.
  isFQDN(text) && /\.[a-z]{2,}$/i.test(text) ? text : null;

/** Is the server of this URL on this machine, so that nobody else can read what is sent to it? */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host, '4') && host.startsWith('127.'));
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function canDecode(...parts: readonly string[]): boolean {
  try {
    parts.forEach((part) => decodeURIComponent(part));
    return true;
  } catch {
    return false;
  }
}
