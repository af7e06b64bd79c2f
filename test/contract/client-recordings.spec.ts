import nock from 'nock';
import { isDomainError } from '../../src/common/errors';
import type { HarborClient } from '../../src/harbor/harbor.client';
import { HARBOR_TEXTS, meaningOf } from '../../src/harbor/harbor-texts';
import type { HarborManifest, NewRobot } from '../../src/harbor/harbor.types';
import {
  clientOfRecordings,
  type Exchange,
  type HarborVersion,
  Recording,
  replay,
  VERSIONS,
} from './client-replay';

type Seen = readonly Exchange[];

interface Case {
  does: string;
  /** Recorded exchanges, in the order in which the client needs them. */
  replays: readonly string[];
  run: (client: HarborClient, seen: Seen) => Promise<unknown>;
  becomes: (seen: Seen) => unknown;
  /** What the last request must have carried: the recorded body, or parts of a query. */
  sends?: 'the recorded body' | Record<string, string>;
}

const bodyOf = <T>(seen: Seen, index = 0): T => seen[index]?.response.body as T;
/** The id that Harbor gave to what was made. */
const newId = (seen: Seen): number => Number(/\d+$/.exec(seen[0]?.response.headers.location ?? '')?.[0]);
/** The id in the recorded path: it differs from recording to recording. */
const idIn = (seen: Seen): number =>
  Number(/\/(\d+)(\/|$)/.exec(seen[0]?.request.path.split('?')[0] ?? '')?.[1]);
const queried = (seen: Seen, name: string): string =>
  new URL(seen[0]?.request.path ?? '', 'http://x').searchParams.get(name) ?? '';
const throws = (code: string) => ({ throws: code });

const LATEST_ONLY = {
  repositories: { decoration: 'repoMatches', pattern: '**' },
  tags: { decoration: 'excludes', pattern: 'latest' },
};
const TAG_RULE = {
  repositories: { decoration: 'repoMatches', pattern: '**' },
  tags: { decoration: 'excludes', pattern: '{latest,sha256-*}' },
};
const newUser = (username: string, email: string, password = 'Abcdef12345') => ({
  username,
  email,
  realName: username,
  comment: 'managed',
  password,
});

const referenceIn = (seen: Seen): string => seen[0]?.request.path.split('/').at(-1) ?? '';
const recordedManifest = (seen: Seen): HarborManifest => ({
  digest: seen[0]?.response.headers['docker-content-digest'] ?? '',
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  bytes: Buffer.from('{}'),
});

