import { createHash } from 'node:crypto';

export interface PersonalNames {
  /** The personal project in Harbor: the prefix and the name. */
  project: string;
  /** The person's user in Harbor. */
  harborUsername: string;
}

/** What Harbor takes as a project name (`src/pkg/project/manager.go`); Berth gives its users such names too. */
const HARBOR_NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const MAX_PROJECT_LENGTH = 255;
/** Harbor makes `library` itself. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['library']);
/** Leaves room in the 255 characters that Harbor grants to project names, e-mail addresses and paths. */
const MAX_NAME_LENGTH = 64;
const MAX_SLUG_LENGTH = 40;
const HASH_LENGTH = 12;
/** The ending that only made names have: a username that has it by itself is not plain, so nothing collides. */
const MADE_ENDING = new RegExp(`\\.h-[a-z2-7]{${HASH_LENGTH}}$`);
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * The names of a person's project and user in Harbor, from the username as the directory's entry spells it.
 *
 * Pure and total: any string has names that Harbor accepts. A plain lower-case name is kept (`li.wei-2` has
 * `user-li.wei-2`); any other gets what is readable of it and 60 bits of its SHA-256 (`Zoë` has
 * `user-zoe.h-…`). Two usernames share names only when they differ in case or in Unicode's compatibility
 * forms alone, which directories take for one name (RFC 4518); whose they are is decided by the entry's id, and a unique key keeps it single.
 * `admin` stays `admin`: that Harbor's own user is not ours shows when the account is made.
 *
 * @param projectPrefix lower-case letters and digits with single `.`, `_` or `-` between them or at the end
 */
export function personalNames(username: string, projectPrefix: string): PersonalNames {
  const harborUsername = harborName(username);
  return { project: `${projectPrefix}${harborUsername}`, harborUsername };
}

/**
 * Names for a person whose own are taken by somebody else who had the username before. They follow from both: the
 * same person always gets the same, and nobody else gets them.
 */
export function otherNames(username: string, personId: string, projectPrefix: string): PersonalNames {
  const folded = username.normalize('NFKC').toLowerCase().normalize('NFKC');
  const harborUsername = `${slug(folded)}.h-${shortHash(`${folded}\0${personId}`)}`;
  return { project: `${projectPrefix}${harborUsername}`, harborUsername };
}

/** Why a name cannot be a shared project's; null when it can. */
export function sharedNameRefusal(name: string, projectPrefix: string): 'not-a-name' | 'reserved' | null {
  if (name.length > MAX_PROJECT_LENGTH || !HARBOR_NAME.test(name)) return 'not-a-name';
  return name.startsWith(projectPrefix) || RESERVED_NAMES.has(name) ? 'reserved' : null;
}

/**
 * The e-mail address that Harbor demands of a user; it receives nothing.
 *
 * @param domain with a dot and a last label of letters, at most 190 characters: Harbor takes no other
 */
export function harborEmail(harborUsername: string, domain: string): string {
  return `${harborUsername}@${domain}`;
}

function harborName(username: string): string {
  const folded = username.normalize('NFKC').toLowerCase().normalize('NFKC');
  return isPlain(folded) ? folded : `${slug(folded)}.h-${shortHash(folded)}`;
}

function isPlain(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && HARBOR_NAME.test(name) && !MADE_ENDING.test(name);
}

function slug(name: string): string {
  const ascii = name.normalize('NFKD').replace(/\p{M}+/gu, '');
  const words = ascii.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const readable = words.join('-').slice(0, MAX_SLUG_LENGTH);
  return readable === '' ? 'person' : readable.replace(/-$/, '');
}

/** Over UTF-16, where UTF-8 would make all unpaired surrogates one. */
function shortHash(name: string): string {
  const bytes = createHash('sha256').update(Buffer.from(name, 'utf16le')).digest();
  return Array.from(bytes.subarray(0, HASH_LENGTH), (byte) => BASE32.charAt(byte & 31)).join('');
}
