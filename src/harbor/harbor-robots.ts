import { allPages, PAGE_SIZE } from './all-pages';
import { exactly } from './harbor-address';
import type { components } from './harbor-api.generated';
import type { HarborOperation } from './harbor-operation';
import type { CreatedRobot, Deleted, HarborRobot, NewRobot } from './harbor.types';

const NEVER = -1;

/** @param projectId of which project; null for the robots of the system */
export async function listRobots(harbor: HarborOperation, projectId: number | null): Promise<HarborRobot[]> {
  const level = projectId === null ? 'system' : 'project';
  const q = projectId === null ? undefined : `Level=project,ProjectID=${projectId}`;
  return allPages(async (paging) => {
    const answer = await harbor.get('/robots', { query: { q, ...paging } });
    if (!answer.ok) throw answer.rejection();
    return answer.body.map(robot);
  }).then((robots) => robots.filter((found) => found.level === level));
}

/** @param name without Harbor’s prefix, and long enough to be nobody else’s ending */
export async function findSystemRobot(harbor: HarborOperation, name: string): Promise<HarborRobot | null> {
  const answer = await harbor.get('/robots', { query: { q: exactly('name', name), page: 1, page_size: 10 } });
  if (!answer.ok) throw answer.rejection();
  const found = answer.body.map(robot).find((each) => each.level === 'system' && each.name.endsWith(name));
  return found ?? null;
}

/**
 * The robot of the system with this login name, in whatever prefix this Harbor gives; null: there is none. Harbor lists
 * them by name, so a robot that others' names begin with comes before all of those.
 */
export async function findRobotByLogin(
  harbor: HarborOperation,
  loginName: string,
): Promise<HarborRobot | null> {
  for (let page = 1; ; page += 1) {
    const answer = await harbor.get('/robots', { query: { page, page_size: PAGE_SIZE } });
    if (!answer.ok) throw answer.rejection();
    const found = answer.body.map(robot).find((each) => each.level === 'system' && each.name === loginName);
    if (found !== undefined) return found;
    if (answer.body.length < PAGE_SIZE) return null;
  }
}

export async function createRobot(harbor: HarborOperation, wanted: NewRobot): Promise<CreatedRobot> {
  const { name, description, level, durationDays, permissions } = wanted;
  const body = { name, description, level, duration: durationDays ?? NEVER, disable: false, permissions };
  const answer = await harbor.post('/robots', { body });
  if (answer.ok) {
    const { id, name: loginName, secret, expires_at: expiresAt } = answer.body;
    return { outcome: 'created', id, name: loginName, secret, expiresAt: end(expiresAt) };
  }
  if (answer.status === 409) return { outcome: 'exists' };
  throw answer.rejection();
}

export async function deleteRobot(harbor: HarborOperation, robotId: number): Promise<Deleted> {
  const answer = await harbor.delete('/robots/{robot_id}', { path: { robot_id: robotId } });
  if (answer.ok) return 'deleted';
  if (answer.meaning === 'robot-absent') return 'absent';
  throw answer.rejection();
}

function robot(found: components['schemas']['Robot']): HarborRobot {
  return {
    id: found.id,
    name: found.name,
    description: found.description ?? '',
    level: found.level,
    disabled: found.disable ?? false,
    expiresAt: end(found.expires_at ?? NEVER),
    createdAt: new Date(found.creation_time),
    permissions: found.permissions ?? [],
  };
}

/** @param expiresAt seconds since 1970 */
function end(expiresAt: number): Date | null {
  return expiresAt <= 0 ? null : new Date(expiresAt * 1000);
}
