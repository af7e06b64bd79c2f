import {
  accessoriesOf,
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
import { isAuthenticated, nameOf } from './caller';
import type { Exchange, Reply } from './exchange';
import { WITH_CHARSET } from './exchange';
import { HarborError, badRequest, notFound, precondition } from './errors';
import { isImmutable } from './immutable-tags';
import type { Artifact, Project, Repository } from './model';
import { requireRoom } from './quotas';
import { mayInProject, mayInSystem } from './rbac';
import { repositoryNamed } from './repositories';
import { digestOf } from './store';
import type { Upload } from './store';
import type { World } from './world';

/** What the registry behind Harbor's core says of itself; core's own answers leave it out. */
const VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** The repository a request speaks of, once the caller may do this in it. */
interface Place {
  project: Project;
  /** With the project. */
  name: string;
}

/** Everything below `/v2/`. */
export async function registryReply(world: World, exchange: Exchange): Promise<Reply> {
  const path = decodeURIComponent(exchange.path);
  if (path === '/v2/' || path === '/v2') return base(exchange);
  if (path === '/v2/_catalog') return catalog(world, exchange);
  const match = /^\/v2\/(.+?)\/(blobs\/uploads|manifests|blobs|tags|referrers)(?:\/(.*))?$/.exec(path);
  if (!match) throw notFound(`path ${path} was not found`);
  const [, name = '', kind = '', rest = ''] = match;
  const place = placeFor(world, exchange, name);
  switch (kind) {
    case 'blobs/uploads':
      return uploads(world, exchange, place, rest);
    case 'blobs':
      return blob(world, exchange, place, rest);
    case 'manifests':
      return manifests(world, exchange, place, rest);
    case 'tags':
      return tagList(world, exchange, place);
    default:
      return referrers(world, place, rest, exchange.query.get('artifactType'));
  }
}

function base(exchange: Exchange): Reply {
  if (!isAuthenticated(exchange.caller)) throw refused(exchange, 'unauthorized', []);
  return { status: 200, json: {}, headers: VERSION, contentType: WITH_CHARSET };
}

/**
 * 401 whether the login is wrong or the right is missing, never 403. Without an `Authorization` it names the
 * token service, else plain Basic (src/server/middleware/v2auth). The message comes twice, as Harbor prints it.
 */
function refused(exchange: Exchange, message: string, scopes: string[]): HarborError {
  const service = `Bearer realm="${exchange.base}/service/token",service="harbor-registry"`;
  const challenge = exchange.headers.authorization
    ? 'Basic realm="harbor"'
    : [service, ...(scopes.length > 0 ? [`scope="${scopes.join(' ')}"`] : [])].join(',');
  return new HarborError('UNAUTHORIZED', `${message}: ${message}`, {
    headers: { ...VERSION, 'www-authenticate': challenge },
  });
}

function actionOf(method: string): string {
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'push';
}

const scopeOf = (name: string, action: string): string =>
  `repository:${name}:${action === 'push' ? 'pull,push' : action}`;

function placeFor(world: World, exchange: Exchange, name: string): Place {
  const action = actionOf(exchange.method);
  const scopes = [scopeOf(name, action)];
  const from = exchange.method === 'POST' ? exchange.query.get('from') : null;
  if (from) scopes.push(scopeOf(from, 'pull'));
  if (exchange.method === 'HEAD' && !exchange.headers.authorization) {
    throw refused(exchange, 'authorize header needed to send HEAD to repository', scopes);
  }
  const project = requirePlace(world, exchange, name, action, scopes);
  if (from) requirePlace(world, exchange, from, 'pull', scopes);
  return { project, name };
}

/** A project that is absent is 401 here, and without a challenge that would help. */
function requirePlace(
  world: World,
  exchange: Exchange,
  name: string,
  action: string,
  scopes: string[],
): Project {
  const projectName = name.split('/')[0] ?? '';
  const project = world.projectNamed(projectName);
  if (!project) {
    const message = `project ${projectName} not found`;
    throw new HarborError('UNAUTHORIZED', `${message}: ${message}`, {
      headers: { ...VERSION, 'www-authenticate': '' },
    });
  }
  if (mayInProject(world, exchange.caller, project, 'repository', action)) return project;
  throw refused(exchange, `unauthorized to access repository: ${name}, action: ${action}`, scopes);
}

function catalog(world: World, exchange: Exchange): Reply {
  if (!mayInSystem(exchange.caller, 'catalog', 'read')) {
    throw refused(exchange, 'unauthorized to list catalog', []);
  }
  const repositories = world.database.repositories.all().map((repository) => repository.name);
  return { status: 200, json: { repositories: repositories.sort() }, contentType: WITH_CHARSET };
}

/** 403 DENIED, and the project's webhooks hear of it. */
function requireQuota(world: World, exchange: Exchange, place: Place, addedBytes: number): void {
  try {
    requireRoom(world, place.project.id, addedBytes);
  } catch (error) {
    if (error instanceof HarborError) {
      world.webhooks.fire({
        type: 'QUOTA_EXCEED',
        project: place.project,
        repositoryName: place.name,
        operator: nameOf(exchange.caller),
        requestId: exchange.requestId,
        details: error.message,
      });
    }
    throw error;
  }
}

async function uploads(world: World, exchange: Exchange, place: Place, id: string): Promise<Reply> {
  if (id === '') {
    if (exchange.method !== 'POST') throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
    return startUpload(world, exchange, place);
  }
  const upload = world.blobs.upload(id);
  if (upload?.repository !== place.name) {
    throw new HarborError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', { headers: VERSION });
  }
  switch (exchange.method) {
    case 'PATCH':
      requireInOrder(exchange, upload);
      await world.blobs.append(upload, exchange.request);
      return { status: 202, headers: uploadHeaders(exchange, place, upload) };
    case 'GET':
      return { status: 204, headers: uploadHeaders(exchange, place, upload) };
    case 'PUT':
      return finishUpload(world, exchange, place, upload);
    case 'DELETE':
      world.blobs.cancel(upload);
      return { status: 204, headers: VERSION };
    default:
      throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
  }
}

/** A mount where the blob is known, a whole blob where one comes with its digest, else an upload to go on with. */
async function startUpload(world: World, exchange: Exchange, place: Place): Promise<Reply> {
  const mount = exchange.query.get('mount');
  const from = exchange.query.get('from');
  const known = mount === null ? undefined : blobOf(world, mount);
  const mounted = known && from !== null && known.repositories.includes(from) ? known : undefined;
  requireQuota(
    world,
    exchange,
    place,
    mounted && !isCounted(world, place.project.id, mounted.digest) ? mounted.size : 0,
  );
  if (mounted) {
    keepBlob(world, mounted.digest, mounted.size, place.project, place.name);
    return { status: 201, headers: blobHeaders(exchange, place, mounted.digest) };
  }
  const upload = world.blobs.startUpload(place.name);
  if (exchange.query.get('digest')) return finishUpload(world, exchange, place, upload);
  return { status: 202, headers: uploadHeaders(exchange, place, upload) };
}

function requireInOrder(exchange: Exchange, upload: Upload): void {
  const start = /^(?:bytes[ =])?(\d+)-\d+/.exec(exchange.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== upload.size) {
    throw new HarborError('RANGE_INVALID', 'invalid content range', {
      headers: { ...VERSION, range: `0-${Math.max(0, upload.size - 1)}` },
    });
  }
}

function uploadHeaders(exchange: Exchange, place: Place, upload: Upload): Record<string, string> {
  const state = Buffer.from(JSON.stringify({ Name: place.name, UUID: upload.id, Offset: upload.size }));
  return {
    ...VERSION,
    location: `${exchange.base}/v2/${place.name}/blobs/uploads/${upload.id}?_state=${state.toString('base64url')}`,
    'docker-upload-uuid': upload.id,
    range: `0-${Math.max(0, upload.size - 1)}`,
  };
}

function blobHeaders(exchange: Exchange, place: Place, digest: string): Record<string, string> {
  return {
    ...VERSION,
    location: `${exchange.base}/v2/${place.name}/blobs/${digest}`,
    'docker-content-digest': digest,
  };
}

async function finishUpload(world: World, exchange: Exchange, place: Place, upload: Upload): Promise<Reply> {
  const digest = exchange.query.get('digest') ?? '';
  await world.blobs.append(upload, exchange.request);
  const { size } = upload;
  if (!isCounted(world, place.project.id, digest)) requireQuota(world, exchange, place, size);
  if (!DIGEST.test(digest) || !(await world.blobs.finish(upload, digest))) {
    world.blobs.cancel(upload);
    throw new HarborError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
      detail: { Digest: digest, Reason: {} },
      headers: VERSION,
    });
  }
  keepBlob(world, digest, size, place.project, place.name);
  return { status: 201, headers: blobHeaders(exchange, place, digest) };
}

