import type { Caller } from './caller';
import { nameOf } from './caller';
import { kindOf, referenceOf } from './artifact-kinds';
import type { Descriptor, Manifest } from './artifact-kinds';
import { isRecord } from './body';
import { HarborError, precondition } from './errors';
import { isImmutable } from './immutable-tags';
import type { Artifact, BlobRecord, Project, Repository, Tag } from './model';
import { NEVER } from './model';
import type { World } from './world';

export const tagsOf = (world: World, artifactId: number): Tag[] =>
  world.database.tags
    .by('artifact', artifactId)
    .sort((a, b) => (a.pushedAt === b.pushedAt ? b.id - a.id : a.pushedAt < b.pushedAt ? 1 : -1));

export const tagNamed = (world: World, repositoryId: number, name: string): Tag | undefined =>
  world.database.tags.by('name', `${repositoryId} ${name}`)[0];

export const artifactOfDigest = (world: World, repositoryId: number, digest: string): Artifact | undefined =>
  world.database.artifacts.by('digest', `${repositoryId} ${digest}`)[0];

/** By tag, or by digest when the reference holds a colon. */
export function artifactReferred(
  world: World,
  repositoryId: number,
  reference: string,
): Artifact | undefined {
  if (reference.includes(':')) return artifactOfDigest(world, repositoryId, reference);
  const tag = tagNamed(world, repositoryId, reference);
  return tag && world.database.artifacts.get(tag.artifactId);
}

/** Lists leave out accessories, and the children of an index that have no tag of their own. */
export function artifactsListedOf(world: World, artifacts: readonly Artifact[]): Artifact[] {
  const accessories = new Set(world.database.accessories.all().map((accessory) => accessory.artifactId));
  const children = new Set(artifacts.flatMap(({ references }) => references.map(({ childId }) => childId)));
  return artifacts.filter(
    ({ id }) =>
      !accessories.has(id) && (!children.has(id) || world.database.tags.by('artifact', id).length > 0),
  );
}

export const blobOf = (world: World, digest: string): BlobRecord | undefined =>
  world.database.blobs.by('digest', digest)[0];

/** Notes a blob that was uploaded or mounted: the repository may read it, the project's quota counts it. */
export function keepBlob(
  world: World,
  digest: string,
  size: number,
  project: Project,
  repositoryName: string,
): void {
  const blob =
    blobOf(world, digest) ??
    world.database.blobs.insert((id) => ({ id, digest, size, projectIds: [], repositories: [] }));
  if (!blob.projectIds.includes(project.id)) blob.projectIds.push(project.id);
  if (!blob.repositories.includes(repositoryName)) blob.repositories.push(repositoryName);
}

export function isCounted(world: World, projectId: number, digest: string): boolean {
  return blobOf(world, digest)?.projectIds.includes(projectId) ?? false;
}

export function ensureRepository(world: World, project: Project, name: string): Repository {
  const existing = world.database.repositories.by('name', name)[0];
  if (existing) return existing;
  const now = world.now();
  return world.database.repositories.insert((id) => ({
    id,
    projectId: project.id,
    name,
    pullCount: 0,
    createdAt: now,
    updatedAt: now,
  }));
}

/** The artifact of a manifest that lies in the blob store; the same digest again is the same artifact. */
export function ensureArtifact(
  world: World,
  project: Project,
  repository: Repository,
  digest: string,
  manifest: Manifest,
  manifestSize: number,
): Artifact {
  const existing = artifactOfDigest(world, repository.id, digest);
  if (existing) return existing;
  const descriptors = [...(manifest.config ? [manifest.config] : []), ...manifest.layers];
  const distinct = [...new Map(descriptors.map((one) => [one.digest, one])).values()];
  const children = manifest.children.flatMap((descriptor) => {
    const child = artifactOfDigest(world, repository.id, descriptor.digest);
    return child ? [{ child, descriptor }] : [];
  });
  const sizeOf = (sum: number, one: { size: number }): number => sum + one.size;
  const artifact = world.database.artifacts.insert((id) => ({
    ...kindOf(manifest, (config) => readJson(world, config)),
    id,
    projectId: project.id,
    repositoryId: repository.id,
    digest,
    size: manifestSize + distinct.reduce(sizeOf, 0) + children.map(({ child }) => child).reduce(sizeOf, 0),
    references: children.map(({ child, descriptor }) => referenceOf(child, descriptor)),
    blobs: distinct.map((one) => one.digest),
    pushedAt: world.now(),
    pulledAt: NEVER,
  }));
  return artifact;
}

