import type { Surroundings } from '../../sandbox/surroundings';
import {
  descriptorOf,
  jsonOf,
  RegistryRefusal,
  RegistryRepository,
  tarOf,
  type Content,
} from '../../sandbox/registry-client';

export const REPOSITORIES = ['app', 'team/other'] as const;
export const TAGS = ['v1', 'v2', 'V1', 'latest', 'Latest', 'sha256-tagged', '1.0'] as const;

/** `repository:tag`. */
export type TagKey = string;

export interface LogRow {
  id: number;
  at: Date;
  key: TagKey;
  kind: 'pushed' | 'tagged' | 'deleted';
  digest: string | null;
}

interface ListedArtifact {
  digest: string;
  push_time: string;
  tags: { name: string }[] | null;
}

const IMAGES = 5;
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export const ALL_TAGS: readonly TagKey[] = REPOSITORIES.flatMap((repository) =>
  TAGS.map((tag) => `${repository}:${tag}`),
);

/** What happens to the tags of one project, at random, in every way that Harbor has; and where each tag is now. */
export class TagWorld {
  /** Harbor's time of each artifact, as `repository@digest`. */
  readonly pushTimes = new Map<string, Date>();
  readonly truth = new Map<TagKey, string | null>(ALL_TAGS.map((key) => [key, null]));
  private readonly manifests: Content[] = [];
  private readonly children: Content[] = [];
  private readonly clients = new Map<string, RegistryRepository>();
  private isLogOn = true;
  private loggedUpTo = 0;

  constructor(
    private readonly surroundings: Surroundings,
    readonly project: string,
    private readonly random: () => number,
  ) {}

