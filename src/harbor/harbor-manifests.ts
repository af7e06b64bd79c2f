import { createHash } from 'node:crypto';
import type { HarborOperation } from './harbor-operation';
import type { HarborManifest, PutManifest } from './harbor.types';

const PATH = '/v2/{name}/manifests/{reference}';
const GET = { method: 'get', path: PATH } as const;
const HEAD = { method: 'head', path: PATH } as const;
const PUT = { method: 'put', path: PATH } as const;

/** The registry hides a manifest from a client that does not name its type. */
const MEDIA_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

export async function getManifest(
  harbor: HarborOperation,
  project: string,
  repository: string,
  digest: string,
): Promise<HarborManifest | 'refused' | null> {
  const registry = { accept: MEDIA_TYPES.join(', ') };
  const answer = await harbor.registry(
    { call: GET, address: addressOf(project, repository, digest), registry },
    200,
  );
  if (!answer.ok) {
    if (answer.status === 404) return null;
    if (answer.code === 'PROJECTPOLICYVIOLATION') return 'refused';
    throw answer.rejection();
  }
  const { bytes, headers } = answer.body;
  const mediaType = headers.get('content-type') ?? '';
  // What a proxy made of it is no manifest, and put back it would be another one.
  if (digestOf(bytes) !== digest) throw harbor.wrongAnswer(GET, 'not the content of this digest');
  return { digest, mediaType, bytes };
}

/** @returns whether a policy of the project lets nobody pull it; what is absent is refused to nobody */
export async function isPullRefused(
  harbor: HarborOperation,
  project: string,
  repository: string,
  digest: string,
): Promise<boolean> {
  const registry = { accept: MEDIA_TYPES.join(', ') };
  const status = await harbor.registryStatus({
    call: HEAD,
    address: addressOf(project, repository, digest),
    registry,
  });
  return status === 412;
}

export async function putManifest(
  harbor: HarborOperation,
  project: string,
  repository: string,
  tag: string,
  { bytes, mediaType, digest }: HarborManifest,
): Promise<PutManifest> {
  const address = addressOf(project, repository, tag);
  const registry = { accept: 'application/json', contentType: mediaType };
  const answer = await harbor.registry({ call: PUT, address, body: bytes, registry }, 201);
  if (answer.ok) {
    const said = answer.body.headers.get('docker-content-digest');
    if (said !== digest) throw harbor.wrongAnswer(PUT, 'not the digest that was put');
    return 'put';
  }
  if (answer.meaning === 'push-immutable') return 'protected';
  if (answer.code === 'MANIFEST_BLOB_UNKNOWN') return 'incomplete';
  throw answer.rejection();
}

function addressOf(project: string, repository: string, reference: string): string {
  const path = [project, ...repository.split('/')].map(encodeURIComponent).join('/');
  return `/v2/${path}/manifests/${reference}`;
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