function readJson(world: World, digest: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(world.blobs.read(digest).toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** Points the tag at the artifact; a tag that is there already keeps its id, and where it stays its push time. */
export function ensureTag(world: World, repository: Repository, artifact: Artifact, name: string): void {
  const tag = tagNamed(world, repository.id, name);
  if (!tag) addTag(world, repository, artifact, name);
  else if (tag.artifactId !== artifact.id)
    world.database.tags.update(tag, { artifactId: artifact.id, pushedAt: world.now() });
}

export function addTag(world: World, repository: Repository, artifact: Artifact, name: string): Tag {
  return world.database.tags.insert((id) => ({
    id,
    repositoryId: repository.id,
    artifactId: artifact.id,
    name,
    pushedAt: world.now(),
    pulledAt: NEVER,
  }));
}

/** A subject (OCI 1.1) or a cosign tag makes an artifact the accessory of another. */
export function noteAccessory(
  world: World,
  repository: Repository,
  artifact: Artifact,
  subject: Descriptor | null,
  layers: Descriptor[],
  tag: string | null,
): void {
  if (world.database.accessories.find((accessory) => accessory.artifactId === artifact.id)) return;
  const signed = /^sha256-([0-9a-f]{64})\.sig$/.exec(tag ?? '')?.[1];
  const isSignature = layers.some(
    (layer) => layer.annotations?.['dev.cosignproject.cosign/signature'] !== undefined,
  );
  const [type, subjectDigest] =
    signed && isSignature
      ? ['signature.cosign', `sha256:${signed}`]
      : subject
        ? [subjectTypeOf(artifact), subject.digest]
        : [null, ''];
  if (type === null) return;
  world.database.accessories.insert((id) => ({
    id,
    artifactId: artifact.id,
    subjectRepository: repository.name,
    subjectDigest,
    type,
    createdAt: world.now(),
  }));
}

function subjectTypeOf({ artifactType }: Artifact): string {
  if (artifactType === 'application/vnd.cncf.notary.signature') return 'signature.notation';
  if (artifactType.startsWith('application/vnd.dev.cosign.artifact.sig')) return 'signature.cosign';
  return 'subject.accessory';
}

/** Says that an image was pushed or copied: audit row and webhook. `tag` null: by digest. */
export function announcePush(
  world: World,
  caller: Caller,
  requestId: string,
  project: Project,
  repository: Repository,
  artifact: Artifact,
  tag: string | null,
): void {
  auditArtifact(world, caller, 'create', 'push', repository, artifact, tag);
  world.webhooks.fire({
    type: 'PUSH_ARTIFACT',
    project,
    repositoryName: repository.name,
    operator: nameOf(caller),
    requestId,
    resource: { digest: artifact.digest, tag: tag ?? artifact.digest },
    repositoryCreatedAt: Math.floor(Date.parse(repository.createdAt) / 1000),
  });
}

export function auditArtifact(
  world: World,
  caller: Caller,
  operation: 'create' | 'delete' | 'pull',
  verb: 'push' | 'delete' | 'pull',
  repository: Repository,
  artifact: Artifact,
  tag: string | null,
): void {
  world.audit(caller, {
    projectId: repository.projectId,
    operation,
    resourceType: 'artifact',
    resource: tag === null ? `${repository.name}@${artifact.digest}` : `${repository.name}:${tag}`,
    description: `${verb} artifact: ${repository.name}@${artifact.digest}`,
  });
}

export function requireDeletableTag(world: World, repository: Repository, tag: string): void {
  if (isImmutable(world, repository, tag)) {
    throw precondition(`the tag ${tag} configured as immutable, cannot be deleted`);
  }
}

/** With all its tags and accessories, and the children of an index that nothing else holds. */
export function removeArtifact(
  world: World,
  caller: Caller,
  requestId: string,
  repository: Repository,
  artifact: Artifact,
): void {
  for (const tag of tagsOf(world, artifact.id)) requireDeletableTag(world, repository, tag.name);
  if (parentsOf(world, artifact.id).length > 0) {
    throw new HarborError('VIOLATE_FOREIGN_KEY_CONSTRAINT', 'the deleting artifact is referenced by others');
  }
  removeDeeply(world, caller, requestId, repository, artifact, true);
}

const parentsOf = (world: World, artifactId: number): Artifact[] =>
  world.database.artifacts.filter((artifact) =>
    artifact.references.some((reference) => reference.childId === artifactId),
  );

function removeDeeply(
  world: World,
  caller: Caller,
  requestId: string,
  repository: Repository,
  artifact: Artifact,
  isAnnounced: boolean,
): void {
  const tags = tagsOf(world, artifact.id);
  for (const accessory of accessoriesOf(world, repository.name, artifact.digest)) {
    const held = world.database.artifacts.get(accessory.artifactId);
    if (held) removeDeeply(world, caller, requestId, repository, held, true);
  }
  world.database.accessories.deleteWhere((accessory) => accessory.artifactId === artifact.id);
  for (const { id } of tags) world.database.tags.delete(id);
  world.database.artifacts.delete(artifact.id);
  for (const { childId } of artifact.references) {
    const child = world.database.artifacts.get(childId);
    const isFree = child && parentsOf(world, childId).length === 0 && tagsOf(world, childId).length === 0;
    if (isFree) removeDeeply(world, caller, requestId, repository, child, false);
  }
  forgetBlobs(world, artifact);
  repository.updatedAt = world.now();
  if (isAnnounced) announceRemoval(world, caller, requestId, repository, artifact, tags[0]?.name ?? null);
}

export const accessoriesOf = (
  world: World,
  repositoryName: string,
  digest: string,
): { id: number; artifactId: number; type: string; createdAt: string }[] =>
  world.database.accessories.filter(
    (accessory) => accessory.subjectRepository === repositoryName && accessory.subjectDigest === digest,
  );

/** The quota forgets what no artifact of the project holds any more; the content stays, as before a garbage collection. */
function forgetBlobs(world: World, artifact: Artifact): void {
  const others = world.database.artifacts.filter((other) => other.projectId === artifact.projectId);
  const held = new Set(others.flatMap((other) => [other.digest, ...other.blobs]));
  for (const digest of [artifact.digest, ...artifact.blobs]) {
    const blob = blobOf(world, digest);
    if (blob && !held.has(digest))
      blob.projectIds = blob.projectIds.filter((id) => id !== artifact.projectId);
  }
}

function announceRemoval(
  world: World,
  caller: Caller,
  requestId: string,
  repository: Repository,
  artifact: Artifact,
  tag: string | null,
): void {
  auditArtifact(world, caller, 'delete', 'delete', repository, artifact, tag);
  const project = world.project(repository.projectId);
  if (!project) return;
  world.webhooks.fire({
    type: 'DELETE_ARTIFACT',
    project,
    repositoryName: repository.name,
    operator: nameOf(caller),
    requestId,
    resource: { digest: artifact.digest, tag: tag ?? artifact.digest },
  });
}

/** All or nothing: one immutable tag keeps the whole repository. */
export function removeRepository(
  world: World,
  caller: Caller,
  requestId: string,
  repository: Repository,
): void {
  const artifacts = world.database.artifacts.by('repository', repository.id);
  for (const artifact of artifacts) {
    for (const tag of tagsOf(world, artifact.id)) requireDeletableTag(world, repository, tag.name);
  }
  const isThere = ({ id }: Artifact): boolean => world.database.artifacts.get(id) !== undefined;
  // A platform that has a tag of its own goes after its index.
  for (let left = artifacts; left.length > 0; left = left.filter(isThere)) {
    for (const artifact of left) {
      if (!isThere(artifact) || parentsOf(world, artifact.id).length > 0) continue;
      removeDeeply(world, caller, requestId, repository, artifact, true);
    }
  }
  world.database.repositories.delete(repository.id);
  world.audit(caller, {
    projectId: repository.projectId,
    operation: 'delete',
    resourceType: 'repository',
    resource: repository.name,
    description: `delete repository: ${repository.name}`,
  });
}
