import {
  accessoriesOf,
  addTag,
  announcePush,
  artifactReferred,
  artifactsListedOf,
  ensureRepository,
  ensureTag,
  keepBlob,
  removeArtifact,
  requireDeletableTag,
  tagNamed,
  tagsOf,
} from './artifact-lifecycle';
import type { Exchange, Reply } from './exchange';
import { WITH_CHARSET, created, ok } from './exchange';
import { HarborError, badRequest, conflict, notFound, precondition } from './errors';
import { isImmutable } from './immutable-tags';
import type { Artifact, Repository, Tag } from './model';
import { conditionsOf, filtered, listReply, meets, pageReply, sorted } from './query';
import type { Columns, Condition } from './query';
import { requireInProject } from './rbac';
import { fullNameAsked, projectByNameFor, repositoryFor, repositoryNamed } from './repositories';
import { route } from './router';
import type { Route } from './router';
import { hasScanner, isScannable, reportShown, scanOverviewOf, startScan } from './scans';
import { isRecord } from './body';
import type { World } from './world';

const TAG_NAME = /^\w[\w.-]{0,127}$/;

const COLUMNS: Columns<Artifact> = {
  id: (artifact) => artifact.id,
  digest: (artifact) => artifact.digest,
  type: (artifact) => artifact.type,
  media_type: (artifact) => artifact.mediaType,
  size: (artifact) => artifact.size,
  push_time: (artifact) => artifact.pushedAt,
  pull_time: (artifact) => artifact.pulledAt,
  repository_id: (artifact) => artifact.repositoryId,
};

const TAG_COLUMNS: Columns<Tag> = {
  id: (tag) => tag.id,
  name: (tag) => tag.name,
  push_time: (tag) => tag.pushedAt,
  pull_time: (tag) => tag.pulledAt,
};

export function artifactRoutes(world: World): Route[] {
  const all = '/projects/{project}/repositories/{repository}/artifacts';
  const one = `${all}/{reference}`;
  return [
    route('GET', '/projects/{project}/artifacts', (exchange) => listOfProject(world, exchange)),
    route('GET', all, (exchange) => list(world, exchange)),
    route('POST', all, (exchange) => copy(world, exchange)),
    route('GET', one, (exchange) => get(world, exchange)),
    route('DELETE', one, (exchange) => remove(world, exchange)),
    route('GET', `${one}/tags`, (exchange) => listTags(world, exchange)),
    route('POST', `${one}/tags`, (exchange) => createTag(world, exchange)),
    route('DELETE', `${one}/tags/{tag}`, (exchange) => removeTag(world, exchange)),
    route('GET', `${one}/accessories`, (exchange) => listAccessories(world, exchange)),
    route('POST', `${one}/scan`, (exchange) => scan(world, exchange)),
    route('POST', `${one}/scan/stop`, (exchange) => stopScan(world, exchange)),
    route('GET', `${one}/additions/vulnerabilities`, (exchange) => vulnerabilities(world, exchange)),
    route('GET', `${one}/additions/{addition}`, (exchange) => addition(world, exchange)),
  ];
}

interface Found {
  repository: Repository;
  artifact: Artifact;
}

function artifactFor(world: World, exchange: Exchange, resource: string, action: string): Found {
  const repository = repositoryFor(world, exchange, resource, action);
  const reference = exchange.param('reference');
  const artifact = artifactReferred(world, repository.id, reference);
  if (artifact) return { repository, artifact };
  throw notFound(`artifact ${repository.name}${reference.includes(':') ? '@' : ':'}${reference} not found`);
}