/** Core knows a blob of any project, the registry only those of this repository: two 404s with different headers. */
function blob(world: World, exchange: Exchange, place: Place, digest: string): Reply {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new HarborError('UNSUPPORTED', 'the operation is unsupported', { headers: VERSION });
  }
  const known = blobOf(world, digest);
  if (!known || !world.blobs.has(digest)) throw notFound(`blob ${digest} not found`);
  if (!known.repositories.includes(place.name)) {
    throw new HarborError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: digest, headers: VERSION });
  }
  return {
    status: 200,
    blob: digest,
    contentType: 'application/octet-stream',
    headers: {
      ...VERSION,
      'docker-content-digest': digest,
      etag: `"${digest}"`,
      'content-length': String(known.size),
      'cache-control': 'max-age=31536000',
    },
  };
}

async function manifests(world: World, exchange: Exchange, place: Place, reference: string): Promise<Reply> {
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
    headers: { ...VERSION, 'docker-content-digest': digest, etag: `"${digest}"` },
  };
}

/** Distribution 2.8 hides OCI manifests and indexes from a client that does not name their type. */
function requireAccepted(exchange: Exchange, mediaType: string): void {
  if (mediaType !== MEDIA_TYPES.ociManifest && mediaType !== MEDIA_TYPES.ociIndex) return;
  const accepted = (exchange.headers.accept ?? '').split(',').map((one) => one.split(';')[0]?.trim());
  if (accepted.includes(mediaType)) return;
  const kind = mediaType === MEDIA_TYPES.ociIndex ? 'OCI index' : 'OCI manifest';
  throw new HarborError('MANIFEST_UNKNOWN', `${kind} found, but accept header does not support ${kind}s`, {
    headers: VERSION,
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
      headers: VERSION,
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
  announcePush(world, exchange.caller, exchange.requestId, place.project, repository, artifact, tag);
  return {
    status: 201,
    headers: {
      ...VERSION,
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
    headers: VERSION,
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

function tagList(world: World, exchange: Exchange, place: Place): Reply {
  const repository = repositoryNamed(world, place.name);
  if (!repository) throw notFound(`repository ${place.name} not found`);
  const last = exchange.query.get('last');
  const count = Number(exchange.query.get('n') ?? 0);
  const names = world.database.tags
    .filter((tag) => tag.repositoryId === repository.id)
    .map((tag) => tag.name)
    .sort()
    .filter((name) => last === null || name > last);
  const shown = count > 0 ? names.slice(0, count) : names;
  const next = encodeURIComponent(shown.at(-1) ?? '');
  const link = `</v2/${place.name}/tags/list?last=${next}&n=${count}>; rel="next"`;
  return {
    status: 200,
    json: { name: place.name, tags: shown },
    contentType: WITH_CHARSET,
    ...(shown.length < names.length ? { headers: { link } } : {}),
  };
}

function referrers(world: World, place: Place, digest: string, artifactType: string | null): Reply {
  const all = accessoriesOf(world, place.name, digest).flatMap((accessory) => {
    const artifact = world.database.artifacts.get(accessory.artifactId);
    return artifact ? [artifact] : [];
  });
  const shown =
    artifactType === null ? all : all.filter((artifact) => artifact.artifactType === artifactType);
  return {
    status: 200,
    contentType: MEDIA_TYPES.ociIndex,
    headers: {
      'x-total-count': String(shown.length),
      ...(artifactType === null ? {} : { 'oci-filters-applied': 'artifactType' }),
    },
    json: {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: shown.map((artifact) => ({
        mediaType: artifact.manifestMediaType,
        digest: artifact.digest,
        size: blobOf(world, artifact.digest)?.size ?? 0,
        ...(artifact.annotations ? { annotations: artifact.annotations } : {}),
        artifactType: artifact.artifactType,
      })),
    },
  };
}
