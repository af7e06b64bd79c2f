import { createHash } from 'node:crypto';

/** A tiny client of the registry protocol (OCI distribution, Docker token authentication): enough to push images. */

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export interface RegistryLogin {
  /** Such as `http://127.0.0.1:8081`. */
  registryUrl: string;
  username: string;
  password: string;
}

export interface TinyImageOptions extends RegistryLogin {
  link: { project: string; repository: string; tag: string };
  /** What the image's one file says: the same content gives the same digest, other content another. */
  content: string;
  /** linux/amd64 when absent. More than one makes an index. */
  platforms?: Platform[];
  labels?: Record<string, string>;
  env?: string[];
  entryPoint?: string[];
  exposedPorts?: string[];
  /** Of the manifest; of an index, of each of its children. */
  annotations?: Record<string, string>;
}

export type Step = 'look for a blob' | 'start an upload' | 'upload a blob' | 'put a manifest';

/** The registry said no. `code` and `text` are of its first error; of a HEAD, which has no body, they are empty. */
export class RegistryRefusal extends Error {
  constructor(
    readonly step: Step,
    readonly status: number,
    readonly code: string,
    readonly text: string,
    /** The digest or tag it was about. */
    readonly subject: string,
  ) {
    super(`could not ${step} (${subject}): ${status} ${code} ${text}`.trimEnd());
  }
}

export interface Content {
  mediaType: string;
  bytes: Buffer;
}

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Speaks to one repository (`project/name`) as one user, with the token that its scope gave. */
export class RegistryRepository {
  private authorization: string | undefined;

  constructor(
    private readonly login: RegistryLogin,
    readonly name: string,
  ) {}

  async hasBlob(digest: string): Promise<boolean> {
    const response = await this.send('HEAD', `blobs/${digest}`);
    if (response.ok) return true;
    if (response.status === 404) return false;
    throw await refusal('look for a blob', response, digest);
  }

  /** POST then PUT; nothing when it is there already. */
  async putBlob(bytes: Buffer): Promise<void> {
    const digest = digestOf(bytes);
    if (await this.hasBlob(digest)) return;
    const started = await this.send('POST', 'blobs/uploads/');
    if (started.status !== 202) throw await refusal('start an upload', started, digest);
    const location = new URL(started.headers.get('location') ?? '', this.login.registryUrl);
    location.searchParams.set('digest', digest);
    const done = await this.request('PUT', location, { 'content-type': 'application/octet-stream' }, bytes);
    if (done.status !== 201) throw await refusal('upload a blob', done, digest);
  }

  /** Under a tag, or under its own digest. Returns the digest. */
  async putManifest(manifest: Content, reference = digestOf(manifest.bytes)): Promise<string> {
    const headers = { 'content-type': manifest.mediaType };
    const response = await this.send('PUT', `manifests/${reference}`, headers, manifest.bytes);
    if (response.status !== 201) throw await refusal('put a manifest', response, reference);
    return digestOf(manifest.bytes);
  }

  private send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<Response> {
    return this.request(method, new URL(`/v2/${this.name}/${path}`, this.login.registryUrl), headers, body);
  }

  private async request(
    method: string,
    url: URL,
    headers: Record<string, string>,
    body?: Buffer,
  ): Promise<Response> {
    this.authorization ??= await this.authorize();
    return fetch(url, {
      method,
      headers: { ...headers, authorization: this.authorization },
      redirect: 'error',
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
  }

  /** As docker does it: ask `/v2/`, follow its challenge to the token service, else plain Basic. */
  private async authorize(): Promise<string> {
    const { registryUrl, username, password } = this.login;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const challenged = await fetch(new URL('/v2/', registryUrl), { redirect: 'error' });
    const challenge = challenged.headers.get('www-authenticate') ?? '';
    const realm = /^Bearer .*realm="([^"]+)"/.exec(challenge)?.[1];
    if (realm === undefined) return basic;
    const url = new URL(realm);
    url.searchParams.set('service', /service="([^"]+)"/.exec(challenge)?.[1] ?? '');
    url.searchParams.set('scope', `repository:${this.name}:pull,push`);
    const answer = await fetch(url, { headers: { authorization: basic }, redirect: 'error' });
    const token: unknown = answer.ok ? await answer.json() : null;
    return isToken(token) ? `Bearer ${token.token}` : basic;
  }
}

const isToken = (value: unknown): value is { token: string } =>
  typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string';

async function refusal(step: Step, response: Response, subject: string): Promise<RegistryRefusal> {
  const body = await response.text();
  const code = /"code":"([^"]*)"/.exec(body)?.[1] ?? '';
  const quoted = /"message":("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
  const text: unknown = quoted === undefined ? '' : JSON.parse(quoted);
  return new RegistryRefusal(step, response.status, code, String(text), subject);
}

/** An image of one platform: what has to be pushed, in this order. */
export interface ImageContent {
  layer: Content;
  config: Content;
  manifest: Content;
}

/** Blobs first, then the manifest under the tag (or, without one, under its digest). Returns the digest. */
export async function pushImage(
  repository: RegistryRepository,
  image: ImageContent,
  tag?: string,
): Promise<string> {
  await repository.putBlob(image.layer.bytes);
  await repository.putBlob(image.config.bytes);
  return repository.putManifest(image.manifest, tag);
}

/**
 * Makes a small but real image, pushes it under its tag and returns the digest of the tag: of the manifest,
 * or of the index when there are several platforms.
 *
 * @throws RegistryRefusal when the registry refuses a step
 */
export async function pushTinyImage(options: TinyImageOptions): Promise<string> {
  const { project, repository: inner, tag } = options.link;
  const repository = new RegistryRepository(options, `${project}/${inner}`);
  const platforms = options.platforms ?? [{ os: 'linux', architecture: 'amd64' }];
  const images = platforms.map((platform) => ({ platform, image: tinyImage(options, platform) }));
  const [only] = images;
  if (only && images.length === 1) return pushImage(repository, only.image, tag);
  for (const { image } of images) await pushImage(repository, image);
  return repository.putManifest(indexOf(images), tag);
}

function tinyImage(options: TinyImageOptions, platform: Platform): ImageContent {
  const { content, labels, env, entryPoint, exposedPorts, annotations } = options;
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', bytes: tarOf('content.txt', content) };
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    bytes: jsonOf({
      created: '2026-01-01T00:00:00Z',
      ...platform,
      config: {
        Env: env ?? ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Cmd: ['/bin/sh'],
        ...(entryPoint ? { Entrypoint: entryPoint } : {}),
        ...(exposedPorts ? { ExposedPorts: Object.fromEntries(exposedPorts.map((port) => [port, {}])) } : {}),
        ...(labels ? { Labels: labels } : {}),
      },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer.bytes)] },
      history: [{ created: '2026-01-01T00:00:00Z', created_by: 'COPY content.txt /' }],
    }),
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: descriptorOf(config),
    layers: [descriptorOf(layer)],
    ...(annotations ? { annotations } : {}),
  };
  return { layer, config, manifest: { mediaType, bytes: jsonOf(manifest) } };
}

function indexOf(images: { platform: Platform; image: ImageContent }[]): Content {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = images.map(({ platform, image }) => ({ ...descriptorOf(image.manifest), platform }));
  return { mediaType, bytes: jsonOf({ schemaVersion: 2, mediaType, manifests }) };
}

export const jsonOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export function descriptorOf({ mediaType, bytes }: Content): {
  mediaType: string;
  digest: string;
  size: number;
} {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

/** A tar of one file, with every time and owner 0: the same text always gives the same bytes. */
export function tarOf(name: string, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
