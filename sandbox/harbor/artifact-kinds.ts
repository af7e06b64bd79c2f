import { isRecord } from './body';
import type { Artifact, Reference } from './model';

export const MEDIA_TYPES = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

const ICONS = {
  image: 'sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06',
  chart: 'sha256:61cf3a178ff0f75bf08a25d96b75cf7355dc197749a9f128ed3ef34b0df05518',
  other: 'sha256:da834479c923584f4cbcdecc0dac61f32bef1d51e8aae598cf16bd154efab49f',
};

const HELM_CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const IMAGE_CONFIGS = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  platform?: Record<string, unknown>;
  annotations?: Record<string, string>;
}

/** A manifest or an index, as far as Harbor reads it. */
export interface Manifest {
  mediaType: string;
  artifactType: string;
  config: Descriptor | null;
  layers: Descriptor[];
  children: Descriptor[];
  subject: Descriptor | null;
  annotations: Record<string, string> | undefined;
}

/** Throws an Error with Harbor's words when this is no manifest. */
export function parseManifest(text: string, mediaType: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('unmarshal manifest failed: unexpected end of JSON input');
  }
  if (!isRecord(value)) throw new Error('unmarshal manifest failed: json: cannot unmarshal');
  const isIndex = mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerList;
  const config = descriptorIn(value.config);
  if (!isIndex && !config) throw new Error('unmarshal manifest failed: no config');
  return {
    mediaType,
    artifactType: typeof value.artifactType === 'string' ? value.artifactType : '',
    config: isIndex ? null : config,
    layers: isIndex ? [] : descriptorsIn(value.layers),
    children: isIndex ? descriptorsIn(value.manifests) : [],
    subject: descriptorIn(value.subject),
    annotations: annotationsIn(value.annotations),
  };
}

function descriptorIn(value: unknown): Descriptor | null {
  if (!isRecord(value) || typeof value.digest !== 'string') return null;
  return {
    mediaType: typeof value.mediaType === 'string' ? value.mediaType : '',
    digest: value.digest,
    size: Number(value.size),
    ...(isRecord(value.platform) ? { platform: value.platform } : {}),
    ...(isRecord(value.annotations) ? { annotations: annotationsIn(value.annotations) } : {}),
  };
}

const descriptorsIn = (value: unknown): Descriptor[] =>
  (Array.isArray(value) ? value : []).map(descriptorIn).filter((one) => one !== null);

function annotationsIn(value: unknown): Record<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export type Kind = Pick<
  Artifact,
  | 'type'
  | 'mediaType'
  | 'manifestMediaType'
  | 'artifactType'
  | 'icon'
  | 'extraAttributes'
  | 'annotations'
  | 'additions'
>;

/** What Harbor abstracts from a manifest and its config (src/controller/artifact/processor). */
export function kindOf(manifest: Manifest, readConfig: (digest: string) => Record<string, unknown>): Kind {
  const common = { manifestMediaType: manifest.mediaType, annotations: manifest.annotations };
  const { config } = manifest;
  if (!config) {
    return {
      ...common,
      type: 'IMAGE',
      mediaType: manifest.mediaType,
      artifactType: manifest.artifactType,
      icon: ICONS.image,
      additions: [],
    };
  }
  const artifactType = manifest.artifactType || config.mediaType;
  const shared = { ...common, mediaType: config.mediaType, artifactType };
  if (IMAGE_CONFIGS.includes(config.mediaType)) {
    const content = readConfig(config.digest);
    return {
      ...shared,
      type: 'IMAGE',
      icon: ICONS.image,
      extraAttributes: {
        architecture: content.architecture,
        author: content.author ?? '',
        config: content.config,
        created: content.created,
        os: content.os,
      },
      additions: ['build_history'],
    };
  }
  if (config.mediaType === HELM_CONFIG) {
    return {
      ...shared,
      type: 'CHART',
      icon: ICONS.chart,
      extraAttributes: readConfig(config.digest),
      additions: ['values.yaml', 'readme.md', 'dependencies'],
    };
  }
  return { ...shared, type: typeNameOf(artifactType), icon: ICONS.other, additions: [] };
}

/** `application/vnd.<org>.<type>.config.v1+json` names its type; everything else is UNKNOWN. */
function typeNameOf(mediaType: string): string {
  return (
    /^application\/vnd\.[^.]*\.(.*)\.config\.[^.]*\+json$/.exec(mediaType)?.[1]?.toUpperCase() ?? 'UNKNOWN'
  );
}

export function referenceOf(child: Artifact, { platform, annotations }: Descriptor): Reference {
  return {
    childId: child.id,
    childDigest: child.digest,
    platform: platform ?? {},
    ...(annotations ? { annotations } : {}),
  };
}