const CASES: readonly Case[] = [
  {
    does: 'putManifest(): a tag is put back in one step',
    replays: ['put the manifest it had under the tag'],
    run: async (client, seen) => client.putManifest('user-recuser', 'narrow', 'v1', recordedManifest(seen)),
    becomes: () => 'put',
  },
  {
    does: 'putManifest(): under the rule',
    replays: ['put it again under the rule'],
    run: async (client, seen) => client.putManifest('user-recuser', 'narrow', 'v1', recordedManifest(seen)),
    becomes: () => 'protected',
  },
  {
    does: 'putManifest(): what it names was garbage-collected',
    replays: ['put manifest whose blob is absent'],
    run: async (client, seen) => client.putManifest('user-recuser', 'proto', 'v2', recordedManifest(seen)),
    becomes: () => 'incomplete',
  },
  {
    does: 'putManifest(): another digest than was put',
    replays: ['put manifest'],
    run: async (client, seen) =>
      client.putManifest('user-recuser', 'proto', 'v1', {
        ...recordedManifest(seen),
        digest: `sha256:${'0'.repeat(64)}`,
      }),
    becomes: () => throws('harbor.rejected'),
  },
  {
    does: 'deleteArtifact(): a rule protects a tag of it',
    replays: ['delete an artifact with an immutable tag'],
    run: async (client) => client.deleteArtifact('user-recuser', 'app', 'v1.0.0'),
    becomes: () => 'protected',
  },
  {
    does: 'deleteArtifact(): an index holds it',
    replays: ['delete the child of an index'],
    run: async (client, seen) => client.deleteArtifact('user-recuser', 'multi', referenceIn(seen)),
    becomes: () => 'held',
  },
  {
    does: 'system(): an administrator learns all',
    replays: ['systeminfo as admin'],
    run: async (client) => client.system(),
    becomes: (seen) => {
      const told = bodyOf<{ harbor_version: string; current_time: string }>(seen);
      return {
        version: told.harbor_version === '-' ? null : told.harbor_version.replace(/^v/, ''),
        authMode: 'db_auth',
        readOnly: false,
        selfRegistration: false,
        projectCreationRestriction: 'everyone',
        externalUrl: 'https://harbor.example.com',
        currentTime: new Date(told.current_time),
      };
    },
  },
  {
    does: 'system(): what is not told is null',
    replays: ['systeminfo anonymous'],
    run: async (client) => {
      const { readOnly, projectCreationRestriction, currentTime, authMode } = await client.system();
      return { readOnly, projectCreationRestriction, currentTime, authMode };
    },
    becomes: () => ({
      readOnly: null,
      projectCreationRestriction: null,
      currentTime: null,
      authMode: 'db_auth',
    }),
  },
  {
    does: 'health(): part by part',
    replays: ['health'],
    run: async (client) =>
      (await client.health()).filter(({ name }) => ['portal', 'database'].includes(name)),
    becomes: () => [
      { name: 'database', healthy: true },
      { name: 'portal', healthy: false },
    ],
  },
  {
    does: 'ping(): wrong credentials',
    replays: ['wrong password on users'],
    run: async (client) => client.ping(),
    becomes: () => throws('harbor.unauthorized'),
  },
  {
    does: 'findProject()',
    replays: ['get project by name'],
    run: async (client) => client.findProject('user-recuser'),
    becomes: (seen) => {
      const project = bodyOf<{ project_id: number; creation_time: string }>(seen);
      return {
        id: project.project_id,
        name: 'user-recuser',
        ownerId: 1,
        isPublic: false,
        createdAt: new Date(project.creation_time),
        repositoryCount: 0,
        signaturesNeeded: [],
        vulnerabilityLimit: null,
      };
    },
  },
  {
    does: 'findProject(): absent',
    replays: ['get project that is absent'],
    run: async (client) => client.findProject('user-recuser'),
    becomes: () => null,
  },
  {
    does: 'createProject()',
    replays: ['create project'],
    run: async (client) => client.createProject({ name: 'user-recuser', quotaBytes: 42_949_672_960 }),
    becomes: (seen) => ({ outcome: 'created', id: newId(seen) }),
    sends: 'the recorded body',
  },
  {
    does: 'createProject(): the name is taken',
    replays: ['create project that exists'],
    run: async (client) => client.createProject({ name: 'user-recuser', quotaBytes: null }),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'createProject(): a name that Harbor does not accept',
    replays: ['create project, trailing dash'],
    run: async (client) => client.createProject({ name: 'user-a-', quotaBytes: null }),
    becomes: () => throws('harbor.rejected'),
  },
  {
    does: 'createProject(): read-only mode',
    replays: ['read-only: create project'],
    run: async (client) => client.createProject({ name: 'user-readonly', quotaBytes: null }),
    becomes: () => throws('harbor.read-only'),
  },
  {
    does: 'setPassword(): read-only mode',
    replays: ['read-only: reset password'],
    run: async (client) => client.setPassword(3, 'Readonly12345'),
    becomes: () => throws('harbor.read-only'),
  },
  {
    does: 'deleteProject(): it holds repositories',
    replays: ['delete project that holds repositories'],
    run: async (client) => client.deleteProject('user-recuser'),
    becomes: () => 'not-empty',
  },
  {
    does: 'deleteProject()',
    replays: ['delete project'],
    run: async (client) => client.deleteProject('user-recuser'),
    becomes: () => 'deleted',
  },
  {
    does: 'setProjectPublic()',
    replays: ['update project metadata'],
    run: async (client) => client.setProjectPublic('user-recuser', false),
    becomes: () => undefined,
  },
  {
    does: 'findUser()',
    replays: ['find user by exact name'],
    run: async (client) => client.findUser('recuser'),
    becomes: (seen) => {
      const [user] = bodyOf<{ user_id: number; creation_time: string }[]>(seen);
      return {
        id: user?.user_id,
        username: 'recuser',
        email: 'recuser@users.example.com',
        comment: 'managed',
        isSystemAdmin: false,
        createdAt: new Date(user?.creation_time ?? ''),
      };
    },
    sends: { q: 'username=recuser' },
  },
  {
    does: 'findUser(): another is listed, as where Harbor ignores the filter',
    replays: ['find user by exact name'],
    run: async (client) => client.findUser('RecUser'),
    becomes: () => null,
  },
  {
    does: 'findUserById(): absent',
    replays: ['get user that is absent'],
    run: async (client) => client.findUserById(999_999),
    becomes: () => null,
  },
  {
    does: 'ownerOfMadeProjects(): a user owns them',
    replays: ['current user'],
    run: async (client) => client.ownerOfMadeProjects(),
    becomes: () => 1,
  },
  {
    does: 'ownerOfMadeProjects(): of a robot the first administrator',
    replays: ['robot: current user'],
    run: async (client) => client.ownerOfMadeProjects(),
    becomes: () => 1,
  },
  {
    does: 'createUser()',
    replays: ['create user'],
    run: async (client) => client.createUser(newUser('recuser', 'recuser@users.example.com')),
    becomes: (seen) => ({ outcome: 'created', id: newId(seen) }),
    sends: 'the recorded body',
  },
  {
    does: 'createUser(): the name is taken',
    replays: ['create user that exists'],
    run: async (client) => client.createUser(newUser('recuser', 'z@users.example.com')),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'createUser(): the e-mail address is taken',
    replays: ['create user, e-mail taken'],
    run: async (client) => client.createUser(newUser('recother', 'recuser@users.example.com')),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'createUser(): a weak password',
    replays: ['create user, password too weak'],
    run: async (client) => client.createUser(newUser('recweak', 'recweak@users.example.com', 'abc')),
    becomes: () => throws('harbor.rejected'),
  },
  {
    does: 'setPassword()',
    replays: ['reset password'],
    run: async (client, seen) => client.setPassword(idIn(seen), 'Fresh12345x'),
    becomes: () => 'changed',
    sends: 'the recorded body',
  },
  {
    does: 'setPassword(): the same again',
    replays: ['reset password to the same'],
    run: async (client, seen) => client.setPassword(idIn(seen), 'Fresh12345x'),
    becomes: () => 'identical',
  },
  {
    does: 'setPassword(): a weak one is another 400 than the same one',
    replays: ['reset password, too weak'],
    run: async (client, seen) => client.setPassword(idIn(seen), 'weak'),
    becomes: () => throws('harbor.rejected'),
  },
  {
    does: 'setPassword(): the user is gone',
    replays: ['reset password of a user that is absent'],
    run: async (client, seen) => client.setPassword(idIn(seen), 'Fresh12345x'),
    becomes: () => throws('harbor.changed'),
  },
  {
    does: 'deleteUser()',
    replays: ['delete user'],
    run: async (client, seen) => client.deleteUser(idIn(seen)),
    becomes: () => 'deleted',
  },
  {
    does: 'listMembers()',
    replays: ['list members'],
    run: async (client) => client.listMembers('user-recuser'),
    becomes: (seen) => [
      {
        id: bodyOf<{ id: number }[]>(seen)[0]?.id,
        entityId: 1,
        entityName: 'admin',
        entityType: 'user',
        role: 'admin',
      },
    ],
    sends: { page: '1', page_size: '100' },
  },
  {
    does: 'addMember()',
    replays: ['add member as project admin'],
    run: async (client) => client.addMember('user-recuser', 3, 'admin'),
    becomes: (seen) => ({ outcome: 'created', id: newId(seen) }),
  },
  {
    does: 'addMember(): is one already, in whatever role',
    replays: ['add member again in another role'],
    run: async (client) => client.addMember('user-recuser', 3, 'developer'),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'addMember(): the project is gone',
    replays: ['add member to a project that is absent'],
    run: async (client) => client.addMember('user-absent', 3, 'admin'),
    becomes: () => throws('harbor.changed'),
  },
  {
    does: 'addMember(): the user is gone',
    replays: ['add member that does not exist'],
    run: async (client) => client.addMember('user-recuser', 3, 'admin'),
    becomes: () => throws('harbor.changed'),
  },
  {
    does: 'setMemberRole()',
    replays: ['change role of member'],
    run: async (client, seen) => client.setMemberRole('user-recuser', idIn(seen), 'developer'),
    becomes: () => undefined,
    sends: 'the recorded body',
  },
  {
    does: 'removeMember(): also an absent one',
    replays: ['remove member that is absent'],
    run: async (client, seen) => client.removeMember('user-recuser', idIn(seen)),
    becomes: () => undefined,
  },
  {
    does: 'listImmutableRules(): one that protects nothing has no selectors',
    replays: ['list rules'],
    run: async (client) => client.listImmutableRules('user-recuser'),
    becomes: (seen) => [
      { id: bodyOf<{ id: number }[]>(seen)[0]?.id, disabled: false, ...LATEST_ONLY },
      { id: bodyOf<{ id: number }[]>(seen)[1]?.id, disabled: false, repositories: null, tags: null },
    ],
  },
  {
    does: 'createImmutableRule()',
    replays: ['the main rule, signature tags free too'],
    run: async (client) => client.createImmutableRule('user-recuser', TAG_RULE),
    becomes: (seen) => ({ outcome: 'created', id: newId(seen) }),
    sends: 'the recorded body',
  },
  {
    does: 'createImmutableRule(): exactly this one is there',
    replays: ['create rule that exists'],
    run: async (client) => client.createImmutableRule('user-recuser', LATEST_ONLY),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'disableImmutableRule(): the rule is sent back whole',
    replays: ['list rules', 'plain project admin disables the rule'],
    run: async (client, seen) =>
      client.disableImmutableRule('user-recuser', bodyOf<{ id: number }[]>(seen)[0]?.id ?? 0),
    becomes: () => undefined,
    sends: 'the recorded body',
  },
  {
    does: 'enableImmutableRule(): one that is enabled already is not written again',
    replays: ['list rules'],
    run: async (client, seen) =>
      client.enableImmutableRule('user-recuser', bodyOf<{ id: number }[]>(seen)[0]?.id ?? 0),
    becomes: () => undefined,
  },
  {
    does: 'enableImmutableRule(): the rule is gone',
    replays: ['list rules, none'],
    run: async (client) => client.enableImmutableRule('user-recuser', 1),
    becomes: () => throws('harbor.changed'),
  },
  {
    does: 'deleteImmutableRule()',
    replays: ['owner deletes the rule'],
    run: async (client, seen) => client.deleteImmutableRule('user-recuser', idIn(seen)),
    becomes: () => 'deleted',
  },
  {
    does: 'findQuota()',
    replays: ['quota of a project'],
    run: async (client, seen) => client.findQuota(Number(queried(seen, 'reference_id'))),
    becomes: (seen) => ({
      id: bodyOf<{ id: number }[]>(seen)[0]?.id,
      projectId: Number(queried(seen, 'reference_id')),
      limitBytes: 42_949_672_960,
      usedBytes: bodyOf<{ used: { storage: number } }[]>(seen)[0]?.used.storage,
    }),
  },
  {
    does: 'findQuota(): another project is listed, as where Harbor ignores the filter',
    replays: ['quota of a project'],
    run: async (client) => client.findQuota(999_999),
    becomes: () => null,
  },
  {
    does: 'setQuota()',
    replays: ['set quota'],
    run: async (client, seen) => client.setQuota(idIn(seen), 2000),
    becomes: () => undefined,
    sends: 'the recorded body',
  },
  {
    does: 'setQuota(): unlimited',
    replays: ['quota unlimited'],
    run: async (client, seen) => client.setQuota(idIn(seen), null),
    becomes: () => undefined,
    sends: 'the recorded body',
  },
  {
    does: 'listRepositories(): names without the project',
    replays: ['list repositories'],
    run: async (client) =>
      (await client.listRepositories('user-recuser', 1)).items.map(({ name }) => name).sort(),
    becomes: () => ['app', 'team/nested/app'],
  },
  {
    does: 'listRepositories(): after the last page',
    replays: ['list repositories, empty page'],
    run: async (client) => client.listRepositories('user-recuser', 9),
    becomes: () => ({ items: [], hasMore: false }),
    sends: { page: '9' },
  },
  {
    does: 'findRepository()',
    replays: ['get repository'],
    run: async (client) => {
      const found = await client.findRepository('user-recuser', 'app');
      return { name: found?.name, artifactCount: found?.artifactCount };
    },
    becomes: () => ({ name: 'app', artifactCount: 2 }),
  },
  {
    does: 'deleteRepository(): a tag in it is immutable',
    replays: ['delete a repository with an immutable tag'],
    run: async (client) => client.deleteRepository('user-recuser', 'app'),
    becomes: () => 'protected',
  },
  {
    does: 'deleteRepository()',
    replays: ['delete repository team%252Fnested%252Fapp'],
    run: async (client) => client.deleteRepository('user-recuser', 'team/nested/app'),
    becomes: () => 'deleted',
  },
  {
    does: 'look(): an image',
    replays: ['get artifact by tag'],
    run: async (client) => client.look('user-recuser', 'app', 'v1.0.0'),
    becomes: (seen) => {
      const image = bodyOf<Record<'id' | 'size' | 'project_id' | 'repository_id', number>>(seen);
      const { digest, push_time: pushTime } = bodyOf<Record<'digest' | 'push_time', string>>(seen);
      const { tags } = bodyOf<{ tags: { id: number; push_time: string }[] }>(seen);
      return {
        found: true,
        artifact: {
          id: image.id,
          digest,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          artifactType: bodyOf<{ artifact_type?: string }>(seen).artifact_type ?? null,
          kind: 'image',
          sizeBytes: image.size,
          platforms: [{ os: 'linux', architecture: 'amd64', digest }],
          children: [],
          config: {
            createdAt: new Date('2026-01-01'),
            env: ['PATH=/bin'],
            entryPoint: [],
            command: ['/bin/sh'],
            exposedPorts: [],
            labels: { x: 'y' },
          },
          annotations: {},
          pushedAt: new Date(pushTime),
          pulledAt: null,
          repository: bodyOf<{ repository_name?: string }>(seen).repository_name === undefined ? null : 'app',
          repositoryId: image.repository_id,
          projectId: image.project_id,
          tags: tags.map((tag) => ({
            id: tag.id,
            name: 'v1.0.0',
            pushedAt: new Date(tag.push_time),
            pulledAt: null,
            immutable: true,
          })),
        },
      };
    },
    sends: { with_tag: 'false' },
  },
  {
    does: 'look(): a nested repository is encoded twice',
    replays: ['get artifact of a nested repository, encoded twice'],
    run: async (client) => (await client.look('user-recuser', 'team/nested/app', 'v1')).found,
    becomes: () => true,
  },
  {
    does: 'look(): an index has children and their platforms',
    replays: ['artifact: index'],
    run: async (client) => {
      const look = await client.look('user-recuser', 'multi', 'v1');
      if (!look.found) return null;
      const { kind, platforms, children } = look.artifact;
      return { kind, platforms, children };
    },
    becomes: (seen) => {
      const { references } = bodyOf<{ references: { child_digest: string }[] }>(seen);
      return {
        kind: 'index',
        platforms: [
          { os: 'linux', architecture: 'amd64', digest: references[0]?.child_digest },
          { os: 'linux', architecture: 'arm64', variant: 'v8', digest: references[1]?.child_digest },
        ],
        children: references.map(({ child_digest: digest }) => ({ digest, hasPlatform: true })),
      };
    },
  },
  {
    does: 'look(): a Helm chart has no platform',
    replays: ['artifact: Helm chart'],
    run: async (client) => {
      const look = await client.look('user-recuser', 'charts/myapp', '0.1.0');
      return look.found && { kind: look.artifact.kind, platforms: look.artifact.platforms };
    },
    becomes: () => ({ kind: 'helm-chart', platforms: [] }),
  },
  {
    does: 'look(): an artifact of another type',
    replays: ['artifact: another type'],
    run: async (client) => {
      const look = await client.look('user-recuser', 'proto', 'model-1');
      return look.found && { kind: look.artifact.kind, platforms: look.artifact.platforms };
    },
    becomes: () => ({ kind: 'other', platforms: [] }),
  },
  {
    does: 'look(): a Docker schema 2 image',
    replays: ['artifact: Docker schema 2'],
    run: async (client) => {
      const look = await client.look('user-recuser', 'docker', 'v1');
      return look.found && { kind: look.artifact.kind, mediaType: look.artifact.mediaType };
    },
    becomes: () => ({ kind: 'image', mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }),
  },
  {
    does: 'look(): the tag is absent',
    replays: ['get artifact, tag absent'],
    run: async (client) => client.look('user-recuser', 'app', 'v9'),
    becomes: () => ({ found: false, absent: 'artifact' }),
  },
  {
    does: 'look(): the digest is absent',
    replays: ['get artifact, digest absent'],
    run: async (client) => client.look('user-recuser', 'app', `sha256:${'0'.repeat(64)}`),
    becomes: () => ({ found: false, absent: 'artifact' }),
  },
  {
    does: 'look(): the repository is absent',
    replays: ['get artifact, repository absent', 'list projects by exact name'],
    run: async (client) => client.look('user-recuser', 'absent', 'v1'),
    becomes: () => ({ found: false, absent: 'repository' }),
  },
  {
    does: 'look(): forbidden where the project exists',
    replays: ['get artifact as a stranger', 'list projects by exact name'],
    run: async (client) => client.look('user-recuser', 'app', 'v1.0.0'),
    becomes: () => throws('harbor.rejected'),
  },
  {
    does: 'look(): our credentials are not accepted',
    replays: ['get artifact anonymously'],
    run: async (client) => client.look('user-recuser', 'app', 'v1.0.0'),
    becomes: () => throws('harbor.unauthorized'),
  },
  {
    does: 'listArtifacts(): a page that is full may not be the last',
    replays: ['list artifacts with tags'],
    run: async (client) => {
      const after = { project: 'user-recuser', repository: 'app', afterArtifactId: 0, limit: 1 };
      const { items, hasMore } = await client.listArtifacts(after);
      return { tags: items.flatMap(({ tags }) => tags.map(({ name }) => name)), hasMore };
    },
    becomes: () => ({ tags: ['latest'], hasMore: true }),
    sends: { q: 'tags=*,id=[1~]', sort: 'id', page: '1', page_size: '1', with_tag: 'true' },
  },
  {
    does: 'listProjectArtifacts(): across repositories, after an id',
    replays: ['artifacts of the project by id, the rest'],
    run: async (client) => {
      const page = await client.listProjectArtifacts({
        project: 'user-recuser',
        afterArtifactId: 2,
        limit: 100,
      });
      return page?.items.map(({ id }) => id);
    },
    becomes: (seen) => bodyOf<{ id: number }[]>(seen).map(({ id }) => id),
    sends: { q: 'tags=*,id=[3~]', sort: 'id', page_size: '100' },
  },
  {
    does: 'listProjectArtifacts(): those without a tag, too',
    replays: ['artifacts of the project by id, the rest'],
    run: async (client) => {
      const after = { project: 'user-recuser', afterArtifactId: 2, limit: 100, withUntagged: true };
      return (await client.listProjectArtifacts(after))?.items.map(({ id }) => id);
    },
    becomes: (seen) => bodyOf<{ id: number }[]>(seen).map(({ id }) => id),
    sends: { q: 'id=[3~]', sort: 'id', page_size: '100', with_tag: 'true' },
  },
  {
    does: 'listProjectArtifacts(): the project is gone',
    replays: ['artifacts of a project that is absent'],
    run: async (client) =>
      client.listProjectArtifacts({ project: 'user-absent', afterArtifactId: 0, limit: 10 }),
    becomes: () => throws('harbor.changed'),
  },
  {
    does: 'listTags()',
    replays: ['list tags of an artifact'],
    run: async (client) =>
      (await client.listTags('user-recuser', 'app', 'v1.0.0')).map(({ name, immutable }) => ({
        name,
        immutable,
      })),
    becomes: () => [{ name: 'v1.0.0', immutable: true }],
    sends: { with_immutable_status: 'true' },
  },
  {
    does: 'listAccessories()',
    replays: ['accessories of v1'],
    run: async (client) =>
      (await client.listAccessories('user-recuser', 'proto', 'v1')).map(({ type }) => type).sort(),
    becomes: () => ['signature.cosign', 'subject.accessory'],
  },
  {
    does: 'addTag()',
    replays: ['add a tag'],
    run: async (client) => client.addTag('user-recuser', 'app', 'v1.0.0', 'stable'),
    becomes: () => 'added',
    sends: 'the recorded body',
  },
  {
    does: 'addTag(): the tag exists',
    replays: ['add a tag that exists on another artifact'],
    run: async (client) => client.addTag('user-recuser', 'app', 'v1.0.0', 'latest'),
    becomes: () => 'exists',
  },
  {
    does: 'deleteTag()',
    replays: ['put tag back: take it off the new artifact'],
    run: async (client) => client.deleteTag('user-recuser', 'app', 'v1.0.0', 'v1.0.0'),
    becomes: () => 'deleted',
  },
  {
    does: 'deleteTag(): a rule protects it',
    replays: ['delete an immutable tag'],
    run: async (client) => client.deleteTag('user-recuser', 'app', 'v1.0.0', 'v1.0.0'),
    becomes: () => 'protected',
  },
  {
    does: 'listWebhookPolicies()',
    replays: ['list webhook policies'],
    run: async (client) => client.listWebhookPolicies('user-recuser'),
    becomes: (seen) =>
      bodyOf<{ id: number; name: string; event_types: string[] }[]>(seen).map((policy) => ({
        id: policy.id,
        name: policy.name,
        enabled: true,
        eventTypes: policy.event_types,
        address: 'https://berth.example.com/hook',
        authHeader: 'Bearer hook-secret',
      })),
  },
  {
    does: 'createWebhookPolicy()',
    replays: ['create webhook policy'],
    run: async (client) =>
      client.createWebhookPolicy('user-recuser', {
        name: 'tag-rule',
        eventTypes: ['PUSH_ARTIFACT', 'DELETE_ARTIFACT', 'QUOTA_EXCEED'],
        address: 'https://berth.example.com/hook',
        authHeader: 'Bearer hook-secret',
        verifyCertificate: false,
      }),
    becomes: (seen) => ({ outcome: 'created', id: newId(seen) }),
    sends: 'the recorded body',
  },
  {
    does: 'createWebhookPolicy(): the name is taken',
    replays: ['create webhook policy of the same name'],
    run: async (client) =>
      client.createWebhookPolicy('user-recuser', {
        name: 'tag-rule',
        eventTypes: ['PUSH_ARTIFACT'],
        address: 'https://berth.example.com/hook',
        authHeader: 'Bearer hook-secret',
        verifyCertificate: true,
      }),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'createRobot()',
    replays: ['create project robot, pull and push'],
    run: async (client) => client.createRobot(ciRobot(30)),
    becomes: (seen) => ({
      outcome: 'created',
      id: newId(seen),
      name: 'robot$user-recuser+ci',
      secret: '<secret>',
      expiresAt: new Date(bodyOf<{ expires_at: number }>(seen).expires_at * 1000),
    }),
  },
  {
    does: 'createRobot(): the name is taken',
    replays: ['create project robot that exists'],
    run: async (client) => client.createRobot(ciRobot(30)),
    becomes: () => ({ outcome: 'exists' }),
  },
  {
    does: 'listProjectRobots()',
    replays: ['list project robots'],
    run: async (client, seen) =>
      client.listProjectRobots(Number(/ProjectID=(\d+)/.exec(queried(seen, 'q'))?.[1])),
    becomes: (seen) => {
      const [robot] = bodyOf<{ id: number; creation_time: string; expires_at: number }[]>(seen);
      const { name, description, level, permissions } = ciRobot(30);
      return [
        {
          id: robot?.id,
          name: `robot$user-recuser+${name}`,
          description,
          level,
          disabled: false,
          expiresAt: new Date((robot?.expires_at ?? 0) * 1000),
          createdAt: new Date(robot?.creation_time ?? ''),
          permissions,
        },
      ];
    },
  },
  {
    does: 'listSystemRobots(): one that never ends',
    replays: ['list system robots'],
    run: async (client) =>
      (await client.listSystemRobots()).map(({ name, expiresAt }) => ({ name, expiresAt })),
    becomes: () => [{ name: 'robot$scheduler', expiresAt: null }],
  },
  {
    does: 'deleteRobot()',
    replays: ['delete robot'],
    run: async (client, seen) => client.deleteRobot(idIn(seen)),
    becomes: () => 'deleted',
  },
  {
    does: 'deleteRobot(): absent',
    replays: ['delete robot that is absent'],
    run: async (client, seen) => client.deleteRobot(idIn(seen)),
    becomes: () => 'absent',
  },
];

