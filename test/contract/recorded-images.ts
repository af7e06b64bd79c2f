import { digestOf } from '../../sandbox/registry-client';
import type { Content, ImageContent } from '../../sandbox/registry-client';

/**
 * The images that skopeo pushed while the recording was made. Their bytes were not kept, so these are made to the
 * recorded sizes, with the recorded config fields and, for `first`, the recorded text of the manifest: all but the
 * digests comes out equal.
 */
interface Recipe {
  architecture: string;
  configSize: number;
  mediaTypes: { manifest: string; config: string; layer: string };
  manifestSize: number;
}

const OCI = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

const DOCKER = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

const LAYER_SIZE = 103;
const amd64 = { architecture: 'amd64', configSize: 357, mediaTypes: OCI, manifestSize: 418 };

/** By the digest of the recorded manifest, where one was recorded. */
const RECIPES = {
  first: { ...amd64, recordedDigest: 'f04593df4361b09244da63707fe32fa5027668b916a7078d374a2f376ab39b9b' },
  second: { ...amd64, recordedDigest: '873dbde3a7cd0ead4db5c838e8e2759a6fb1d33e5b22795443bf90703cce8e72' },
  arm64: {
    ...amd64,
    architecture: 'arm64',
    configSize: 358,
    recordedDigest: '5f0dae38cf773578c810cd1c6aa4f1530c40670b31fc42e08af9272e2bd71a68',
  },
  docker: {
    ...amd64,
    mediaTypes: DOCKER,
    manifestSize: 423,
    recordedDigest: '5184b79524d056fac44e5a2ded42da3b00931a98dc083edb8fd195ee3e1bca3e',
  },
  /** Never stored: it was pushed over the quota. */
  refused: { ...amd64, recordedDigest: null },
};

export type ImageName = keyof typeof RECIPES;

/** Of `first`, in its recorded manifest. */
const RECORDED_CONFIG = '20030a1e2baed03530a8f285ad619f49e8d2c1208e8f9721a96df42593b588d1';
const RECORDED_LAYER = 'b7d582db3a5fb4a30e2caafa874a50e18b060b2f537974d671fccc833f4f537d';

export function imageNamed(name: ImageName): ImageContent {
  // Docker's is a copy of the first: the same blobs under another manifest.
  return imageOf(name === 'docker' ? 'first' : name, RECIPES[name]);
}

function imageOf(seed: string, { architecture, configSize, mediaTypes, manifestSize }: Recipe): ImageContent {
  const layer = contentOf(mediaTypes.layer, `layer of ${seed} `, LAYER_SIZE, '.');
  const fields = {
    architecture,
    author: 't',
    config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'], Labels: { x: 'y' } },
    created: '2026-01-01T00:00:00Z',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [digestOf(layer.bytes)] },
    seed,
  };
  const config = contentOf(mediaTypes.config, JSON.stringify(fields), configSize, ' ');
  const text =
    `{"schemaVersion": 2, "mediaType": "${mediaTypes.manifest}", "config": ${descriptor(config)}, ` +
    `"layers": [${descriptor(layer)}]}`;
  // Docker's has no blanks: skopeo wrote it anew, the others were written by the recorder.
  const written = mediaTypes === DOCKER ? text.replaceAll(' ', '') : text;
  return { layer, config, manifest: contentOf(mediaTypes.manifest, written, manifestSize, ' ') };
}

function contentOf(mediaType: string, text: string, size: number, padding: string): Content {
  if (text.length > size) throw new Error(`${mediaType} of ${text.length} bytes does not fit into ${size}`);
  return { mediaType, bytes: Buffer.from(text.padEnd(size, padding)) };
}

const descriptor = ({ mediaType, bytes }: Content): string =>
  `{"mediaType": "${mediaType}", "digest": "${digestOf(bytes)}", "size": ${bytes.length}}`;

const hex = (bytes: Buffer): string => digestOf(bytes).slice('sha256:'.length);

/** Recorded digest (hex) → digest of what stands for it here. */
export function digestsOfImages(): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [name, { recordedDigest }] of Object.entries(RECIPES)) {
    if (recordedDigest !== null)
      digests.set(recordedDigest, hex(imageNamed(name as ImageName).manifest.bytes));
  }
  const first = imageNamed('first');
  digests.set(RECORDED_CONFIG, hex(first.config.bytes));
  digests.set(RECORDED_LAYER, hex(first.layer.bytes));
  return digests;
}
