import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf, tarOf } from '../../sandbox/registry-client';

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/**
 * Writes a tiny image as an OCI layout on disk, for skopeo to push.
 * @returns its folder, for `oci:<folder>:image`; other content gives another digest
 */
export function writeOciLayout(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'berth-oci-'));
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  const tar = tarOf('hello.txt', content);
  const layer = blob(folder, gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip');
  const config = blob(
    folder,
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Env: ['PATH=/bin'], Cmd: ['/bin/true'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = blob(
    folder,
    JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }),
    mediaType,
  );
  const annotations = { 'org.opencontainers.image.ref.name': 'image' };
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  return folder;
}

function blob(folder: string, content: Buffer | string, mediaType: string): Descriptor {
  const bytes = Buffer.from(content);
  const digest = digestOf(bytes);
  writeFileSync(join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length)), bytes);
  return { mediaType, digest, size: bytes.length };
}
