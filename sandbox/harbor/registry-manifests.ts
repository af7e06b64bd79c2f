import {
  announcePush,
  artifactOfDigest,
  artifactReferred,
  auditArtifact,
  blobOf,
  ensureArtifact,
  ensureRepository,
  ensureTag,
  isCounted,
  keepBlob,
  noteAccessory,
  removeArtifact,
  tagNamed,
} from './artifact-lifecycle';
import { MEDIA_TYPES, parseManifest } from './artifact-kinds';
import type { Manifest } from './artifact-kinds';
import { nameOf } from './caller';
import type { Exchange, Reply } from './exchange';
import { HarborError, badRequest, notFound, precondition } from './errors';
import { isImmutable } from './immutable-tags';
import type { Artifact, Repository } from './model';
import { DIGEST, REGISTRY_VERSION, requireQuota } from './registry-place';
import type { Place } from './registry-place';
import { repositoryNamed } from './repositories';
import { requirePullable, scanAfterPush } from './scans';
import { digestOf } from './store';
import type { World } from './world';

const TAG = /^\w[\w.-]{0,127}$/;

/** Manifests and indexes by tag or digest: GET, HEAD, PUT, DELETE. */
export async function manifestReply(
  world: World,
  exchange: Exchange,
  place: Place,
  reference: string,
): Promise<Reply> {
  switch (exchange.method) {
    case 'GET':
    case 'HEAD':
      return manifest(world, exchange, place, reference);
    case 'PUT':
      return putManifest(world, exchange, place, reference);
    case 'DELETE':
      return removeManifest(world, exchange, place, reference);
    default:
      throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
  }
}

function found(
  world: World,
  place: Place,
  reference: string,
): { repository: Repository; artifact: Artifact } {
  const repository = repositoryNamed(world, place.name);
  if (!repository) throw notFound(`repository ${place.name} not found`);
  const artifact = artifactReferred(world, repository.id, reference);
  if (artifact) return { repository, artifact };
  throw notFound(`artifact ${place.name}${reference.includes(':') ? '@' : ':'}${reference} not found`);
}

/** A GET is a pull and is counted, a HEAD is not; If-None-Match is answered before the registry is asked. */
function manifest(world: World, exchange: Exchange, place: Place, reference: string): Reply {
  const { repository, artifact } = found(world, place, reference);
  const { digest, manifestMediaType } = artifact;
  requirePullable(world, place.project, artifact);
  if (exchange.headers['if-none-match']?.replaceAll('"', '') === digest) return { status: 304 };
  requireAccepted(exchange, manifestMediaType);
  const content = world.blobs.read(digest);
  if (exchange.method === 'GET' && !exchange.headers['user-agent']?.startsWith('harbor-registry-client')) {
    const tag = reference.includes(':') ? null : reference;
    notePull(world, exchange, place, repository, artifact, tag);
  }
  return {
    status: 200,
    bytes: content,
    contentType: manifestMediaType,
    headers: { ...REGISTRY_VERSION, 'docker-content-digest': digest, etag: `"${digest}"` },
  };
}

/** Distribution 2.8 hides OCI manifests and indexes from a client that does not name their type. */
function requireAccepted(exchange: Exchange, mediaType: string): void {
  if (mediaType !== MEDIA_TYPES.ociManifest && mediaType !== MEDIA_TYPES.ociIndex) return;
  const accepted = (exchange.headers.accept ?? '').split(',').map((one) => one.split(';')[0]?.trim());
  if (accepted.includes(mediaType)) return;
  const kind = mediaType === MEDIA_TYPES.ociIndex ? 'OCI index' : 'OCI manifest';
  throw new HarborError('MANIFEST_UNKNOWN', `${kind} found, but accept header does not support ${kind}s`, {
    headers: REGISTRY_VERSION,
  });
}

function notePull(
  world: World,
  exchange: Exchange,
  place: Place,
  repository: Repository,
  artifact: Artifact,
  tag: string | null,
): void {
  world.pulled(artifact.id, tag === null ? null : (tagNamed(world, repository.id, tag)?.id ?? null));
  auditArtifact(world, exchange.caller, 'pull', 'pull', repository, artifact, tag);
  world.webhooks.fire({
    type: 'PULL_ARTIFACT',
    project: place.project,
    repositoryName: place.name,
    operator: nameOf(exchange.caller),
    requestId: exchange.requestId,
    resource: { digest: artifact.digest, tag: tag ?? artifact.digest },
  });
}