/** What the versions answer differently, by name. */
const DIFFERENCES: Record<HarborVersion, readonly Case[]> = {
  '2.15.2': [
    {
      does: 'auditRows(): the newer log, whose descriptions carry the digest',
      replays: ['rows after the cursor, creates and deletes only'],
      run: async (client) => {
        const after = {
          afterId: 126,
          limit: 100,
          operations: ['create', 'delete'],
          resourceTypes: ['artifact', 'tag'],
        };
        const { log, items } = await client.auditRows(after);
        return { log, last: items.at(-1) };
      },
      becomes: (seen) => ({
        log: 'auditlog-exts',
        last: {
          id: 129,
          at: new Date(bodyOf<{ op_time: string }[]>(seen)[2]?.op_time ?? ''),
          operation: 'create',
          resourceType: 'artifact',
          resource: 'user-recuser/app:audited-push',
          username: 'recuser',
          description: bodyOf<{ operation_description: string }[]>(seen)[2]?.operation_description,
        },
      }),
      sends: { q: 'id=[127~],operation={create delete},resource_type={artifact tag}', sort: 'id' },
    },
    {
      does: 'findUserById(): as a robot',
      replays: ['robot: get user'],
      run: async (client, seen) => (await client.findUserById(idIn(seen)))?.username,
      becomes: () => 'recrobot',
    },
  ],
  '2.12.4': [
    {
      does: 'auditRows(): the only log',
      replays: ['audit log ext (newer Harbor)', 'pushes since'],
      run: async (client) => {
        const { log, items } = await client.auditRows({ afterId: 0, limit: 100 });
        return { log, rows: items.length, description: items[0]?.description };
      },
      becomes: (seen) => ({ log: 'audit-logs', rows: bodyOf<unknown[]>(seen, 1).length, description: '' }),
    },
    {
      does: 'findUserById(): a robot may not, which is not "absent"',
      replays: ['robot: get user'],
      run: async (client, seen) => client.findUserById(idIn(seen)),
      becomes: () => throws('harbor.rejected'),
    },
  ],
  '2.9.5': [
    {
      does: 'auditRows(): the only log',
      replays: ['audit log ext (newer Harbor)', 'pushes since'],
      run: async (client) => {
        const { log, items } = await client.auditRows({ afterId: 0, limit: 100 });
        return { log, rows: items.length, description: items[0]?.description };
      },
      becomes: (seen) => ({ log: 'audit-logs', rows: bodyOf<unknown[]>(seen, 1).length, description: '' }),
    },
    {
      does: 'listProjectArtifacts(): this Harbor has no such list',
      replays: ['list artifacts of the project'],
      run: async (client) =>
        client.listProjectArtifacts({ project: 'user-recuser', afterArtifactId: 0, limit: 100 }),
      becomes: () => null,
    },
  ],
};

