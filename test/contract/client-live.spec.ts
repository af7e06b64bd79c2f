import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pushTinyImage } from '../../sandbox/registry-client';
import { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { isDomainError } from '../../src/common/errors';
import { HarborClient } from '../../src/harbor/harbor.client';
import { makeServiceAccount } from '../../src/harbor/service-account';

/**
 * One suite for every Harbor: the sandbox, as its administrator and as Berth's robot, and a live one when
 * HARBOR_CONTRACT_URL, HARBOR_CONTRACT_USERNAME and HARBOR_CONTRACT_PASSWORD (an administrator's) are set, with
 * HARBOR_CONTRACT_CA_FILE for a private certificate authority (name it in NODE_EXTRA_CA_CERTS too, for the push). What it makes has names of its own, and is removed.
 */
interface Place {
  url: string;
  /** The one under test. */
  client: HarborClient;
  /** Removes what the robot may not. */
  admin: HarborClient;
  stop: () => Promise<void>;
}

interface Login {
  username: string;
  password: string;
}

const SANDBOX_ADMIN: Login = { username: 'admin', password: 'Harbor12345-contract' };

function configOf(url: string, login: Login): ConstructorParameters<typeof HarborClient>[0]['harbor'] {
  const caFile = process.env.HARBOR_CONTRACT_CA_FILE ?? '';
  const ca = caFile === '' ? null : readFileSync(caFile, 'utf8');
  return { url, ...login, ca, deadlineMs: 20_000, maxResponseBytes: 8_000_000 };
}

async function sandboxAs(account: 'administrator' | 'robot'): Promise<Place> {
  const sandbox = await SandboxHarbor.start({ adminPassword: SANDBOX_ADMIN.password });
  const asAdmin = configOf(sandbox.url, SANDBOX_ADMIN);
  const login = account === 'administrator' ? SANDBOX_ADMIN : await robotIn(asAdmin);
  const client = new HarborClient({ harbor: configOf(sandbox.url, login) });
  const admin = new HarborClient({ harbor: asAdmin });
  const stop = async (): Promise<void> => {
    client.onModuleDestroy();
    admin.onModuleDestroy();
    await sandbox.stop();
  };
  return { url: sandbox.url, client, admin, stop };
}

async function robotIn(asAdmin: ReturnType<typeof configOf>): Promise<Login> {
  const made = await makeServiceAccount(asAdmin, { name: 'berth', replace: false });
  if (made.outcome !== 'made') throw new Error(`the robot was not made: ${made.outcome}`);
  return made;
}

function live(): Promise<Place> {
  const { HARBOR_CONTRACT_URL: url = '', HARBOR_CONTRACT_USERNAME: username = '' } = process.env;
  const login = { username, password: process.env.HARBOR_CONTRACT_PASSWORD ?? '' };
  const client = new HarborClient({ harbor: configOf(url, login) });
  const stop = (): Promise<void> => {
    client.onModuleDestroy();
    return Promise.resolve();
  };
  return Promise.resolve({ url, client, admin: client, stop });
}

const PLACES: [string, () => Promise<Place>][] = [
  ['the sandbox as administrator', async () => sandboxAs('administrator')],
  ['the sandbox as Berth’s robot', async () => sandboxAs('robot')],
];
if (process.env.HARBOR_CONTRACT_URL) PLACES.push(['the live Harbor', live]);

const RULE = {
  repositories: { decoration: 'repoMatches', pattern: '**' },
  tags: { decoration: 'excludes', pattern: '{latest,sha256-*}' },
};

describe.each(PLACES)('the client and %s', (_, start) => {
  const run = randomBytes(4).toString('hex');
  const project = `berth-contract-${run}`;
  const username = `berth-contract-${run}`;
  const email = `${username}@users.example.com`;
  const user = { username, email, realName: username, comment: 'contract', password: `First-${run}-1A` };
  const password = `Second-${run}-1A`;
  let place: Place;
  let client: HarborClient;
  let projectId: number;
  let userId: number;
  let digest: string;

  const push = async (repository: string, tag: string, content: string): Promise<string> =>
    pushTinyImage({
      registryUrl: place.url,
      link: { project, repository, tag },
      username,
      password,
      content,
    });

  beforeAll(async () => {
    place = await start();
    client = place.client;
  });

  afterAll(async () => {
    await removeAll(place.admin, project, username);
    await place.stop();
  });

  it('accepts our credentials and tells what it is', async () => {
    await client.ping();
    expect(await client.system()).toMatchObject({ authMode: 'db_auth', readOnly: false });
    expect((await client.health()).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['core', 'database', 'registry']),
    );
  });

  it('makes a project once, private, with its quota', async () => {
    expect(await client.findProject(project)).toBeNull();
    const made = await client.createProject({ name: project, quotaBytes: 50_000_000 });
    expect(made.outcome).toBe('created');
    expect(await client.createProject({ name: project, quotaBytes: null })).toEqual({ outcome: 'exists' });

    const found = await client.findProject(project);
    expect(found).toMatchObject({ name: project, isPublic: false, repositoryCount: 0 });
    expect(made).toEqual({ outcome: 'created', id: found?.id });
    expect(found?.ownerId).toBe(await client.ownerOfMadeProjects());
    projectId = found?.id ?? 0;
    expect(await client.findQuota(projectId)).toMatchObject({ limitBytes: 50_000_000, usedBytes: 0 });
  });

  it('makes a user once', async () => {
    expect(await client.findUser(username)).toBeNull();
    const made = await client.createUser(user);
    expect(await client.createUser({ ...user, email: `other-${email}` })).toEqual({ outcome: 'exists' });

    const found = await client.findUser(username);
    expect(found).toMatchObject({ username, email, comment: 'contract', isSystemAdmin: false });
    expect(made).toEqual({ outcome: 'created', id: found?.id });
    userId = found?.id ?? 0;
    expect(await client.findUserById(userId)).toEqual(found);
    expect(await client.findUserById(2_000_000_000)).toBeNull();
  });

  it('does not list the first administrator, whose name is taken', async () => {
    expect(await client.findUser('admin')).toBeNull();
    expect(await client.createUser({ ...user, username: 'admin', email: `admin-${email}` })).toEqual({
      outcome: 'exists',
    });
  });

  it('sets a password, and knows the same one again', async () => {
    expect(await client.setPassword(userId, password)).toBe('changed');
    expect(await client.setPassword(userId, password)).toBe('identical');
    const error: unknown = await client
      .setPassword(2_000_000_000, password)
      .catch((thrown: unknown) => thrown);
    expect(isDomainError(error, 'conflict')).toBe(true);
  });

  it('makes a member, changes his role and removes him', async () => {
    const made = await client.addMember(project, userId, 'developer');
    expect(await client.addMember(project, userId, 'guest')).toEqual({ outcome: 'exists' });
    const isUser = ({ entityId }: { entityId: number }): boolean => entityId === userId;
    const member = (await client.listMembers(project)).find(isUser);
    expect(member).toMatchObject({ entityName: username, entityType: 'user', role: 'developer' });
    expect(made).toEqual({ outcome: 'created', id: member?.id });

    await client.removeMember(project, member?.id ?? 0);
    expect((await client.listMembers(project)).find(isUser)).toBeUndefined();

    await client.addMember(project, userId, 'guest');
    const again = (await client.listMembers(project)).find(isUser);
    await client.setMemberRole(project, again?.id ?? 0, 'admin');
    expect((await client.listMembers(project)).find(isUser)?.role).toBe('admin');
  });

  it('makes a rule, turns it off and on, and changes it', async () => {
    const made = await client.createImmutableRule(project, RULE);
    const id = made.outcome === 'created' ? made.id : 0;
    expect(await client.createImmutableRule(project, RULE)).toEqual({ outcome: 'exists' });
    expect(await client.listImmutableRules(project)).toEqual([{ id, disabled: false, ...RULE }]);

    await client.disableImmutableRule(project, id);
    expect(await client.listImmutableRules(project)).toEqual([{ id, disabled: true, ...RULE }]);
    await client.enableImmutableRule(project, id);
    await client.enableImmutableRule(project, id);
    expect(await client.listImmutableRules(project)).toEqual([{ id, disabled: false, ...RULE }]);

    const narrowed = { ...RULE, repositories: { decoration: 'repoExcludes', pattern: 'app' } };
    await client.updateImmutableRule(project, id, narrowed);
    expect(await client.listImmutableRules(project)).toEqual([{ id, disabled: false, ...narrowed }]);
    await client.updateImmutableRule(project, id, RULE);
    expect(await client.listImmutableRules(project)).toEqual([{ id, disabled: false, ...RULE }]);
  });

  it('changes a quota', async () => {
    const quota = await client.findQuota(projectId);
    await client.setQuota(quota?.id ?? 0, null);
    expect((await client.findQuota(projectId))?.limitBytes).toBeNull();
    await client.setQuota(quota?.id ?? 0, 60_000_000);
    expect((await client.findQuota(projectId))?.limitBytes).toBe(60_000_000);
    expect(await client.findQuota(2_000_000_000)).toBeNull();
  });

  it('finds what was pushed, and says which part of an address is absent', async () => {
    digest = await push('app', 'v1', `one ${run}`);
    const nested = await push('team/nested/app', 'latest', `two ${run}`);

    const look = await client.look(project, 'app', 'v1');
    expect(look).toMatchObject({
      found: true,
      artifact: { digest, kind: 'image', projectId, platforms: [{ os: 'linux' }], pulledAt: null },
    });
    expect(await client.look(project, 'app', digest)).toEqual(look);
    expect(await client.look(project, 'team/nested/app', 'latest')).toMatchObject({
      found: true,
      artifact: { digest: nested, repository: 'team/nested/app' },
    });
    expect(await client.look(project, 'app', 'v9')).toEqual({ found: false, absent: 'artifact' });
    expect(await client.look(project, 'absent', 'v1')).toEqual({ found: false, absent: 'repository' });
    expect(await client.look(`${project}-absent`, 'app', 'v1')).toEqual({ found: false, absent: 'project' });
  });

  it('lists repositories, artifacts and tags', async () => {
    const names = (await client.listRepositories(project, 1)).items.map(({ name }) => name);
    expect(names.sort()).toEqual(['app', 'team/nested/app']);
    expect(await client.findRepository(project, 'team/nested/app')).toMatchObject({ artifactCount: 1 });
    expect(await client.findRepository(project, 'absent')).toBeNull();

    const inRepository = { project, repository: 'app', afterArtifactId: 0, limit: 100 };
    expect((await client.listArtifacts(inRepository)).items.map((artifact) => artifact.digest)).toEqual([
      digest,
    ]);

    const tags = await client.listTags(project, 'app', digest);
    expect(tags.map(({ name, immutable }) => ({ name, immutable }))).toEqual([
      { name: 'v1', immutable: true },
    ]);
    expect(await client.listAccessories(project, 'app', digest)).toEqual([]);
  });

  it('lists the artifacts of a project by id, where this Harbor has that list', async () => {
    const first = await client.listProjectArtifacts({ project, afterArtifactId: 0, limit: 1 });
    if (first === null) {
      expect((await client.system()).version ?? '').not.toMatch(/^2\.1[2-9]\./);
      return;
    }
    const last = first.items[0]?.id ?? 0;
    const rest = await client.listProjectArtifacts({ project, afterArtifactId: last, limit: 100 });
    expect([first.hasMore, rest?.hasMore]).toEqual([true, false]);
    const tags = [...first.items, ...(rest?.items ?? [])].map((artifact) => artifact.tags[0]?.name);
    expect(tags.sort()).toEqual(['latest', 'v1']);
  });

  it('adds a tag, never moves one, and takes one off where no rule protects it', async () => {
    expect(await client.addTag(project, 'app', digest, 'latest')).toBe('added');
    expect(await client.addTag(project, 'app', digest, 'latest')).toBe('exists');
    expect(await client.deleteTag(project, 'app', digest, 'v1')).toBe('protected');
    expect(await client.deleteTag(project, 'app', digest, 'latest')).toBe('deleted');
    expect(await client.deleteTag(project, 'app', digest, 'latest')).toBe('absent');
  });

  it('puts a tag back in one step where no rule protects it, and takes what has no tag away', async () => {
    const moved = await push('moved', 'latest', `first ${run}`);
    const now = await push('moved', 'latest', `second ${run}`);
    const manifest = await client.getManifest(project, 'moved', moved);
    expect(manifest).toMatchObject({
      digest: moved,
      mediaType: expect.stringContaining('manifest') as string,
    });
    if (manifest === null || manifest === 'refused') throw new Error('the manifest cannot be read');
    expect(await client.putManifest(project, 'app', 'v1', manifest)).toBe('protected');
    expect(await client.putManifest(project, 'moved', 'latest', manifest)).toBe('put');
    expect(await client.look(project, 'moved', 'latest')).toMatchObject({ artifact: { digest: moved } });
    expect(await client.listTags(project, 'moved', now)).toEqual([]);
    expect(await client.deleteArtifact(project, 'moved', now)).toBe('deleted');
    expect(await client.deleteArtifact(project, 'moved', now)).toBe('absent');
    expect(await client.deleteArtifact(project, 'app', digest)).toBe('protected');
    expect(await client.getManifest(project, 'moved', now)).toBeNull();
    expect(await client.deleteRepository(project, 'moved')).toBe('deleted');
  });

  it('makes a webhook policy once and removes it', async () => {
    const policy = {
      name: 'contract',
      eventTypes: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT'],
      address: 'http://127.0.0.1:9/hook',
      authHeader: 'Bearer contract',
      verifyCertificate: true,
    };
    const made = await client.createWebhookPolicy(project, policy);
    const id = made.outcome === 'created' ? made.id : 0;
    expect(await client.createWebhookPolicy(project, policy)).toEqual({ outcome: 'exists' });
    const { name, eventTypes, address, authHeader } = policy;
    expect(await client.listWebhookPolicies(project)).toEqual([
      { id, name, enabled: true, eventTypes, address, authHeader },
    ]);
    expect(await client.deleteWebhookPolicy(project, id)).toBe('deleted');
    expect(await client.deleteWebhookPolicy(project, id)).toBe('absent');
  });

  it('makes a robot of the project once and removes it', async () => {
    const access = [{ resource: 'repository', action: 'pull' }];
    const robot = {
      name: `contract-${run}`,
      description: 'contract',
      level: 'project' as const,
      durationDays: 1,
      permissions: [{ kind: 'project' as const, namespace: project, access }],
    };
    const made = await client.createRobot(robot);
    expect(made).toMatchObject({ outcome: 'created', secret: expect.stringMatching(/.{8}/) as string });
    expect(await client.createRobot(robot)).toEqual({ outcome: 'exists' });
    const id = made.outcome === 'created' ? made.id : 0;
    expect(await client.listProjectRobots(projectId)).toMatchObject([
      { id, level: 'project', disabled: false, permissions: robot.permissions },
    ]);
    expect((await client.listSystemRobots()).some((found) => found.id === id)).toBe(false);
    expect(await client.deleteRobot(id)).toBe('deleted');
    expect(await client.deleteRobot(id)).toBe('absent');
  });

  it('makes a robot of the system for one project, finds it by its name, and removes it', async () => {
    const access = [{ resource: 'repository', action: 'pull' }];
    const name = `contract-${run}`;
    const permissions = [{ kind: 'project' as const, namespace: project, access }];
    const robot = { name, description: 'contract', level: 'system' as const, durationDays: 1, permissions };
    expect(await client.findSystemRobot(name)).toBeNull();
    const made = await client.createRobot(robot);
    const id = made.outcome === 'created' ? made.id : 0;
    expect(await client.createRobot(robot)).toEqual({ outcome: 'exists' });
    expect(await client.findSystemRobot(name)).toMatchObject({
      id,
      level: 'system',
      description: 'contract',
      permissions,
    });
    expect(await client.deleteRobot(id)).toBe('deleted');
    expect(await client.findSystemRobot(name)).toBeNull();
  });

  it('reads the push in the audit log, soon', async () => {
    const pushed = `${project}/app:v1`;
    let seen = false;
    for (let look = 1; look <= 20 && !seen; look += 1) {
      if (look > 1) await sleep(100);
      seen = await isInAuditLog(client, pushed);
    }
    expect(seen).toBe(true);
  });

  it('makes a project public and private again', async () => {
    await client.setProjectPublic(project, true);
    expect((await client.findProject(project))?.isPublic).toBe(true);
    await client.setProjectPublic(project, false);
    expect((await client.findProject(project))?.isPublic).toBe(false);
  });

  it('removes only what may go', async () => {
    const { admin } = place;
    expect(await admin.deleteProject(project)).toBe('not-empty');
    expect(await admin.deleteRepository(project, 'app')).toBe('protected');
    const [rule] = await client.listImmutableRules(project);
    expect(await client.deleteImmutableRule(project, rule?.id ?? 0)).toBe('deleted');
    expect(await client.deleteImmutableRule(project, rule?.id ?? 0)).toBe('absent');
    for (const repository of ['app', 'team/nested/app']) {
      expect(await admin.deleteRepository(project, repository)).toBe('deleted');
      expect(await admin.deleteRepository(project, repository)).toBe('absent');
    }
    expect(await admin.deleteProject(project)).toBe('deleted');
    expect(await admin.deleteProject(project)).toBe('absent');
    expect(await client.deleteUser(userId)).toBe('deleted');
    expect(await client.deleteUser(userId)).toBe('absent');
  });

  it('asks for the newest row of the audit log, and for rows by their ids', async () => {
    const { log, items } = await client.newestAuditRow();
    const [newest] = items;
    if (newest === undefined) throw new Error('there are rows');
    const ids = [newest.id, newest.id - 1, newest.id + 1_000_000];
    const asked = await client.auditRowsWithIds(ids);
    expect(asked.log).toBe(log);
    expect(asked.items.map(({ id }) => id)).toContain(newest.id);
    expect(asked.items.every(({ id }) => ids.includes(id))).toBe(true);
    expect((await client.auditRows({ afterId: newest.id, limit: 100 })).log).toBe(log);
  });

  it('says that what was observed is gone, and that an absent place is absent', async () => {
    expect(await client.findProject(project)).toBeNull();
    expect(await client.look(project, 'app', 'v1')).toEqual({ found: false, absent: 'project' });
    for (const call of [
      client.listMembers(project),
      client.listImmutableRules(project),
      client.listRepositories(project, 1),
      client.createImmutableRule(project, RULE),
    ]) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(isDomainError(error, 'conflict') && error.code).toBe('harbor.changed');
    }
  });
});

/** Pages through the log: on a live Harbor there may be many rows before ours. */
async function isInAuditLog(client: HarborClient, resource: string): Promise<boolean> {
  let afterId = 0;
  for (;;) {
    const page = await client.auditRows({
      afterId,
      limit: 100,
      operations: ['create'],
      resourceTypes: ['artifact'],
    });
    if (page.items.some((row) => row.resource === resource)) return true;
    if (!page.hasMore) return false;
    afterId = page.items.at(-1)?.id ?? afterId;
  }
}

/** What a failed run left. */
async function removeAll(admin: HarborClient, project: string, username: string): Promise<void> {
  if ((await admin.findProject(project)) !== null) {
    for (const rule of await admin.listImmutableRules(project))
      await admin.deleteImmutableRule(project, rule.id);
    for (const { name } of (await admin.listRepositories(project, 1)).items) {
      await admin.deleteRepository(project, name);
    }
    await admin.deleteProject(project);
  }
  const user = await admin.findUser(username);
  if (user !== null) await admin.deleteUser(user.id);
}
