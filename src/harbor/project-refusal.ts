import type { DomainError } from '../common/errors';
import { exactly } from './harbor-address';
import { rejected } from './harbor-call-error';
import type { HarborOperation, Refused } from './harbor-operation';

const LIST = { method: 'get', path: '/projects' } as const;

/**
 * Tells an absent project from a forbidden one to a robot, who gets 403 for both. Asked only after a call that
 * proved the login: to a wrong one Harbor lists what is public, with 200 (recording "wrong admin password").
 */
export async function projectExists(harbor: HarborOperation, name: string): Promise<boolean> {
  const answer = await harbor.get('/projects', { query: { q: exactly('name', name), with_detail: false } });
  if (!answer.ok) throw answer.rejection();
  // Harbor ignores a filter that it does not know: such a list proves nothing absent.
  if (answer.body.some((project) => project.name !== name)) throw rejected(LIST, 200, 'not filtered by name');
  return answer.body.length > 0;
}

/** Does this refusal mean that the project is absent? To a robot Harbor says 403 then, as for one it may not see. */
export async function saysProjectAbsent(
  harbor: HarborOperation,
  refused: Refused,
  project: string,
): Promise<boolean> {
  if (refused.status === 403) return !(await projectExists(harbor, project));
  return refused.meaning === 'project-absent';
}

/** What to throw for a refusal of a call in a project that the caller has observed before. */
export async function refusedInProject(
  harbor: HarborOperation,
  refused: Refused,
  project: string,
): Promise<DomainError> {
  return (await saysProjectAbsent(harbor, refused, project)) ? refused.changed() : refused.rejection();
}
