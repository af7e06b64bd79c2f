import {
  addPrograms,
  makeForeignProject,
  newUser,
  robotNames,
  TEAM,
  webhookNames,
  type Cast,
  type Scenario,
} from './action-matrix';

const ADMIN_ROLE = 1;
const DEVELOPER_ROLE = 2;
const GUEST_ROLE = 3;

const ADD_MEMBER = 'POST /projects/{project}/members';
const CHANGE_MEMBER = 'PUT /projects/{project}/members/{id}';
const REMOVE_MEMBER = 'DELETE /projects/{project}/members/{id}';

const member = (username: string): string => `/projects/${TEAM}/members/${username}`;

async function getCredentials({ world, username }: Cast): Promise<{ username: string; password: string }> {
  const client = await world.loginAs(username);
  const { status, body } = await client.post('/account/credentials', {});
  if (status !== 201) throw new Error(`no credentials: ${JSON.stringify(body)}`);
  return { username: String(body.username), password: String(body.password) };
}

async function joinTeam({ world, username }: Cast): Promise<void> {
  const { status, body } = await world.admin.put(member(username), { role: 'developer' });
  if (status !== 200) throw new Error(`not a member: ${JSON.stringify(body)}`);
}

async function stateOf({ world, username }: Cast): Promise<unknown> {
  return (await world.admin.get(`/admin/persons/${username}`)).body.state;
}

/** What somebody who leaves has: credentials, a place in a team, a robot and a webhook of his own. */
async function furnish(cast: Cast): Promise<void> {
  cast.password = (await getCredentials(cast)).password;
  await joinTeam(cast);
  await addPrograms(cast.world, cast.project);
}

const LEAVING: readonly Scenario[] = [
  {
    scenario: 'offboarding',
    writes: [
      'PUT /users/{id}/password',
      'PUT /users/{id}/password (2)',
      REMOVE_MEMBER,
      'DELETE /robots/{id}',
      'DELETE /projects/{project}/webhook/policies/{id}',
    ],
    goesOnQuietly: false,
    toldToTheSecond: [],
    audited: ['person.offboarded', 'person.suspended', 'project.member-removed'],
    begin: furnish,
    act: async (admin, username) => admin.post(`/admin/persons/${username}/offboard`, {}),
    isDone: async (cast) => (await stateOf(cast)) === 'offboarded',
    expectEnd: async ({ world, username, password, project }) => {
      expect(await world.canLogIn({ username, password })).toBe(false);
      expect(await world.rolesOf(TEAM, username)).toEqual([]);
      expect(await world.rolesOf(project, username)).toEqual([ADMIN_ROLE]);
      expect(await robotNames(world, project)).toEqual([]);
      expect(await webhookNames(world, project)).toEqual(['berth']);
    },
  },
  {
    scenario: 'coming back',
    writes: [ADD_MEMBER],
    goesOnQuietly: true,
    toldToTheSecond: [],
    audited: ['person.restored'],
    begin: async (cast) => {
      cast.password = (await getCredentials(cast)).password;
      await joinTeam(cast);
      await cast.world.admin.post(`/admin/persons/${cast.username}/offboard`, {});
    },
    act: async (admin, username) => admin.post(`/admin/persons/${username}/restore`, {}),
    isDone: async ({ world, username }) => (await world.admin.get(member(username))).body.state === 'as-set',
    expectEnd: async ({ world, username }) => {
      expect(await world.rolesOf(TEAM, username)).toEqual([DEVELOPER_ROLE]);
    },
  },
];

