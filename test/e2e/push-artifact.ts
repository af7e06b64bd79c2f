import {
  descriptorOf,
  jsonOf,
  RegistryRepository,
  type Content,
  type RegistryLogin,
} from '../../sandbox/registry-client';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export interface Artifact {
  config: Content;
  layer: Content;
  artifactType?: string;
  layerAnnotations?: Record<string, string>;
  /** Of the manifest that it belongs to: a referrer of OCI 1.1. */
  subject?: { mediaType: string; digest: string; size: number };
}

/** Pushes anything that is no container image; without a tag under its digest, which is returned. */
export async function pushArtifact(
  login: RegistryLogin,
  name: string,
  { config, layer, artifactType, layerAnnotations, subject }: Artifact,
  tag?: string,
): Promise<string> {
  const repository = new RegistryRepository(login, name);
  await repository.putBlob(config.bytes);
  await repository.putBlob(layer.bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: descriptorOf(config),
    layers: [{ ...descriptorOf(layer), annotations: layerAnnotations }],
    subject,
  };
  return repository.putManifest({ mediaType: MANIFEST, bytes: jsonOf(manifest) }, tag);
}

export function helmChart(name: string, version: string): Artifact {
  return {
    config: {
      mediaType: 'application/vnd.cncf.helm.config.v1+json',
      bytes: jsonOf({ apiVersion: 'v2', name, version, description: 'A chart' }),
    },
    layer: {
      mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
      bytes: Buffer.from(`chart ${name} ${version}`),
    },
  };
}

/** What cosign puts under the tag `sha256-<hex>.sig`. */
export function cosignSignature(of: string): Artifact {
  return {
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', bytes: jsonOf({ signs: of }) },
    layer: {
      mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
      bytes: jsonOf({ critical: { image: { 'docker-manifest-digest': of } } }),
    },
    layerAnnotations: { 'dev.cosignproject.cosign/signature': 'MEUCIQ==' },
  };
}

export const signatureTag = (digest: string, kind: 'sig' | 'att' | 'sbom' = 'sig'): string =>
  `${digest.replace(':', '-')}.${kind}`;

/** A referrer: something that belongs to another manifest, without a tag of its own. */
export function referrer(digest: string, artifactType: string): Artifact {
  return {
    config: { mediaType: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') },
    layer: { mediaType: artifactType, bytes: jsonOf({ about: digest }) },
    artifactType,
    subject: { mediaType: MANIFEST, digest, size: 1 },
  };
}
