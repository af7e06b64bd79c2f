import * as fc from 'fast-check';
import { acceptedLinks, DIGEST, pastedLinks, refusedLinks, registry } from '../../test/vectors/image-links';
import { DomainError } from './errors';
import {
  formatImageLink,
  isSignatureTag,
  parseImageLink,
  pinnedReference,
  requireTagOrDigest,
  type ImageLink,
} from './image-link';

function problemOf(work: () => unknown): DomainError | null {
  try {
    work();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

function verdict(link: string): string {
  return problemOf(() => parseImageLink(link, registry))?.code ?? 'accepted';
}

/** The distribution reference's grammar, read from its description: a second opinion on what is a link at all. */
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^(?<host>[^/]+)/(?<path>${COMPONENT}(?:/${COMPONENT})+)(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@sha256:[a-f0-9]{64})?$`,
);

function referenceAccepts(link: string): boolean {
  const found = REFERENCE.exec(link)?.groups;
  const hosts = [registry.address, ...(registry.aliases ?? [])].map((name) => name.toLowerCase());
  return !!found && hosts.includes(found.host?.toLowerCase() ?? '') && (found.path?.length ?? 0) <= 255;
}

const component = fc.stringMatching(/^[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,6}){0,3}$/);
const imageLinks: fc.Arbitrary<ImageLink> = fc.record({
  address: fc.constant(registry.address),
  project: component,
  repository: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,127}$/)),
  digest: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`)),
});

/** Strings that are nearly links: pieces of the grammar, and of what people and attackers put between them. */
const nearLinks = fc
  .array(
    fc.oneof(
      fc.constantFrom('registry.example.com/', '10.0.0.5/', 'p/', 'app', 'a', 'A', '0', DIGEST),
      fc.constantFrom('/', ':', '@', '.', '_', '-', '__', '..', ' ', '[', '%', '\n', '：'),
    ),
    { maxLength: 9 },
  )
  .map((pieces) => `registry.example.com/${pieces.join('')}`);

describe('parseImageLink', () => {
  it('takes every accepted vector apart', () => {
    const seen = acceptedLinks.map(({ link }) => ({ link, parts: parseImageLink(link, registry) }));
    expect(seen).toEqual(acceptedLinks);
  });

  it('drops whitespace that was pasted along', () => {
    const seen = pastedLinks.map(({ link }) => ({ link, parts: parseImageLink(link, registry) }));
    expect(seen).toEqual(pastedLinks);
  });

  it('refuses every other vector with the code that says why', () => {
    expect(refusedLinks.map(({ link }) => ({ link, code: verdict(link) }))).toEqual(refusedLinks);
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(imageLinks, (link) =>
        expect(parseImageLink(formatImageLink(link), registry)).toEqual(link),
      ),
    );
  });

  it('agrees with the reference grammar on what is a link', () => {
    const ours = [...acceptedLinks, ...refusedLinks].map(({ link }) => verdict(link) === 'accepted');
    expect(ours).toEqual([...acceptedLinks, ...refusedLinks].map(({ link }) => referenceAccepts(link)));
    fc.assert(
      fc.property(nearLinks, (link) =>
        expect(verdict(link) === 'accepted').toBe(referenceAccepts(link.trim())),
      ),
      { numRuns: 5000 },
    );
  });

  it('throws nothing but a DomainError, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 1100 }),
        (text) => typeof verdict(text) === 'string',
      ),
    );
  });

  it.each([
    ['registry.example.com/p/my app', { character: 'U+0020', position: 26 }],
    ['registry.example.com/p/app：v1', { character: '"：" (U+FF1A)', position: 27 }],
    ['registry.example.com/p/\u0430pp', { character: '"\u0430" (U+0430)', position: 24 }],
    ['registry.example.com/p/a\u0000', { character: 'U+0000', position: 25 }],
    ['registry.example.com/p/a?b', { character: '"?"', position: 25 }],
  ])('names the first foreign character of %j', (link, params) => {
    expect(problemOf(() => parseImageLink(link, registry))?.params).toMatchObject(params);
  });

  it('gives the address back as it is configured, upper case included', () => {
    const link = parseImageLink('registry.example.com/p/app', { address: 'Registry.example.com' });
    expect(link.address).toBe('Registry.example.com');
  });

  it('names the component that has upper case', () => {
    const problem = problemOf(() => parseImageLink('registry.example.com/p/Team/App:v1', registry));
    expect(problem?.params).toEqual({ part: 'Team' });
  });
});

describe('pinnedReference', () => {
  it('has the digest in place of the tag', () => {
    const link = parseImageLink('10.0.0.5/p/team/app:v1', registry);
    expect(pinnedReference(link, DIGEST)).toBe(`registry.example.com/p/team/app@${DIGEST}`);
  });
});

describe('requireTagOrDigest', () => {
  it('refuses a link with neither, and shows how it would look', () => {
    const problem = problemOf(() => requireTagOrDigest(parseImageLink('10.0.0.5/p/app', registry)));
    expect(problem).toMatchObject({
      kind: 'invalid',
      code: 'link.tag-or-digest-missing',
      params: { example: 'registry.example.com/p/app:v1' },
    });
  });

  it.each([':v1', `@${DIGEST}`, `:v1@${DIGEST}`])('takes a link that ends in %s', (end) => {
    expect(problemOf(() => requireTagOrDigest(parseImageLink(`10.0.0.5/p/app${end}`, registry)))).toBeNull();
  });
});

describe('isSignatureTag', () => {
  const hex = DIGEST.slice('sha256:'.length);
  it.each([`sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`])('knows %s', (tag) => {
    expect(isSignatureTag(tag)).toBe(true);
  });

  it.each([
    `sha256-${hex}`,
    `sha256-${hex}.txt`,
    `sha256-${hex}.sig2`,
    `sha256-${hex.slice(1)}.sig`,
    'sha256-v1',
    'v1.sig',
  ])('takes %s for a tag like others', (tag) => {
    expect(isSignatureTag(tag)).toBe(false);
  });
});
