import { execFile } from 'node:child_process';
import { Semaphore } from 'async-mutex';
import { acceptedLinks, pastedLinks, refusedLinks, type AcceptedLink } from '../vectors/image-links';
import { skopeo } from '../servers/skopeo';

const AT_ONCE = 4;
const CHUNK = 1_000;

/**
 * What skopeo's own parser says of links. It reads its `--additional-tag` values before it does anything else, as many
 * as there are, and stops at the first that is none; nobody listens where it then would go.
 */
async function readsAll(links: readonly string[]): Promise<boolean> {
  // The values are CSV: in quotes, everything but a carriage return arrives as it is.
  const values = links.flatMap((link) => ['--additional-tag', `"${link.replaceAll('"', '""')}"`]);
  const args = ['copy', ...values, 'docker://127.0.0.1:9/a/b:c', 'docker-archive:/dev/null/nowhere.tar'];
  const says = await new Promise<string>((resolve) => {
    execFile(skopeo(), args, (_error, _stdout, stderr) => resolve(stderr));
  });
  if (/initializing (source|destination)|must be a tagged reference/.test(says)) return true;
  if (/additional-tag/.test(says)) return false;
  throw new Error(`skopeo says neither yes nor no: ${says.slice(0, 500)}`);
}

/** Those that skopeo reads, by halves: where all are, one run says so. */
async function refusedOf(links: readonly string[]): Promise<string[]> {
  if (links.length === 0 || (await readsAll(links))) return [];
  if (links.length === 1) return [...links];
  const half = Math.ceil(links.length / 2);
  return [...(await refusedOf(links.slice(0, half))), ...(await refusedOf(links.slice(half)))];
}

/** Those of `links` that skopeo reads, each asked for alone. */
async function readOf(links: readonly string[]): Promise<string[]> {
  const turns = new Semaphore(AT_ONCE);
  const read = await Promise.all(links.map((link) => turns.runExclusive(() => readsAll([link]))));
  return links.filter((_, place) => read[place]);
}

/** Each third of the many that are alike; a NUL cannot be an argument, and CSV loses a carriage return. */
function sampleOf(links: readonly string[]): string[] {
  const askable = links.filter((link) => !/[\0\r]/.test(link));
  return askable.length > 60 ? askable.filter((_, place) => place % 3 === 0) : askable;
}

/** Why skopeo reads what Berth refuses: a place of its own is no fault of a link. */
const READ_BY_SKOPEO: Readonly<Record<string, (link: string) => boolean>> = {
  // Docker's own registry is meant where none is named.
  'link.host-missing': (link) => !link.includes('/') || !/^([^/]*[.:][^/]*|localhost)\//.test(link),
  // Of another registry.
  'link.host-other': () => true,
  // Harbor keeps nothing outside of a project.
  'link.repository-missing': (link) => (link.match(/\//g) ?? []).length <= 1,
  // Harbor's digests are SHA-256.
  'link.digest': (link) => /@sha(384|512):[0-9a-f]{96,128}$/.test(link),
};

/** Older parsers know no IPv6, and count the host among a name's 255 characters; newer ones and Harbor's are wiser. */
function isJudged({ link, parts: { project, repository } }: AcceptedLink): boolean {
  return !link.startsWith('[') && link.indexOf('/') + 1 + project.length + 1 + repository.length <= 255;
}

describe('the link vectors, as skopeo’s parser reads them', () => {
  it('are read by skopeo where Berth accepts them with a tag', async () => {
    const links = acceptedLinks
      .filter(isJudged)
      .flatMap(({ link, parts }) => (parts.tag === null ? [] : link));
    expect(links.length).toBeGreaterThan(2_500);
    for (let from = 0; from < links.length; from += CHUNK) {
      expect(await refusedOf(links.slice(from, from + CHUNK))).toEqual([]);
    }
  });

  it('are read by skopeo where Berth accepts them without a tag', async () => {
    const links = acceptedLinks
      .filter(isJudged)
      .flatMap(({ link, parts }) => (parts.tag === null ? link : []));
    const some = links.filter((_, place) => place % 5 === 0);
    expect(await readOf(some)).toEqual(some);
  });

  it('are refused by skopeo where white space was pasted along, which Berth drops', async () => {
    const links = sampleOf(pastedLinks.map(({ link }) => link));
    expect(await readOf(links)).toEqual([]);
  });

  it('are refused by skopeo where Berth refuses them, but for those of another place', async () => {
    const codes = [...new Set(refusedLinks.map(({ code }) => code))];
    const asked = codes.flatMap((code) =>
      sampleOf(refusedLinks.filter((refused) => refused.code === code).map(({ link }) => link)),
    );
    expect(asked.length).toBeGreaterThan(300);
    const codeOf = new Map(refusedLinks.map(({ link, code }) => [link, code]));
    const unexplained = (await readOf(asked)).filter(
      (link) => READ_BY_SKOPEO[codeOf.get(link) ?? '']?.(link) !== true,
    );
    expect(unexplained).toEqual([]);
  });
});
