import type { ServiceCaller } from '../auth/caller';
import { DomainError } from '../common/errors';
import { formatImageLink } from '../common/image-link';
import type { LookupAnswer, LookupService } from '../lookup/lookup.service';
import { distinctLinks, type JobLink, type JobQuestion } from './job-question';

const AT_ONCE = 8;

export interface LookedUp extends JobLink {
  answer: LookupAnswer;
}

/**
 * What a job runs for each of its links, each once, by the one lookup that everybody asks.
 * @param maxAgeMs how old the look at a tag that may move can be
 * @throws DomainError as LookupService.lookup, pointing to the link
 */
export async function lookUpAll(
  lookups: LookupService,
  caller: ServiceCaller,
  question: JobQuestion,
  maxAgeMs: number,
): Promise<LookedUp[]> {
  const { forUsername } = question;
  const asked = distinctLinks(question);
  const found: LookedUp[] = [];
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    const turn = asked.slice(from, from + AT_ONCE).map(async (each) => {
      const link = formatImageLink(each.link);
      try {
        const wanted = { link, for: forUsername, maxAgeMs, requireFresh: false };
        return { ...each, answer: await lookups.lookup(caller, wanted) };
      } catch (error) {
        throw pointingTo(error, `/links/${question.links.findIndex(({ name }) => name === each.name)}`);
      }
    });
    found.push(...(await Promise.all(turn)));
  }
  return found;
}

/** The same error, saying which link it is about. */
function pointingTo(error: unknown, pointer: string): unknown {
  if (!(error instanceof DomainError)) return error;
  const { kind, code, params, retryAfterSeconds } = error;
  return new DomainError(kind, code, params, {
    cause: error,
    errors: [{ pointer, code, params }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
