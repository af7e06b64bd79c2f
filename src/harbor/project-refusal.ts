import type { DomainError } from '../common/errors';
import type { HarborOperation, Refused } from './harbor-operation';

/** For any login, robots too, and the only call that tells an absent project from a forbidden one to a robot. */
export async function projectExists(harbor: HarborOperation, name: string): Promise<boolean> {
  return harbor.exists('/projects', { query: { project_name: name } });
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