  /** Images with and without platforms of their own lie ready in both repositories, under no tag. */
  async prepare(): Promise<void> {
    const config = (text: string): Content => ({
      mediaType: 'application/vnd.oci.image.config.v1+json',
      bytes: jsonOf({ os: 'linux', architecture: 'amd64', config: { Labels: { text } } }),
    });
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', bytes: tarOf('a', 'a') };
    const contents = Array.from({ length: IMAGES }, (_, index) => config(`image ${index}`));
    const manifests = contents.map((content) => ({
      mediaType: OCI_MANIFEST,
      bytes: jsonOf({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: descriptorOf(content),
        layers: [descriptorOf(layer)],
      }),
    }));
    const [first, second, ...single] = manifests;
    if (first === undefined || second === undefined) throw new Error('there are images');
    this.children.push(first, second);
    const platforms = ['amd64', 'arm64'].map((architecture) => ({ os: 'linux', architecture }));
    const index = [first, second].map((child, at) => ({ ...descriptorOf(child), platform: platforms[at] }));
    this.manifests.push(...single, first, {
      mediaType: OCI_INDEX,
      bytes: jsonOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: index }),
    });
    for (const repository of REPOSITORIES) {
      const client = this.clientOf(repository);
      for (const content of [layer, ...contents]) await client.putBlob(content.bytes);
      for (const manifest of [...this.children, ...this.manifests]) await client.putManifest(manifest);
    }
  }

  /** One change, or one that Harbor refuses. Returns what it was, for who reads a failure. */
  async change(): Promise<string> {
    const what = this.pick<() => Promise<string>>([
      () => this.push(),
      () => this.push(),
      () => this.push(),
      () => this.deleteTag(),
      () => this.deleteArtifact(),
      () => this.setTag(),
      () => this.copy(),
      () => this.switchRule(),
      () => this.switchRule(),
    ]);
    const said = await what();
    await this.see();
    return said;
  }

  /** Whether Harbor writes its log; what happens while it does not is never told. */
  async switchLog(isOn: boolean): Promise<void> {
    this.isLogOn = isOn;
    await this.call('PUT', '/configurations', { skip_audit_log_database: !isOn });
  }

  get logIsOn(): boolean {
    return this.isLogOn;
  }

  /** The rows about tags since the last time, by the model's own reading. */
  async newRows(): Promise<LogRow[]> {
    const rows: LogRow[] = [];
    for (;;) {
      const query = new URLSearchParams({ q: `id=[${this.loggedUpTo + 1}~]`, sort: 'id', page_size: '100' });
      const page = (await this.call('GET', `/auditlog-exts?${query.toString()}`)).body as {
        id: number;
        op_time: string;
        operation: string;
        resource: string;
        resource_type: string;
        operation_description: string;
      }[];
      for (const row of page) {
        this.loggedUpTo = row.id;
        const key = row.resource.slice(this.project.length + 1);
        const isTag = row.resource.startsWith(`${this.project}/`) && this.truth.has(key);
        if (!isTag || !['create', 'delete'].includes(row.operation)) continue;
        if (!['artifact', 'tag'].includes(row.resource_type)) continue;
        rows.push({
          id: row.id,
          at: new Date(row.op_time),
          key,
          kind: row.operation === 'delete' ? 'deleted' : row.resource_type === 'tag' ? 'tagged' : 'pushed',
          digest: /sha256:[0-9a-f]{64}$/.exec(row.operation_description)?.[0] ?? null,
        });
      }
      if (page.length < 100) return rows;
    }
  }

  private async push(): Promise<string> {
    const [repository, tag] = this.anyTag();
    const manifest = this.pick(this.manifests);
    try {
      if (manifest.mediaType === OCI_INDEX) {
        for (const child of this.children) await this.clientOf(repository).putManifest(child);
      }
      await this.clientOf(repository).putManifest(manifest, tag);
      return `push ${repository}:${tag}`;
    } catch (error) {
      if (error instanceof RegistryRefusal) return `refused push ${repository}:${tag}`;
      throw error;
    }
  }

  private async deleteTag(): Promise<string> {
    const [repository, tag] = this.anyTag();
    const digest = this.truth.get(`${repository}:${tag}`) ?? null;
    if (digest === null) return 'nothing to delete';
    const path = `${this.path(repository)}/artifacts/${digest}/tags/${tag}`;
    return `${(await this.call('DELETE', path)).status} delete tag ${repository}:${tag}`;
  }

  private async deleteArtifact(): Promise<string> {
    const [repository, tag] = this.anyTag();
    const digest = this.truth.get(`${repository}:${tag}`) ?? null;
    if (digest === null || this.random() < 0.5) return 'nothing to delete';
    const path = `${this.path(repository)}/artifacts/${digest}`;
    return `${(await this.call('DELETE', path)).status} delete artifact of ${repository}:${tag}`;
  }

  private async setTag(): Promise<string> {
    const [repository, tag] = this.anyTag();
    const digest =
      [...this.truth].find(([key, at]) => key.startsWith(`${repository}:`) && at !== null)?.[1] ?? null;
    if (digest === null) return 'no artifact to tag';
    const path = `${this.path(repository)}/artifacts/${digest}/tags`;
    return `${(await this.call('POST', path, { name: tag })).status} set tag ${repository}:${tag}`;
  }

  private async copy(): Promise<string> {
    const [from, tag] = this.anyTag();
    const digest = this.truth.get(`${from}:${tag}`) ?? null;
    const to = REPOSITORIES.find((repository) => repository !== from) ?? from;
    if (digest === null) return 'nothing to copy';
    const source = encodeURIComponent(`${this.project}/${from}@${digest}`);
    const { status } = await this.call('POST', `${this.path(to)}/artifacts?from=${source}`);
    return `${status} copy ${from}:${tag} to ${to}`;
  }

  /** The owner takes the rule off, or puts it back. */
  private async switchRule(): Promise<string> {
    const path = `/projects/${this.project}/immutabletagrules`;
    const [rule] = (await this.call('GET', path)).body as ({ id: number; disabled: boolean } | undefined)[];
    if (rule === undefined) throw new Error('the project has no rule');
    const disabled = !rule.disabled;
    await this.call('PUT', `${path}/${rule.id}`, { ...rule, disabled });
    return disabled ? 'lift the rule' : 'put the rule back';
  }

  /** Every artifact of a repository that a list shows; none where there is no such repository. */
  async artifactsOf(repository: string): Promise<ListedArtifact[]> {
    const path = `${this.path(repository)}/artifacts?page_size=100&with_tag=true`;
    const { status, body } = await this.call('GET', path);
    return status === 404 ? [] : (body as ListedArtifact[]);
  }

  /** Looks where each tag is now. */
  async see(): Promise<void> {
    for (const key of this.truth.keys()) this.truth.set(key, null);
    for (const repository of REPOSITORIES) {
      for (const { digest, tags, push_time: time } of await this.artifactsOf(repository)) {
        this.pushTimes.set(`${repository}@${digest}`, new Date(time));
        for (const { name } of tags ?? []) {
          if (this.truth.has(`${repository}:${name}`)) this.truth.set(`${repository}:${name}`, digest);
        }
      }
    }
  }

  private anyTag(): [string, string] {
    return [this.pick(REPOSITORIES), this.pick(TAGS)];
  }

  private path(repository: string): string {
    return `/projects/${this.project}/repositories/${encodeURIComponent(encodeURIComponent(repository))}`;
  }

  private clientOf(repository: string): RegistryRepository {
    const known = this.clients.get(repository);
    if (known !== undefined) return known;
    const { harbor, harborAdmin } = this.surroundings;
    const login = { registryUrl: harbor.url, ...harborAdmin };
    const client = new RegistryRepository(login, `${this.project}/${repository}`);
    this.clients.set(repository, client);
    return client;
  }

  private async call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const { harbor, harborAdmin } = this.surroundings;
    const basic = Buffer.from(`${harborAdmin.username}:${harborAdmin.password}`).toString('base64');
    const response = await fetch(`${harbor.url}/api/v2.0${path}`, {
      method,
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  }

  private pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.random() * from.length)];
    if (picked === undefined) throw new Error('there is nothing to pick');
    return picked;
  }
}
