import { accessoriesOf, blobOf } from './artifact-lifecycle';
import { MEDIA_TYPES } from './artifact-kinds';
import { isAuthenticated } from './caller';
import type { Exchange, Reply } from './exchange';
import { WITH_CHARSET } from './exchange';
import { notFound } from './errors';
import { mayInSystem } from './rbac';
import { blobReply, uploadReply } from './registry-blobs';
import { manifestReply } from './registry-manifests';
import { REGISTRY_VERSION, placeFor, refused } from './registry-place';
import type { Place } from './registry-place';
import { repositoryNamed } from './repositories';
import type { World } from './world';

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
      return uploadReply(world, exchange, place, rest);
    case 'blobs':
      return blobReply(world, exchange, place, rest);
    case 'manifests':
      return manifestReply(world, exchange, place, rest);
    case 'tags':
      return tagList(world, exchange, place);
    default:
      return referrers(world, place, rest, exchange.query.get('artifactType'));
  }
}

function base(exchange: Exchange): Reply {
  if (!isAuthenticated(exchange.caller)) throw refused(exchange, 'unauthorized', []);
  return { status: 200, json: {}, headers: REGISTRY_VERSION, contentType: WITH_CHARSET };
}

function catalog(world: World, exchange: Exchange): Reply {
  if (!mayInSystem(exchange.caller, 'catalog', 'read')) {
    throw refused(exchange, 'unauthorized to list catalog', []);
  }
  const repositories = world.database.repositories.all().map((repository) => repository.name);
  return { status: 200, json: { repositories: repositories.sort() }, contentType: WITH_CHARSET };
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
