import { randomUUID } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { pushTinyImage } from '../../sandbox/registry-client';
import type { Sandbox } from '../../sandbox/sandbox';
import type { Caller } from './access-table';
import { callHarbor, Client } from './journey';

/** What a route is called with; `isThere` asks whether what a DELETE was about is still there. */
export interface Call {
  parameters?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  isThere?: () => Promise<boolean>;
}

const PROJECT = 'user-liuyizhou';
const IMAGE = { description: 'An image', taskType: 'pytorch' };

/** Everybody who calls, and what they call about: things of liuyizhou, in a sandbox. */
export class AccessWorld {
  private teams = 0;
  private robots = 0;

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly person: Client,
    private readonly admin: Client,
    private readonly tokens: Readonly<Record<Caller, string | null>>,
    private readonly team: string,
  ) {}

  static async make(sandbox: Sandbox): Promise<AccessWorld> {
    const [person, other, admin] = await Promise.all([
      accessToken(sandbox, 'liuyizhou'),
      accessToken(sandbox, 'ada'),
      accessToken(sandbox, 'grace'),
    ]);
    const graces = new Client(sandbox.url, admin);
    const platform = await serviceToken(graces, 'platform');
    const revoked = await serviceToken(graces, 'scheduler');
    await graces.delete(`/admin/service-tokens/${revoked.id}`);
    const tokens = {
      anonymous: null,
      person,
      other,
      admin,
      scheduler: sandbox.schedulerToken,
      platform: platform.token,
      acting: platform.token,
      expired: expired(sandbox, person),
      revoked: revoked.token,
    };
    const world = new AccessWorld(sandbox, new Client(sandbox.url, person), graces, tokens, 'team-access');
    await world.furnish();
    return world;
  }

  /** One call of the route by this caller. */
  async send(route: string, caller: Caller, call: Call): Promise<{ status: number; body: string }> {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = call.parameters?.[name];
      if (value === undefined) throw new Error(`${route}: what is its {${name}}? Say so in callFor`);
      return encodeURIComponent(value);
    });
    const query = new URLSearchParams(call.query).toString();
    const token = this.tokens[caller];
    const response = await fetch(`${this.sandbox.url}/api/v1${path}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(caller === 'acting' ? { 'x-berth-act-for': 'liuyizhou' } : {}),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    return { status: response.status, body: await response.text() };
  }

  /** What liuyizhou would call the route with, made ready again for each call. */
  async callFor(route: string, caller: Caller): Promise<Call> {
    const { team: project } = this;
    switch (route) {
      case 'POST /auth/login':
        return { body: { username: 'liuyizhou', password: passwordOf(this.sandbox, 'liuyizhou') } };
      case 'POST /auth/refresh':
        return { body: { refreshToken: (await login(this.sandbox, 'liuyizhou')).refreshToken } };
      case 'POST /account/credentials':
        return { body: { reset: true } };
      case 'POST /account/diagnose':
        return { body: { action: 'login' } };
      case 'POST /images':
        await this.person.delete(`/images/${await this.imageId()}`);
        return { body: { link: this.link, ...IMAGE } };
      case 'POST /images/batch':
        return { body: { images: [{ link: this.link, ...IMAGE }] } };
      case 'POST /images/batch-delete':
        return { body: { ids: [randomUUID()] } };
      case 'POST /images/preview':
        return { body: { link: this.link } };
      case 'PATCH /images/{id}':
        return { parameters: { id: await this.imageId() }, body: { description: 'Changed' } };
      case 'POST /hooks/harbor/{project}':
        return { parameters: { project }, body: {} };
      case 'GET /images/{id}':
      case 'GET /images/{id}/changes':
      case 'GET /images/{id}/history':
      case 'DELETE /images/{id}':
      case 'POST /images/{id}/check': {
        const id = await this.imageId();
        return { parameters: { id }, isThere: () => this.isThere(`/images/${id}`) };
      }
      case 'PUT /images/{id}/visibility':
        return { parameters: { id: await this.imageId() }, body: { visibility: 'private' } };
      case 'GET /images/{id}/shares':
        return { parameters: { id: await this.imageId() } };
      case 'PUT /images/{id}/shares/{kind}/{name}':
      case 'DELETE /images/{id}/shares/{kind}/{name}':
        return this.share();
      case 'GET /lookup':
        return { query: { link: this.link, ...(caller === 'scheduler' ? { for: 'liuyizhou' } : {}) } };
      case 'POST /lookup':
        return { body: { links: [this.link], ...(caller === 'scheduler' ? { for: 'liuyizhou' } : {}) } };
      case 'GET /lookup/available':
        return caller === 'scheduler' ? { query: { for: 'liuyizhou' } } : {};
      case 'PUT /jobs/{jobId}/images':
        return { parameters: { jobId: 'slurm-1' }, body: this.job };
      case 'DELETE /jobs/{jobId}':
        return { parameters: { jobId: 'slurm-1' } };
      case 'POST /pull-secrets':
        return { body: { ...this.job, jobId: 'slurm-1' } };
      case 'DELETE /pull-secrets/{id}':
        return { parameters: { id: randomUUID() } };
      case 'POST /projects':
        return { body: { name: `team-${++this.teams}` } };
      case 'PATCH /projects/{project}':
        return { parameters: { project }, body: { description: `Changed for ${caller}` } };
      case 'DELETE /projects/{project}': {
        const fresh = `team-${++this.teams}`;
        await this.makeTeam(fresh);
        return { parameters: { project: fresh }, isThere: () => this.isThere(`/projects/${fresh}`) };
      }
      case 'GET /projects/{project}/repositories/{repository}/tags':
        return { parameters: { project: PROJECT, repository: 'demo' } };
      case 'DELETE /projects/{project}/repositories/{repository}/tags/{tag}':
      case 'DELETE /projects/{project}/repositories/{repository}': {
        const repository = `passing-${++this.teams}`;
        await this.push(repository, 'v1');
        const artifact = `/projects/${PROJECT}/repositories/${repository}/artifacts/v1`;
        const isThere = async () =>
          (await callHarbor(this.sandbox, this.sandbox.harborAdmin, 'GET', artifact)).status === 200;
        return { parameters: { project: PROJECT, repository, tag: 'v1' }, isThere };
      }
      case 'GET /violations/{id}':
      case 'POST /violations/{id}/restore':
        return { parameters: { id: await this.openViolation() } };
      case 'POST /violations/{id}/acknowledge':
        return {
          parameters: { id: await this.openViolation() },
          body: { reason: 'Agreed', acceptNewDigest: true },
        };
      case 'POST /images/{id}/rollback': {
        const digest = await this.push('rolling', 'latest');
        const link = `${this.sandbox.harbor.address}/${PROJECT}/rolling:latest`;
        const made = await this.person.post('/images', { link, ...IMAGE });
        const imported = (made.body.params ?? { imageId: made.body.id }) as { imageId: string };
        const id = imported.imageId;
        return { parameters: { id }, body: { digest } };
      }
      case 'PUT /projects/{project}/policies':
        return { parameters: { project }, body: { tagRule: 'site' } };
      case 'GET /projects/{project}/commands':
        return { parameters: { project }, query: { client: 'docker' } };
      case 'GET /projects/{project}/members/{username}':
        return { parameters: { project, username: 'liuyizhou' } };
      case 'PUT /projects/{project}/members/{username}':
        return { parameters: { project, username: 'grace' }, body: { role: 'developer' } };
      case 'DELETE /projects/{project}/members/{username}': {
        const member = `/projects/${project}/members/grace`;
        await ok(this.person.put(member, { role: 'developer' }));
        return { parameters: { project, username: 'grace' }, isThere: () => this.isThere(member) };
      }
      case 'POST /projects/{project}/robots':
        return { parameters: { project }, body: this.nextRobot() };
      case 'GET /projects/{project}/robots/{id}':
      case 'DELETE /projects/{project}/robots/{id}': {
        const id = await this.makeRobot();
        const isThere = () => this.isThere(`/projects/${project}/robots/${id}`);
        return { parameters: { project, id }, isThere };
      }
      case 'POST /projects/{project}/robots/{id}/rotate':
        return { parameters: { project, id: await this.makeRobot() }, body: { overlapSeconds: 0 } };
      case 'POST /projects/{project}/quota-requests':
        await this.decideOpenRequests();
        return { parameters: { project }, body: this.moreRoom() };
      case 'GET /projects/{project}/quota-requests/{id}':
        return { parameters: { project, id: await this.openRequest() } };
      case 'POST /projects/{project}/quota-requests/{id}/grant':
      case 'POST /projects/{project}/quota-requests/{id}/decline':
        return { parameters: { project, id: await this.openRequest() }, body: {} };
      case 'PUT /admin/projects/{project}/quota':
        return { parameters: { project }, body: { quotaBytes: 50 * 1024 ** 3 } };
      case 'POST /admin/service-tokens':
        return { body: { kind: 'scheduler', name: `of ${caller}` } };
      case 'DELETE /admin/service-tokens/{id}':
        return { parameters: { id: randomUUID() } };
      case 'GET /admin/persons/{username}':
        return { parameters: { username: 'liuyizhou' } };
      case 'POST /admin/persons/{username}/offboard':
      case 'POST /admin/persons/{username}/restore':
        return {
          parameters: { username: await this.newPerson() },
          body: route.endsWith('offboard') ? {} : undefined,
        };
      case 'POST /admin/persons/{username}/identity':
        return { parameters: { username: await this.disputedName() }, body: { decision: 'separate' } };
      case 'POST /admin/persons/{username}/adopt':
        return { parameters: { username: 'liuyizhou' }, body: { dryRun: true } };
      case 'POST /admin/projects/{project}/adopt':
        return { parameters: { project }, body: { dryRun: true } };
      default:
        return route.includes('{project}') ? { parameters: { project } } : {};
    }
  }

  private get link(): string {
    return `${this.sandbox.harbor.address}/${PROJECT}/demo:v1`;
  }

  private get job(): { for: string; links: string[]; ttlSeconds: number } {
    return { for: 'liuyizhou', links: [this.link], ttlSeconds: 60 };
  }

  private async furnish(): Promise<void> {
    await ok(this.person.post('/account/credentials', {}));
    await this.push('demo', 'v1');
    await this.makeTeam(this.team);
  }

  private async push(repository: string, tag: string, content = `${repository}:${tag}`): Promise<string> {
    const { harborAdmin, harbor } = this.sandbox;
    const link = { project: PROJECT, repository, tag };
    return pushTinyImage({ registryUrl: harbor.url, ...harborAdmin, link, content });
  }

  /** A tag of liuyizhou's that somebody moved. */
  private async openViolation(): Promise<string> {
    const open = async (): Promise<string | undefined> => {
      const { body } = await ok(this.person.get('/violations?state=open'));
      return (body as { items: { id: string }[] }).items[0]?.id;
    };
    const known = await open();
    if (known !== undefined) return known;
    const tag = `moved-${++this.teams}`;
    await this.push('moved', tag);
    const link = `${this.sandbox.harbor.address}/${PROJECT}/moved:${tag}`;
    const { body } = await ok(this.person.post('/images', { link, ...IMAGE }));
    const { harborAdmin } = this.sandbox;
    const rules = `/projects/${PROJECT}/immutabletagrules`;
    const [rule] = (await callHarbor(this.sandbox, harborAdmin, 'GET', rules)).body as { id: number }[];
    const put = async (disabled: boolean) =>
      callHarbor(this.sandbox, harborAdmin, 'PUT', `${rules}/${rule?.id}`, { ...rule, disabled });
    await put(true);
    await this.push('moved', tag, `${tag} again`);
    await put(false);
    await ok(this.person.post(`/images/${String(body.id)}/check`));
    return (await open()) ?? '';
  }

  /** Somebody who logged in once. */
  private async newPerson(): Promise<string> {
    const username = `person-${++this.teams}`;
    const person = { username, password: 'a password', displayName: username, email: null };
    this.sandbox.directory.add(person, randomUUID());
    await ok(new Client(this.sandbox.url).post('/auth/login', { username, password: person.password }));
    return username;
  }

  /** The username of somebody whose entry is another one by now. */
  private async disputedName(): Promise<string> {
    const username = await this.newPerson();
    this.sandbox.directory.remove(username);
    const person = { username, password: 'a password', displayName: username, email: null };
    this.sandbox.directory.add(person, randomUUID());
    return username;
  }

  private async makeTeam(name: string): Promise<void> {
    await ok(this.admin.post('/projects', { name }));
    await ok(this.admin.put(`/projects/${name}/members/liuyizhou`, { role: 'admin' }));
  }

  private nextRobot(): { name: string; access: string } {
    return { name: `ci-${++this.robots}`, access: 'pull' };
  }

  private async makeRobot(): Promise<string> {
    const { body } = await ok(this.person.post(`/projects/${this.team}/robots`, this.nextRobot()));
    return String(body.id);
  }

  /** With a group that none of the callers is in. */
  private async share(): Promise<Call> {
    this.sandbox.directory.setGroup('nobodys-lab', [await this.newPerson()]);
    const id = await this.imageId();
    const shares = `/images/${id}/shares`;
    await ok(this.person.put(`${shares}/group/nobodys-lab`, {}));
    const isThere = async (): Promise<boolean> =>
      ((await this.person.get(shares)).body as { items: unknown[] }).items.length > 0;
    return { parameters: { id, kind: 'group', name: 'nobodys-lab' }, isThere };
  }

  private async imageId(): Promise<string> {
    const { items } = (await this.person.get('/images')).body as { items: { id: string }[] };
    const [image] = items;
    if (image !== undefined) return image.id;
    return String((await ok(this.person.post('/images', { link: this.link, ...IMAGE }))).body.id);
  }

  private moreRoom(): { quotaBytes: number; reason: string } {
    return { quotaBytes: 1024 ** 4, reason: 'Larger models' };
  }

  private async openRequest(): Promise<string> {
    const requests = `/projects/${this.team}/quota-requests`;
    const { items } = (await this.person.get(`${requests}?state=open`)).body as { items: { id: string }[] };
    const [request] = items;
    if (request !== undefined) return request.id;
    await ok(this.admin.put(`/admin/projects/${this.team}/quota`, { quotaBytes: 40 * 1024 ** 3 }));
    return String((await ok(this.person.post(requests, this.moreRoom()))).body.id);
  }

  private async decideOpenRequests(): Promise<void> {
    const id = await this.openRequest();
    await ok(this.admin.post(`/projects/${this.team}/quota-requests/${id}/decline`, {}));
  }

  private async isThere(path: string): Promise<boolean> {
    return (await this.person.get(path)).status === 200;
  }
}

async function ok<T extends { status: number; body: unknown }>(answer: Promise<T>): Promise<T> {
  const got = await answer;
  if (got.status >= 300) throw new Error(`the world was not made: ${got.status} ${JSON.stringify(got.body)}`);
  return got;
}

function passwordOf(sandbox: Sandbox, username: string): string {
  return sandbox.people.find((person) => person.username === username)?.password ?? '';
}

async function login(
  sandbox: Sandbox,
  username: string,
): Promise<{ accessToken: string; refreshToken: string }> {
  const answer = new Client(sandbox.url).post('/auth/login', {
    username,
    password: passwordOf(sandbox, username),
  });
  return (await ok(answer)).body as { accessToken: string; refreshToken: string };
}

async function accessToken(sandbox: Sandbox, username: string): Promise<string> {
  return (await login(sandbox, username)).accessToken;
}

async function serviceToken(admin: Client, kind: string): Promise<{ id: string; token: string }> {
  const { body } = await ok(admin.post('/admin/service-tokens', { kind, name: `${kind} of the table` }));
  return { id: String(body.id), token: String(body.token) };
}

/** The same token, signed as Berth signs, that ended a minute ago. */
function expired({ env }: Sandbox, token: string): string {
  const jwt = new JwtService();
  const claims = jwt.decode<Record<string, unknown> & { exp: number }>(token);
  const now = Math.floor(Date.now() / 1000);
  return jwt.sign(
    { ...claims, iat: now - 120, exp: now - 60 },
    { secret: env.AUTH_SECRET ?? '', algorithm: 'HS256' },
  );
}