function show(world: World, exchange: Exchange, artifact: Artifact): unknown {
  const repository = world.database.repositories.get(artifact.repositoryId);
  if (!repository) throw new Error(`artifact ${artifact.id} has lost its repository`);
  const withTags = exchange.flag('with_tag', true);
  const withImmutable = exchange.flag('with_immutable_status');
  const tags = withTags ? tagsOf(world, artifact.id) : [];
  const accessories = exchange.flag('with_accessory')
    ? accessoriesOf(world, repository.name, artifact.digest)
    : [];
  const additions = [...artifact.additions, ...(isScannable(world, artifact) ? ['vulnerabilities'] : [])];
  const overview = exchange.flag('with_scan_overview') ? scanOverviewOf(world, artifact) : undefined;
  return {
    accessories:
      accessories.length > 0
        ? accessories.map((one) => showAccessory(world, repository, artifact, one))
        : null,
    ...(additions.length > 0 ? { addition_links: additionLinks(repository, artifact, additions) } : {}),
    ...(artifact.annotations ? { annotations: artifact.annotations } : {}),
    ...(artifact.artifactType ? { artifact_type: artifact.artifactType } : {}),
    digest: artifact.digest,
    ...(artifact.extraAttributes ? { extra_attrs: artifact.extraAttributes } : {}),
    icon: artifact.icon,
    id: artifact.id,
    labels: null,
    manifest_media_type: artifact.manifestMediaType,
    media_type: artifact.mediaType,
    project_id: artifact.projectId,
    pull_time: artifact.pulledAt,
    push_time: artifact.pushedAt,
    references:
      artifact.references.length > 0 ? artifact.references.map((one) => showReference(artifact, one)) : null,
    repository_id: repository.id,
    repository_name: repository.name,
    ...(overview ? { scan_overview: overview } : {}),
    size: artifact.size,
    tags: tags.length > 0 ? tags.map((tag) => showTag(world, repository, tag, withImmutable)) : null,
    type: artifact.type,
  };
}

function showReference(parent: Artifact, reference: Artifact['references'][number]): unknown {
  const { childDigest, childId, platform, annotations } = reference;
  return {
    ...(annotations ? { annotations } : {}),
    child_digest: childDigest,
    child_id: childId,
    parent_id: parent.id,
    platform: { OsFeatures: null, ...platform },
    urls: null,
  };
}

function showTag(world: World, repository: Repository, tag: Tag, withImmutable: boolean): unknown {
  return {
    artifact_id: tag.artifactId,
    id: tag.id,
    immutable: withImmutable && isImmutable(world, repository, tag.name),
    name: tag.name,
    pull_time: tag.pulledAt,
    push_time: tag.pushedAt,
    repository_id: tag.repositoryId,
  };
}

const ACCESSORY_ICONS: Record<string, string> = {
  'signature.cosign': 'sha256:20401d5b3a0f6dbc607c8d732eb08471af4ae6b19811a4efce8c6a724aed2882',
};

function showAccessory(
  world: World,
  repository: Repository,
  subject: Artifact,
  accessory: { id: number; artifactId: number; type: string; createdAt: string },
): unknown {
  const artifact = world.database.artifacts.get(accessory.artifactId);
  return {
    artifact_id: accessory.artifactId,
    creation_time: accessory.createdAt,
    digest: artifact?.digest ?? '',
    icon: ACCESSORY_ICONS[accessory.type] ?? '',
    id: accessory.id,
    size: artifact?.size ?? 0,
    subject_artifact_digest: subject.digest,
    subject_artifact_id: subject.id,
    subject_artifact_repo: repository.name,
    type: accessory.type,
  };
}

/** The path of an artifact, its repository's slashes encoded twice. */
function pathOf(repository: Repository, reference: string): string {
  const slash = repository.name.indexOf('/');
  const inner = encodeURIComponent(encodeURIComponent(repository.name.slice(slash + 1)));
  return `/api/v2.0/projects/${repository.name.slice(0, slash)}/repositories/${inner}/artifacts/${reference}`;
}

function additionLinks(repository: Repository, artifact: Artifact, additions: string[]): unknown {
  const base = pathOf(repository, artifact.digest);
  return Object.fromEntries(
    additions.map((name) => [name, { absolute: false, href: `${base}/additions/${name}` }]),
  );
}

function get(world: World, exchange: Exchange): Reply {
  return ok(show(world, exchange, artifactFor(world, exchange, 'artifact', 'read').artifact));
}

function list(world: World, exchange: Exchange): Reply {
  const repository = repositoryFor(world, exchange, 'artifact', 'list');
  return artifactList(world, exchange, world.database.artifacts.by('repository', repository.id));
}

/** Every repository of the project at once. */
function listOfProject(world: World, exchange: Exchange): Reply {
  const project = projectByNameFor(world, exchange, 'artifact', 'list');
  const artifacts = world.database.artifacts.by('project', project.id);
  if (!exchange.flag('latest_in_repository')) return artifactList(world, exchange, artifacts);
  return artifactList(world, exchange, latestOf(artifactsListedOf(world, artifacts)));
}

function latestOf(artifacts: Artifact[]): Artifact[] {
  const latest = new Map<number, Artifact>();
  for (const artifact of artifacts) {
    const other = latest.get(artifact.repositoryId);
    if (!other || other.pushedAt <= artifact.pushedAt) latest.set(artifact.repositoryId, artifact);
  }
  return [...latest.values()];
}

