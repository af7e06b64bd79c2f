import { createHash } from 'node:crypto';
import { usernameKey } from '../auth/username-key';
import type { ImageLink, RegistryNames } from '../common/image-link';
import { imageName, readLinkField } from '../images/image-name';

/** A link of a job, read; without tag and digest it is `latest`, as runtimes take it. */
export interface JobLink {
  link: ImageLink;
  /** `project/repository:tag` or with `@digest`: the same for every way to write the link. */
  name: string;
}

/** Whose job it is and what it runs: a job asks one question for all its life. */
export interface JobQuestion {
  forUsername: string;
  /** In the order asked for, each as often as it was asked for. */
  links: readonly JobLink[];
  /** The same for the same person and links, in any order and spelling. */
  fingerprint: string;
}

/** @throws DomainError invalid `link.*`, pointing to the link */
export function readJobQuestion(
  forUsername: string,
  texts: readonly string[],
  registry: RegistryNames,
): JobQuestion {
  const links = texts.map((text, index) => {
    const read = readLinkField(text, registry, `/links/${index}`);
    const link = read.tag === null && read.digest === null ? { ...read, tag: 'latest' } : read;
    return { link, name: imageName(link) };
  });
  const names = [...new Set(links.map(({ name }) => name))].sort();
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([usernameKey(forUsername), ...names]))
    .digest('hex');
  return { forUsername, links, fingerprint };
}

/** The links of a question, each once. */
export function distinctLinks(question: JobQuestion): JobLink[] {
  return [...new Map(question.links.map((each) => [each.name, each])).values()];
}
