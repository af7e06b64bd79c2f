import { isDomainError } from '../common/errors';
import {
  formatImageLink,
  isSignatureTag,
  parseImageLink,
  requireTagOrDigest,
  type ImageLink,
  type RegistryNames,
} from '../common/image-link';
import { hint, problem, warning, type Finding } from './finding';

export type Action = 'login' | 'push' | 'pull';

/** What a person wants to reach, as far as it can be read; `link` is null where it cannot. */
export interface Target {
  link: ImageLink | null;
  findings: Finding[];
}

const SCHEME = /^\s*([a-z][a-z0-9+.-]{0,30}:\/\/)/i;

/** Reads what was given to push or pull, or to log in to. A scheme is told, and the rest is read nevertheless. */
export function readTarget(action: Action, given: string | undefined, registry: RegistryNames): Target {
  if (given === undefined) return { link: null, findings: [] };
  return action === 'login' ? readAddress(given, registry) : readLink(action, given, registry);
}

function readAddress(given: string, registry: RegistryNames): Target {
  const { address } = registry;
  const scheme = SCHEME.exec(given)?.[1];
  const host = hostOf(scheme === undefined ? given : given.slice(given.indexOf(scheme) + scheme.length));
  const findings: Finding[] = [];
  if (scheme !== undefined) findings.push(warning('diagnose.address-scheme', { scheme, address }));
  if (!isOurs(host, registry)) findings.push(wrongHost(host, registry));
  return { link: null, findings };
}

function readLink(action: 'push' | 'pull', given: string, registry: RegistryNames): Target {
  const read = attempt(given, registry);
  const inner = isReadable(read) ? null : innerLink(given, read.findings);
  if (inner === null) return withNotes(action, read);
  // One mistake seldom comes alone: what follows the scheme, or is in the command, is read as well.
  const rest = withNotes(action, attempt(inner, registry));
  return { link: rest.link, findings: [...read.findings, ...rest.findings] };
}

function innerLink(given: string, [found]: readonly Finding[]): string | null {
  if (found?.code === 'link.command') return String(found.params.link);
  const scheme = SCHEME.exec(given)?.[1];
  return scheme === undefined ? null : given.slice(given.indexOf(scheme) + scheme.length);
}

function attempt(given: string, registry: RegistryNames): Target {
  try {
    return { link: parseImageLink(given, registry), findings: [] };
  } catch (error) {
    if (!isDomainError(error, 'invalid')) throw error;
    const host = hostOf(given);
    const otherPort = error.code === 'link.host-other' && nameOf(host) === nameOf(registry.address);
    const finding = otherPort ? wrongHost(host, registry) : problem(error.code, error.params);
    return { link: null, findings: [finding] };
  }
}

function isReadable(target: Target): target is { link: ImageLink; findings: Finding[] } {
  return target.link !== null;
}

function withNotes(action: 'push' | 'pull', target: Target): Target {
  if (!isReadable(target)) return target;
  const { link } = target;
  const findings = [...target.findings];
  if (action === 'push' && link.digest !== null) {
    const example = formatImageLink({ ...link, tag: link.tag ?? 'v1', digest: null });
    findings.push(problem('diagnose.push-by-digest', { example }));
  }
  if (link.tag !== null && isSignatureTag(link.tag))
    findings.push(hint('link.signature-tag', { tag: link.tag }));
  try {
    requireTagOrDigest(link);
  } catch (error) {
    if (!isDomainError(error, 'invalid')) throw error;
    findings.push(hint(error.code, error.params));
  }
  return { link, findings };
}

function wrongHost(given: string, registry: RegistryNames): Finding {
  const { address } = registry;
  return nameOf(given) === nameOf(address)
    ? problem('diagnose.address-port', { given, address })
    : problem('diagnose.address-other', { address });
}

function isOurs(host: string, { address, aliases = [] }: RegistryNames): boolean {
  return [address, ...aliases].some((name) => name.toLowerCase() === host.toLowerCase());
}

function hostOf(given: string): string {
  return given.trim().split('/')[0] ?? '';
}

/** Without the port, in lower case. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d{0,5}$/, '');
}
