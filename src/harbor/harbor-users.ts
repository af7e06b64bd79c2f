import { allPages } from './all-pages';
import { createdFrom } from './created';
import { exactly } from './harbor-address';
import type { components } from './harbor-api.generated';
import type { HarborOperation, Refused } from './harbor-operation';
import type { Created, Deleted, HarborMember, HarborUser, NewHarborUser, ProjectRole } from './harbor.types';
import { refusedInProject } from './project-refusal';

const USER = '/users/{user_id}';
const MEMBERS = '/projects/{project_name_or_id}/members';
const MEMBER = '/projects/{project_name_or_id}/members/{member_id}';

/** Harbor's first administrator: owner of what robots make, and left out of Harbor's lists of users. */
const FIRST_ADMIN_ID = 1;

const ROLE_IDS = { admin: 1, developer: 2, guest: 3, maintainer: 4, 'limited-guest': 5 } as const;
const ROLES = new Map<number, ProjectRole>([
  [1, 'admin'],
  [2, 'developer'],
  [3, 'guest'],
  [4, 'maintainer'],
  [5, 'limited-guest'],
]);

export async function findUser(harbor: HarborOperation, username: string): Promise<HarborUser | null> {
  const query = { q: exactly('username', username), page: 1, page_size: 10 };
  const answer = await harbor.get('/users', { query });
  if (!answer.ok) throw answer.rejection();
  const found = answer.body.find((candidate) => candidate.username === username);
  return found === undefined ? null : user(found);
}

export async function findUserById(harbor: HarborOperation, userId: number): Promise<HarborUser | null> {
  const answer = await harbor.get(USER, { path: { user_id: userId } });
  if (answer.ok) return user(answer.body);
  if (answer.meaning === 'user-absent') return null;
  throw answer.rejection();
}

/** A robot is no user (412); what it makes belongs to the first administrator. */
export async function ownerOfMadeProjects(harbor: HarborOperation): Promise<number> {
  const answer = await harbor.get('/users/current', {});
  if (answer.ok) return answer.body.user_id;
  if (answer.status === 412) return FIRST_ADMIN_ID;
  throw answer.rejection();
}

export async function createUser(harbor: HarborOperation, wanted: NewHarborUser): Promise<Created> {
  const { username, email, realName, comment, password } = wanted;
  const body = { username, email, realname: realName, comment, password };
  const answer = await harbor.post('/users', { body });
  const created = createdFrom(answer, '/users');
  if (created === null && !answer.ok) throw answer.rejection();
  return created ?? { outcome: 'exists' };
}

export async function setPassword(
  harbor: HarborOperation,
  userId: number,
  password: string,
): Promise<'changed' | 'identical'> {
  const body = { new_password: password };
  const answer = await harbor.put('/users/{user_id}/password', { path: { user_id: userId }, body });
  if (answer.ok) return 'changed';
  if (answer.meaning === 'password-identical') return 'identical';
  throw answer.meaning === 'user-absent' ? answer.changed() : answer.rejection();
}

export async function deleteUser(harbor: HarborOperation, userId: number): Promise<Deleted> {
  const answer = await harbor.delete(USER, { path: { user_id: userId } });
  if (answer.ok) return 'deleted';
  if (answer.meaning === 'user-absent') return 'absent';
  throw answer.rejection();
}

export async function listMembers(harbor: HarborOperation, project: string): Promise<HarborMember[]> {
  return allPages(async (query) => {
    const answer = await harbor.get(MEMBERS, { path: { project_name_or_id: project }, query });
    if (!answer.ok) throw await refusedInProject(harbor, answer, project);
    return answer.body.map(member);
  });
}

export async function addMember(
  harbor: HarborOperation,
  project: string,
  userId: number,
  role: ProjectRole,
): Promise<Created> {
  const body = { role_id: ROLE_IDS[role], member_user: { user_id: userId } };
  const answer = await harbor.post(MEMBERS, { path: { project_name_or_id: project }, body });
  const created = createdFrom(answer, MEMBERS);
  if (created === null && !answer.ok) throw await memberRefused(harbor, answer, project);
  return created ?? { outcome: 'exists' };
}

export async function setMemberRole(
  harbor: HarborOperation,
  project: string,
  memberId: number,
  role: ProjectRole,
): Promise<void> {
  const path = { project_name_or_id: project, member_id: memberId };
  const answer = await harbor.put(MEMBER, { path, body: { role_id: ROLE_IDS[role] } });
  if (!answer.ok) throw await memberRefused(harbor, answer, project);
}

export async function removeMember(
  harbor: HarborOperation,
  project: string,
  memberId: number,
): Promise<void> {
  const path = { project_name_or_id: project, member_id: memberId };
  const answer = await harbor.delete(MEMBER, { path });
  if (!answer.ok) throw await memberRefused(harbor, answer, project);
}

async function memberRefused(harbor: HarborOperation, refused: Refused, project: string): Promise<Error> {
  return refused.meaning === 'user-absent' ? refused.changed() : refusedInProject(harbor, refused, project);
}

function user(found: components['schemas']['User']): HarborUser {
  return {
    id: found.user_id,
    username: found.username,
    email: found.email ?? '',
    comment: found.comment ?? '',
    isSystemAdmin: found.sysadmin_flag ?? false,
    createdAt: new Date(found.creation_time),
  };
}

function member(found: components['schemas']['Member']): HarborMember {
  return {
    id: found.id,
    entityId: found.entity_id,
    entityName: found.entity_name,
    entityType: found.entity_type === 'u' ? 'user' : 'group',
    role: ROLES.get(found.role_id) ?? 'none',
  };
}