/**
 * The first push of a tag is free; one that is there and protected is 412, for the identical digest too. By
 * digest no tag moves, so nothing is checked.
 */
async function putManifest(
  world: World,
  exchange: Exchange,
  place: Place,
  reference: string,
): Promise<Reply> {
  const tag = reference.includes(':') ? null : reference;
  requireMovable(world, place, tag);
  if (tag !== null && !TAG.test(tag)) throw badRequest(`bad request: invalid tag name: ${tag}`);
  const content = await exchange.bytes();
  const digest = digestOf(content);
  const parsed = manifestIn(content, exchange.headers['content-type'] ?? '');
  requireParts(world, place, parsed);
  if (tag === null && reference !== digest) {
    throw new HarborError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
      headers: REGISTRY_VERSION,
    });
  }
  const isNew = !isCounted(world, place.project.id, digest);
  requireQuota(world, exchange, place, isNew ? content.length : 0);
  await world.blobs.write(digest, content);
  // While the body came in, another push may have set the tag and a rule may have begun to protect it.
  requireMovable(world, place, tag);
  keepBlob(world, digest, content.length, place.project, place.name);
  for (const part of [...(parsed.config ? [parsed.config] : []), ...parsed.layers]) {
    keepBlob(world, part.digest, part.size, place.project, place.name);
  }
  const repository = ensureRepository(world, place.project, place.name);
  const artifact = ensureArtifact(world, place.project, repository, digest, parsed, content.length);
  noteAccessory(world, repository, artifact, parsed.subject, parsed.layers, tag);
  if (tag !== null) ensureTag(world, repository, artifact, tag);
  repository.updatedAt = world.now();
  scanAfterPush(world, place.project, artifact);
  announcePush(world, exchange.caller, exchange.requestId, place.project, repository, artifact, tag);
  return {
    status: 201,
    headers: {
      ...REGISTRY_VERSION,
      location: `${exchange.base}/v2/${place.name}/manifests/${digest}`,
      'docker-content-digest': digest,
      ...(parsed.subject ? { 'oci-subject': parsed.subject.digest } : {}),
    },
  };
}

function requireMovable(world: World, place: Place, tag: string | null): void {
  const repository = repositoryNamed(world, place.name);
  if (tag === null || !repository || !tagNamed(world, repository.id, tag)) return;
  if (!isImmutable(world, repository, tag)) return;
  const inner = place.name.slice(place.project.name.length + 1);
  throw precondition(`Failed to process request due to '${inner}:${tag}' configured as immutable.`);
}

function manifestIn(content: Buffer, contentType: string): Manifest {
  const mediaType = contentType.split(';')[0]?.trim() ?? '';
  if (!Object.values<string>(MEDIA_TYPES).includes(mediaType)) {
    throw new HarborError(
      'MANIFEST_INVALID',
      `unsupported manifest media type and no default available: ${mediaType}`,
    );
  }
  try {
    return parseManifest(content.toString('utf8'), mediaType);
  } catch (error) {
    throw new HarborError('MANIFEST_INVALID', error instanceof Error ? error.message : 'manifest invalid');
  }
}

/** Config, layers and children must lie in this repository before the manifest comes. */
function requireParts(world: World, place: Place, { config, layers, children }: Manifest): void {
  const repository = repositoryNamed(world, place.name);
  const blobs = [...(config ? [config] : []), ...layers];
  const missing =
    blobs.find(({ digest }) => !blobOf(world, digest)?.repositories.includes(place.name)) ??
    children.find(({ digest }) => !repository || !artifactOfDigest(world, repository.id, digest));
  if (!missing) return;
  throw new HarborError('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', {
    detail: missing.digest,
    headers: REGISTRY_VERSION,
  });
}

function removeManifest(world: World, exchange: Exchange, place: Place, reference: string): Reply {
  if (!DIGEST.test(reference)) {
    throw new HarborError('UNSUPPORTED', `unsupported digest ${reference}: invalid checksum digest format`);
  }
  const { repository, artifact } = found(world, place, reference);
  removeArtifact(world, exchange.caller, exchange.requestId, repository, artifact);
  return { status: 202 };
}
