import { blobOf, isCounted, keepBlob } from './artifact-lifecycle';
import type { Exchange, Reply } from './exchange';
import { HarborError, notFound } from './errors';
import { DIGEST, REGISTRY_VERSION, requireQuota } from './registry-place';
import type { Place } from './registry-place';
import type { Upload } from './store';
import type { World } from './world';

/** Uploads: POST begins, PATCH goes on, GET tells how far, PUT ends with the digest, DELETE gives up. */
export async function uploadReply(
  world: World,
  exchange: Exchange,
  place: Place,
  id: string,
): Promise<Reply> {
  if (id === '') {
    if (exchange.method !== 'POST') throw new HarborError('METHOD_NOT_ALLOWED', 'method not allowed');
    return startUpload(world, exchange, place);
  }
  const upload = world.blobs.upload(id);
  if (upload?.repository !== place.name) {
    throw new HarborError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', {
      headers: REGISTRY_VERSION,
    });
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
      return { status: 204, headers: REGISTRY_VERSION };
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
      headers: { ...REGISTRY_VERSION, range: `0-${Math.max(0, upload.size - 1)}` },
    });
  }
}

function uploadHeaders(exchange: Exchange, place: Place, upload: Upload): Record<string, string> {
  const state = Buffer.from(JSON.stringify({ Name: place.name, UUID: upload.id, Offset: upload.size }));
  return {
    ...REGISTRY_VERSION,
    location: `${exchange.base}/v2/${place.name}/blobs/uploads/${upload.id}?_state=${state.toString('base64url')}`,
    'docker-upload-uuid': upload.id,
    range: `0-${Math.max(0, upload.size - 1)}`,
  };
}

function blobHeaders(exchange: Exchange, place: Place, digest: string): Record<string, string> {
  return {
    ...REGISTRY_VERSION,
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
      headers: REGISTRY_VERSION,
    });
  }
  keepBlob(world, digest, size, place.project, place.name);
  return { status: 201, headers: blobHeaders(exchange, place, digest) };
}

/** Core knows a blob of any project, the registry only those of this repository: two 404s with different headers. */
export function blobReply(world: World, exchange: Exchange, place: Place, digest: string): Reply {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    throw new HarborError('UNSUPPORTED', 'the operation is unsupported', { headers: REGISTRY_VERSION });
  }
  const known = blobOf(world, digest);
  if (!known || !world.blobs.has(digest)) throw notFound(`blob ${digest} not found`);
  if (!known.repositories.includes(place.name)) {
    throw new HarborError('BLOB_UNKNOWN', 'blob unknown to registry', {
      detail: digest,
      headers: REGISTRY_VERSION,
    });
  }
  return {
    status: 200,
    blob: digest,
    contentType: 'application/octet-stream',
    headers: {
      ...REGISTRY_VERSION,
      'docker-content-digest': digest,
      etag: `"${digest}"`,
      'content-length': String(known.size),
      'cache-control': 'max-age=31536000',
    },
  };
}
