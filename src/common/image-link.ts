import { DomainError } from './errors';

/** A full image link, taken apart. `address` is the registry's canonical `host[:port]`, whatever spelling was given. */
export interface ImageLink {
  address: string;
  project: string;
  /** Without the project; may contain slashes. */
  repository: string;
  tag: string | null;
  /** `sha256:` and 64 hex digits. */
  digest: string | null;
}

export interface RegistryNames {
  /** `host[:port]`, as links, docker login and docker tag have it. */
  address: string;
  /** Other `host[:port]` under which the same registry is known. */
  aliases?: readonly string[];
}

const MAX_LINK_LENGTH = 1024;
/** Of `project/repository`, without the registry: the distribution reference's limit. */
const MAX_PATH_LENGTH = 255;

// Each of these is decided by one character at a time (no two alternatives begin alike), so none can backtrack
// into more than linear time.
/** How a line of a shell begins: `docker`, `sudo`, `$`. */
const COMMAND = /^(?:[$#%>]|[A-Za-z][A-Za-z.-]+)$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const ALLOWED_IN_HOST = /[A-Za-z0-9._:@[\]-]/;
const ALLOWED_AFTER_HOST = /[A-Za-z0-9._:@/-]/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const SIGNATURE_TAG = /^sha256-[0-9a-f]{64}\.(?:sig|att|sbom)$/;

/**
 * Reads a link by the grammar of the distribution reference (github.com/distribution/reference), narrowed to what
 * Berth can use: the host is our registry, there is a project and a repository, a digest is sha256.
 * Whitespace that comes along when pasting (space, tab, CR, LF at the ends) is dropped.
 *
 * Throws `invalid` with the first problem in this order: `link.too-long`, `.empty`, `.scheme`, `.command`, `.characters`,
 * `.host-missing` or `.host-other`, `.repository-missing`, `.upper-case` or `.path` (component by component),
 * `.path-too-long`, `.tag`, `.digest`.
 */
export function parseImageLink(text: string, registry: RegistryNames): ImageLink {
  // Before anything else, so that no work is done for megabytes.
  if (text.length > MAX_LINK_LENGTH) throw invalid('link.too-long', { max: MAX_LINK_LENGTH });
  const example = `${registry.address}/my-project/my-image:v1`;
  const link = trimPasted(text);
  if (link === '') throw invalid('link.empty', { example });
  const scheme = SCHEME.exec(link)?.[0];
  if (scheme !== undefined) throw invalid('link.scheme', { scheme, example });
  refuseCommand(link, registry);
  refuseForeignCharacters(link, example);

  const path = pathWithinRegistry(link, registry, example);
  const { name, tag, digest } = splitPath(path);
  const { project, repository } = readName(name, example);
  if (tag !== null && !TAG.test(tag)) throw invalid('link.tag', { tag });
  if (digest !== null && !DIGEST.test(digest)) throw invalid('link.digest');
  return { address: registry.address, project, repository, tag, digest };
}

/** The link as people paste it; `parseImageLink` gives the same parts back. */
export function formatImageLink(link: ImageLink): string {
  const tag = link.tag === null ? '' : `:${link.tag}`;
  const digest = link.digest === null ? '' : `@${link.digest}`;
  return `${link.address}/${link.project}/${link.repository}${tag}${digest}`;
}

/** What a job really runs: `host/project/repository@sha256:…`, without the tag. */
export function pinnedReference(link: ImageLink, digest: string): string {
  return formatImageLink({ ...link, tag: null, digest });
}

/** Throws `invalid` (`link.tag-or-digest-missing`) for a link that leaves open which image is meant. */
export function requireTagOrDigest(link: ImageLink): void {
  if (link.tag === null && link.digest === null) {
    const example = formatImageLink({ ...link, tag: 'v1' });
    throw invalid('link.tag-or-digest-missing', { example });
  }
}

/** Can a repository have this name (without its project)? */
export function isRepositoryName(name: string): boolean {
  return name.length <= MAX_PATH_LENGTH && name.split('/').every((part) => PATH_COMPONENT.test(part));
}

export function isTagName(name: string): boolean {
  return TAG.test(name);
}

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** What cosign keeps under a signature tag, and of which image; null for every other tag. */
export function readSignatureTag(
  tag: string,
): { attachment: 'signature' | 'attestation' | 'sbom'; digest: string } | null {
  if (!isSignatureTag(tag)) return null;
  const [name = '', ending = ''] = tag.split('.');
  const attachment = ending === 'sig' ? 'signature' : ending === 'att' ? 'attestation' : 'sbom';
  return { attachment, digest: name.replace('-', ':') };
}

/** Is it a tag under which cosign keeps a signature, an attestation or an SBOM of an image? */
export function isSignatureTag(tag: string): boolean {
  return SIGNATURE_TAG.test(tag);
}

type LinkCode = Extract<ConstructorParameters<typeof DomainError>[1], `link.${string}`>;

function invalid(code: LinkCode, params: Record<string, string | number> = {}): DomainError {
  return new DomainError('invalid', code, params);
}

/** Unlike String.trim it leaves Unicode spaces alone: those are told to the person as foreign characters. */
function trimPasted(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' \t\r\n'.includes(text.charAt(start))) start++;
  while (end > start && ' \t\r\n'.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `docker push host/project/image:v1` was pasted: the link in it is told. */
function refuseCommand(line: string, registry: RegistryNames): void {
  const [command = '', ...words] = line.split(/[ \t\r\n]+/);
  if (!COMMAND.test(command)) return;
  const ours = [registry.address, ...(registry.aliases ?? [])].map((name) => `${name.toLowerCase()}/`);
  const link = words.findLast((word) => ours.some((start) => word.toLowerCase().startsWith(start)));
  if (link !== undefined) throw invalid('link.command', { link });
}

function refuseForeignCharacters(link: string, example: string): void {
  let position = 0;
  let inHost = true;
  for (const character of link) {
    position++;
    if (character === '/') inHost = false;
    else if (!(inHost ? ALLOWED_IN_HOST : ALLOWED_AFTER_HOST).test(character)) {
      throw invalid('link.characters', { character: describeCharacter(character), position, example });
    }
  }
}

/** Look-alikes and invisible characters are only recognised by their code: `"а" (U+0430)`. */
function describeCharacter(character: string): string {
  if (/^[!-~]$/.test(character)) return `"${character}"`;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `"${character}" (${code})` : code;
}

/** What follows `host[:port]/`, once the host is known to be our registry. */
function pathWithinRegistry(link: string, registry: RegistryNames, example: string): string {
  const slash = link.indexOf('/');
  const host = slash === -1 ? link : link.slice(0, slash);
  const ours = [registry.address, ...(registry.aliases ?? [])];
  if (ours.some((name) => name.toLowerCase() === host.toLowerCase())) {
    return slash === -1 ? '' : link.slice(slash + 1);
  }
  // Docker reads a first part without dot, colon or upper case as a path on Docker Hub, `localhost` aside.
  const looksLikeHost = slash !== -1 && (host === 'localhost' || /[.:A-Z]/.test(host));
  throw looksLikeHost
    ? invalid('link.host-other', { address: registry.address })
    : invalid('link.host-missing', { example });
}

function splitPath(path: string): { name: string; tag: string | null; digest: string | null } {
  const at = path.indexOf('@');
  const named = at === -1 ? path : path.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return {
    name: colon === -1 ? named : named.slice(0, colon),
    tag: colon === -1 ? null : named.slice(colon + 1),
    digest: at === -1 ? null : path.slice(at + 1),
  };
}

function readName(name: string, example: string): { project: string; repository: string } {
  const slash = name.indexOf('/');
  if (slash === -1 || slash === name.length - 1) throw invalid('link.repository-missing', { example });
  for (const part of name.split('/')) {
    if (PATH_COMPONENT.test(part)) continue;
    if (PATH_COMPONENT.test(part.toLowerCase())) throw invalid('link.upper-case', { part });
    throw invalid('link.path', { part: part === '' ? name : part });
  }
  if (name.length > MAX_PATH_LENGTH) throw invalid('link.path-too-long', { max: MAX_PATH_LENGTH });
  return { project: name.slice(0, slash), repository: name.slice(slash + 1) };
}