function artifactList(world: World, exchange: Exchange, artifacts: Artifact[]): Reply {
  const conditions = conditionsOf(exchange.query.get('q'));
  const byTag = conditions.filter((condition) => condition.key === 'tags');
  const named = (artifact: Artifact): string[] =>
    world.database.tags.by('artifact', artifact.id).map(({ name }) => name);
  const found = filtered(artifactsListedOf(world, artifacts), conditions, COLUMNS).filter(
    (artifact) => byTag.length === 0 || byTag.every((one) => carries(named(artifact), one)),
  );
  const inOrder = sorted(found, exchange.query.get('sort'), COLUMNS, '-push_time,-id');
  return pageReply(exchange, inOrder, (artifact) => show(world, exchange, artifact));
}

/** `tags=*`: some tag; `tags=nil`: none; else a tag of that name. */
function carries(names: string[], condition: Condition): boolean {
  if (condition.kind === 'exact' && condition.value === '*') return names.length > 0;
  if (condition.kind === 'exact' && condition.value === 'nil') return names.length === 0;
  return names.some((name) => meets(name, condition));
}

function remove(world: World, exchange: Exchange): Reply {
  const { repository, artifact } = artifactFor(world, exchange, 'artifact', 'delete');
  removeArtifact(world, exchange.caller, exchange.requestId, repository, artifact);
  return ok();
}

function listTags(world: World, exchange: Exchange): Reply {
  const { repository, artifact } = artifactFor(world, exchange, 'tag', 'list');
  const withImmutable = exchange.flag('with_immutable_status');
  return listReply(exchange, tagsOf(world, artifact.id), TAG_COLUMNS, '-push_time,-id', (tag) =>
    showTag(world, repository, tag, withImmutable),
  );
}

/** A tag that is there is 409, on the same digest too: tags are not moved this way (#20382). */
async function createTag(world: World, exchange: Exchange): Promise<Reply> {
  const body = await exchange.json('tag');
  const { repository, artifact } = artifactFor(world, exchange, 'tag', 'create');
  const name = body.text('name') ?? '';
  if (!TAG_NAME.test(name)) throw badRequest(`bad request: invalid tag name: ${name}`);
  if (tagNamed(world, repository.id, name)) {
    world.database.tags.burnId();
    throw conflict(`tag ${name} already exists under the repository ${repository.id}`);
  }
  addTag(world, repository, artifact, name);
  repository.updatedAt = world.now();
  auditTag(world, exchange, repository, 'create', name);
  return { status: 201 };
}

/** Only where the tag is on this artifact: a free compare-and-delete. */
function removeTag(world: World, exchange: Exchange): Reply {
  const { repository, artifact } = artifactFor(world, exchange, 'tag', 'delete');
  const name = exchange.param('tag');
  const tag = tagNamed(world, repository.id, name);
  if (tag?.artifactId !== artifact.id) {
    throw notFound(`tag ${name} attached to artifact ${artifact.id} not found`);
  }
  requireDeletableTag(world, repository, name);
  world.database.tags.delete(tag.id);
  repository.updatedAt = world.now();
  auditTag(world, exchange, repository, 'delete', name);
  return ok();
}

function auditTag(
  world: World,
  exchange: Exchange,
  repository: Repository,
  operation: 'create' | 'delete',
  tag: string,
): void {
  const resource = `${repository.name}:${tag}`;
  world.audit(exchange.caller, {
    projectId: repository.projectId,
    operation,
    resourceType: 'tag',
    resource,
    description: `${operation} tag: ${resource}`,
  });
}

function listAccessories(world: World, exchange: Exchange): Reply {
  const { repository, artifact } = artifactFor(world, exchange, 'accessory', 'list');
  return pageReply(exchange, accessoriesOf(world, repository.name, artifact.digest), (accessory) =>
    showAccessory(world, repository, artifact, accessory),
  );
}