const ADOPTING: readonly Scenario[] = [
  {
    scenario: 'adopting a project',
    writes: [
      'POST /projects/{project}/immutabletagrules',
      'POST /projects/{project}/webhook/policies',
      'PUT /projects/{project}',
      'PUT /quotas/{id}',
      ADD_MEMBER,
    ],
    goesOnQuietly: false,
    toldToTheSecond: ['project.exists', 'project.busy', 'account.name-in-use'],
    audited: ['project.adopted'],
    begin: async ({ world, username, project }) => {
      await world.inHarbor('POST', '/users', newUser(username));
      await world.admin.post(`/admin/persons/${username}/adopt`, { dryRun: false });
      await makeForeignProject(world, project);
    },
    act: async (admin, username) =>
      admin.post(`/admin/projects/user-${username}/adopt`, { owner: username, dryRun: false }),
    isDone: async ({ world, username, project }) => {
      const plan = { owner: username, dryRun: true };
      const { body } = await world.admin.post(`/admin/projects/${project}/adopt`, plan);
      return (body.changes as unknown[]).length === 0;
    },
    expectEnd: async ({ world, username, project }) => {
      const found = await world.inHarbor<{ metadata: { public: string } }>('GET', `/projects/${project}`);
      expect(found.metadata.public).toBe('false');
      expect(await world.inHarbor('GET', `/projects/${project}/immutabletagrules`)).toHaveLength(1);
      expect(await webhookNames(world, project)).toEqual(['berth', 'theirs']);
      expect(await robotNames(world, project)).toHaveLength(1);
      expect(await world.rolesOf(project, username)).toEqual([ADMIN_ROLE]);
    },
  },
  {
    scenario: 'adopting a user',
    writes: [ADD_MEMBER],
    goesOnQuietly: false,
    toldToTheSecond: ['account.busy'],
    audited: ['account.adopted'],
    begin: async (cast) => {
      const { world, username } = cast;
      await getCredentials(cast);
      const [own] = await world.usersOf(username);
      await world.inHarbor('DELETE', `/users/${own?.user_id}`);
      await world.inHarbor('POST', '/users', newUser(username));
      cast.password = newUser(username).password;
    },
    act: async (admin, username) => admin.post(`/admin/persons/${username}/adopt`, { dryRun: false }),
    isDone: async ({ world, username }) => {
      const { body } = await world.admin.post(`/admin/persons/${username}/adopt`, { dryRun: true });
      return (body.changes as unknown[]).length === 0;
    },
    expectEnd: async ({ world, username, password, project }) => {
      expect(await world.canLogIn({ username, password })).toBe(true);
      expect(await world.rolesOf(project, username)).toEqual([ADMIN_ROLE]);
    },
  },
];

const MEMBERS: readonly Scenario[] = [
  {
    scenario: 'adding a member who has no account',
    writes: ['POST /users', ADD_MEMBER],
    goesOnQuietly: false,
    toldToTheSecond: ['account.busy', 'project.busy'],
    audited: ['project.member-set'],
    begin: async () => Promise.resolve(),
    act: async (admin, username) => admin.put(member(username), { role: 'developer' }),
    isDone: async (cast) => (await cast.world.audited('project.member-set', cast)) > 0,
    expectEnd: async ({ world, username }) => {
      expect(await world.usersOf(username)).toHaveLength(1);
      expect(await world.rolesOf(TEAM, username)).toEqual([DEVELOPER_ROLE]);
      expect((await world.admin.get(member(username))).body.state).toBe('as-set');
    },
  },
  {
    scenario: 'changing a role',
    writes: [CHANGE_MEMBER],
    goesOnQuietly: false,
    toldToTheSecond: ['project.busy'],
    audited: ['project.member-set guest'],
    begin: joinTeam,
    act: async (admin, username) => admin.put(member(username), { role: 'guest' }),
    isDone: async (cast) => (await cast.world.audited('project.member-set guest', cast)) > 0,
    expectEnd: async ({ world, username }) => {
      expect(await world.rolesOf(TEAM, username)).toEqual([GUEST_ROLE]);
      expect((await world.admin.get(member(username))).body.state).toBe('as-set');
    },
  },
  {
    scenario: 'removing a member',
    writes: [REMOVE_MEMBER],
    goesOnQuietly: false,
    toldToTheSecond: ['project.busy'],
    audited: ['project.member-removed'],
    begin: joinTeam,
    act: async (admin, username) => admin.delete(member(username)),
    isDone: async (cast) => (await cast.world.audited('project.member-removed', cast)) > 0,
    expectEnd: async ({ world, username }) => {
      expect(await world.rolesOf(TEAM, username)).toEqual([]);
      expect((await world.admin.get(member(username))).status).toBe(404);
    },
  },
];

export const SCENARIOS: readonly Scenario[] = [...LEAVING, ...ADOPTING, ...MEMBERS];