function ciRobot(durationDays: number): NewRobot {
  const access = ['pull', 'push'].map((action) => ({ resource: 'repository', action }));
  return {
    name: 'ci',
    description: 'ci',
    level: 'project',
    durationDays,
    permissions: [{ kind: 'project', namespace: 'user-recuser', access }],
  };
}

async function outcomeOf(run: Promise<unknown>): Promise<unknown> {
  try {
    return await run;
  } catch (error) {
    if (isDomainError(error)) return throws(error.code);
    throw error;
  }
}

describe.each(VERSIONS)('the client and a recorded Harbor %s', (version) => {
  const recording = new Recording(version);
  const recorded = [...CASES, ...DIFFERENCES[version]].filter(({ replays }) =>
    replays.every((name) => recording.has(name)),
  );
  let client: HarborClient;

  beforeEach(() => {
    client = clientOfRecordings();
  });

  afterEach(() => {
    client.onModuleDestroy();
    nock.cleanAll();
  });

  it.each(recorded)('$does', async ({ replays, run, becomes, sends }) => {
    const seen = replays.map((name) => recording.get(name));
    const requests = seen.map(replay);

    await expect(outcomeOf(run(client, seen))).resolves.toEqual(becomes(seen));

    expect(nock.pendingMocks()).toEqual([]);
    const last = requests.at(-1);
    if (sends === 'the recorded body') expect(last?.body).toEqual(seen.at(-1)?.request.body);
    else if (sends !== undefined) {
      expect(Object.fromEntries(last?.query ?? [])).toMatchObject(sends);
    }
  });

  it.each(
    HARBOR_TEXTS.flatMap(({ meaning, seen }) =>
      seen.map((exchange) => ({ meaning, name: exchange.slice(exchange.indexOf(' / ') + 3) })),
    ).filter(({ name }) => recording.has(name) && recording.get(name).response.status >= 400),
  )('says "$meaning" in "$name"', ({ meaning, name }) => {
    const { status, body } = recording.get(name).response;
    const { errors } = body as { errors: [{ message: string }] };
    expect(meaningOf({ status, message: errors[0].message })).toBe(meaning);
  });
});

it('names recorded exchanges by which every text is known', () => {
  const recordings = VERSIONS.map((version) => new Recording(version));
  const known = (exchange: string): boolean => {
    const [section, name] = exchange.split(' / ');
    return recordings.some(
      (each) => name !== undefined && each.has(name) && each.get(name).section === section,
    );
  };
  expect(HARBOR_TEXTS.flatMap(({ seen }) => seen).filter((exchange) => !known(exchange))).toEqual([]);
});