/** With all the tags of its digest, over tags that may move; the event names the newest alone (#16675, #23706). */
function copy(world: World, exchange: Exchange): Reply {
  const from = exchange.query.get('from') ?? '';
  const match = /^([^/]+)\/(.+?)(?:@(sha256:[0-9a-f]{64})|:([\w.-]+))$/.exec(from);
  const name = fullNameAsked(exchange);
  const target = projectByNameFor(world, exchange, 'artifact', 'create');
  if (!match) throw badRequest(`bad request: invalid from "${from}"`);
  const [, projectName = '', inner = '', digest, tagName] = match;
  const reference = digest ?? tagName ?? '';
  const absent = notFound(`artifact ${projectName}/${inner}${digest ? '@' : ':'}${reference} not found`);
  requireInProject(
    world,
    exchange.caller,
    world.projectNamed(projectName),
    'artifact',
    'read',
    absent.message,
  );
  const source = repositoryNamed(world, `${projectName}/${inner}`);
  const original = source && artifactReferred(world, source.id, reference);
  if (!source || !original) throw absent;
  if (world.database.accessories.find((accessory) => accessory.artifactId === original.id)) {
    throw new HarborError('DENIED', "the operation isn't supported for accessory artifact");
  }
  const repository = ensureRepository(world, target, name);
  const tags = tagsOf(world, original.id);
  for (const tag of tags) {
    const other = tagNamed(world, repository.id, tag.name);
    if (other && isImmutable(world, repository, tag.name)) {
      throw precondition(`Failed to process request due to '${inner}:${tag.name}' configured as immutable.`);
    }
  }
  const artifact = copyOf(world, original, repository);
  for (const tag of tags) ensureTag(world, repository, artifact, tag.name);
  repository.updatedAt = world.now();
  announcePush(
    world,
    exchange.caller,
    exchange.requestId,
    target,
    repository,
    artifact,
    tags[0]?.name ?? null,
  );
  return created(pathOf(repository, reference));
}

function copyOf(world: World, original: Artifact, repository: Repository): Artifact {
  const project = world.project(repository.projectId);
  if (!project) throw new Error(`repository ${repository.name} has lost its project`);
  const there = world.database.artifacts.find(
    (artifact) => artifact.repositoryId === repository.id && artifact.digest === original.digest,
  );
  if (there) return there;
  const children = original.references.flatMap((reference) => {
    const child = world.database.artifacts.get(reference.childId);
    return child ? [{ ...reference, childId: copyOf(world, child, repository).id }] : [];
  });
  for (const digest of [original.digest, ...original.blobs]) {
    const blob = world.database.blobs.find((one) => one.digest === digest);
    if (blob) keepBlob(world, digest, blob.size, project, repository.name);
  }
  return world.database.artifacts.insert((id) => ({
    ...original,
    id,
    projectId: repository.projectId,
    repositoryId: repository.id,
    references: children,
    pushedAt: world.now(),
  }));
}

/** Of vulnerabilities: the scanner of the sandbox makes no SBOMs. */
async function scan(world: World, exchange: Exchange): Promise<Reply> {
  const { artifact } = artifactFor(world, exchange, 'scan', 'create');
  if (!hasScanner(world)) throw precondition(`no available scanner for project: ${artifact.projectId}`);
  const isOfSbom =
    (await exchange.bytes()).length > 0 && (await exchange.json('scan_type')).text('scan_type') === 'sbom';
  if (isOfSbom || !isScannable(world, artifact)) {
    throw badRequest(`the configured scanner does not support scanning artifact ${artifact.digest}`);
  }
  startScan(world, artifact);
  return { status: 202 };
}

/** One that is over is 202 as well (seen); one that runs goes on to its end here. */
function stopScan(world: World, exchange: Exchange): Reply {
  artifactFor(world, exchange, 'scan', 'stop');
  return { status: 202 };
}

function vulnerabilities(world: World, exchange: Exchange): Reply {
  const { artifact } = artifactFor(world, exchange, 'artifact-addition', 'read');
  if (hasScanner(world)) return ok(reportShown(world, artifact));
  throw notFound(`no scanner registration configured for project: ${artifact.projectId}`);
}

function addition(world: World, exchange: Exchange): Reply {
  const { artifact } = artifactFor(world, exchange, 'artifact-addition', 'read');
  const name = exchange.param('addition');
  if (!artifact.additions.includes(name)) {
    throw badRequest(`the addition ${name} isn't supported for artifact of type ${artifact.type}`);
  }
  if (name !== 'build_history') throw notFound(`the ${name} of artifact ${artifact.digest} not found`);
  const manifest: unknown = JSON.parse(world.blobs.read(artifact.digest).toString('utf8'));
  const config = isRecord(manifest) && isRecord(manifest.config) ? manifest.config.digest : undefined;
  const content: unknown =
    typeof config === 'string' ? JSON.parse(world.blobs.read(config).toString('utf8')) : undefined;
  const history = isRecord(content) && Array.isArray(content.history) ? content.history : [];
  return { status: 200, json: history, contentType: WITH_CHARSET };
}
