import { setTimeout as sleep } from 'node:timers/promises';
import type { SandboxPerson } from '../../sandbox/directory/sandbox-directory';
import { postJson } from '../../sandbox/post-json';
import { REPOSITORIES, type TagKey } from './tag-world';

type Row = Record<string, unknown>;

/** What somebody did through Berth. `status` is Berth's answer; below 300 it was done. */
export interface Act {
  said: string;
  status: number;
  /** Of a deletion: the tags that were deleted. */
  deleted?: TagKey[];
  /** Of a decision about a moved tag. */
  acknowledged?: { key: TagKey; isAccepted: boolean };
}

const POLICIES = ['site', 'pin', 'block', 'restore'] as const;
const PATIENCE_MS = 30_000;
const LOGGED_IN_AGAIN_MS = 300_000;

/** The owner of the project and an admin of Berth, and what they do through Berth's API, at random. */
export class TagPeople {
  private imageId: string | null = null;
  private tokens: { owner: string; admin: string; atMs: number } | null = null;
  /** What the owner last wanted done about moved tags. */
  policy: (typeof POLICIES)[number] = 'site';

  constructor(
    private readonly owner: SandboxPerson,
    private readonly admin: SandboxPerson,
    private readonly project: string,
    private readonly registry: string,
    private readonly random: () => number,
  ) {}

  /** One act, of those that there is something to do about. */
  async act(url: string, key: TagKey): Promise<Act> {
    const acts = [
      async () => this.deleteTag(url, key),
      async () => this.settle(url, 'restore'),
      async () => this.settle(url, 'restore'),
      async () => this.settle(url, 'acknowledge'),
      async () => this.rollBack(url),
      async () => this.setPolicy(url, this.pick(POLICIES)),
    ];
    // A whole repository takes much of what there is to see with it.
    if (this.random() < 0.03) return this.deleteRepository(url, this.pick(REPOSITORIES));
    return this.pick(acts)();
  }

  async setPolicy(url: string, tagRule: (typeof POLICIES)[number]): Promise<Act> {
    const { status } = await this.ask(url, 'PUT', `/projects/${this.project}/policies`, { tagRule });
    if (status < 300) this.policy = tagRule;
    return { said: `policy ${tagRule}`, status };
  }

  /** What a job of the owner would run; null where Berth refuses. */
  async lookUp(url: string, key: TagKey): Promise<string | null> {
    const link = encodeURIComponent(`${this.registry}/${this.project}/${key}`);
    const endsAtMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const { status, body } = await this.ask(url, 'GET', `/lookup?link=${link}`);
      if (status < 500) return status === 200 ? String(body.digest) : null;
      // On a machine that stood still for seconds Harbor is away.
      if (performance.now() > endsAtMs)
        throw new Error(`a lookup was answered ${status} ${String(body.code)}`);
      await sleep(250);
    }
  }

  private async deleteTag(url: string, key: TagKey): Promise<Act> {
    const colon = key.lastIndexOf(':');
    const path = `${this.pathOf(key.slice(0, colon))}/tags/${key.slice(colon + 1)}`;
    const { status, body } = await this.ask(url, 'DELETE', path);
    const deleted = body.deleted === true ? [key] : [];
    return { said: `${status} delete ${key} through Berth`, status, deleted };
  }

  private async deleteRepository(url: string, repository: string): Promise<Act> {
    const { status, body } = await this.ask(url, 'DELETE', this.pathOf(repository));
    const deleted = body.deleted === true ? [`${repository}:*`] : [];
    return { said: `${status} delete ${repository} through Berth`, status, deleted };
  }

  private async settle(url: string, how: 'restore' | 'acknowledge'): Promise<Act> {
    const list = await this.ask(url, 'GET', `/violations?state=open&limit=100&project=${this.project}`);
    const open = (list.body.items ?? []) as Row[];
    if (open.length === 0) return { said: 'nothing to settle', status: 0 };
    const violation = this.pick(open);
    const key = `${String(violation.repository)}:${String(violation.tag)}`;
    const isAccepted = this.random() < 0.5;
    const decision = { reason: 'so it is', acceptNewDigest: isAccepted };
    const path = `/violations/${String(violation.id)}/${how}`;
    const isRestore = how === 'restore';
    const { status } = await this.ask(url, 'POST', path, isRestore ? undefined : decision, !isRestore);
    const said = `${status} ${how} ${key}${!isRestore && isAccepted ? ', accepted' : ''}`;
    const isAcknowledged = !isRestore && status === 200;
    return { said, status, ...(isAcknowledged ? { acknowledged: { key, isAccepted } } : {}) };
  }

  /** Of `latest` in the first repository, to any digest that it had. */
  private async rollBack(url: string): Promise<Act> {
    const link = `${this.registry}/${this.project}/${REPOSITORIES[0]}:latest`;
    if (this.imageId === null) {
      const image = { link, description: 'latest', taskType: 'pytorch' };
      const { status, body } = await this.ask(url, 'POST', '/images', image);
      if (status !== 201) return { said: `${status} import of latest`, status };
      this.imageId = String(body.id);
    }
    const { body } = await this.ask(url, 'GET', `/images/${this.imageId}/history`);
    const had = ((body.items ?? []) as Row[]).filter(({ digest }) => digest !== null);
    if (had.length === 0) return { said: 'nothing to roll back to', status: 0 };
    const { digest } = this.pick(had);
    const { status } = await this.ask(url, 'POST', `/images/${this.imageId}/rollback`, { digest });
    return { said: `${status} roll back latest`, status };
  }

  private pathOf(repository: string): string {
    return `/projects/${this.project}/repositories/${encodeURIComponent(repository)}`;
  }

  private async ask(
    url: string,
    method: string,
    path: string,
    body?: unknown,
    asAdmin = false,
  ): Promise<{ status: number; body: Row }> {
    const { owner, admin } = await this.logIn(url);
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${asAdmin ? admin : owner}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Row) };
  }

  private async logIn(url: string): Promise<{ owner: string; admin: string }> {
    if (this.tokens !== null && performance.now() - this.tokens.atMs < LOGGED_IN_AGAIN_MS) return this.tokens;
    const [owner, admin] = await Promise.all(
      [this.owner, this.admin].map(async ({ username, password }) => {
        const login = { username, password };
        return (await postJson<{ accessToken: string }>(`${url}/api/v1/auth/login`, null, login)).accessToken;
      }),
    );
    this.tokens = { owner: owner ?? '', admin: admin ?? '', atMs: performance.now() };
    return this.tokens;
  }

  private pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.random() * from.length)];
    if (picked === undefined) throw new Error('there is nothing to pick');
    return picked;
  }
}
