import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

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

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** One file in ustar form. */
function tarOf(name: string, content: string): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([header, body, padding, Buffer.alloc(1024)]);
}
