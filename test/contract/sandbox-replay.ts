import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { SandboxHarbor } from '../../sandbox/harbor/sandbox-harbor';
import { RegistryRefusal, RegistryRepository, pushImage } from '../../sandbox/registry-client';
import { digestsOfImages, imageNamed } from './recorded-images';
import type { ImageName } from './recorded-images';
import type { RecordedExchange } from './recordings';

export const ADMIN_PASSWORD = 'Harbor12345';
const RECORDED_ADDRESS = 'harbor.example.com';
const RECORDED_HOOK = 'https://berth.example.com/hook';
const FIRST_PASSWORD = 'Abcdef12345';

/** Headers of which the presence or absence is compared too, beside those that were recorded. */
const COMPARED_HEADERS = [
  'content-type',
  'docker-content-digest',
  'docker-distribution-api-version',
  'etag',
  'link',
  'location',
  'www-authenticate',
  'x-harbor-csrf-token',
  'x-request-id',
  'x-total-count',
];

/** What is compared of one answer, with everything that differs from run to run under a name. */
export interface Comparable {
  status: number;
  headers: Record<string, string>;
  setsCookie: boolean;
  body: unknown;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Push {
  image: ImageName;
  to: string;
  password?: string;
}

/** Sends recorded requests to the sandbox, with today's digests, secrets and upload addresses for the recorded ones. */
export class SandboxReplay {
  private readonly digests = digestsOfImages();
  /** Username → password now, and the one before. */
  private readonly passwords = new Map([['recuser', { now: FIRST_PASSWORD, before: FIRST_PASSWORD }]]);
  /** Robot name → its first secret. */
  private readonly secrets = new Map<string, string>();
  /** Recorded address of an upload or a scanner → the live one; both without the host. */
  private readonly addresses = new Map<string, string>();
  private session = '';

  constructor(
    private readonly harbor: SandboxHarbor,
    private readonly hookUrl: string,
  ) {}

  async replay(recorded: RecordedExchange): Promise<Comparable> {
    const { method, headers = {}, body } = recorded.request;
    const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
    const sent = {
      ...(text === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...this.login(recorded.caller),
    };
    const answer = await this.send(
      method,
      this.pathNow(recorded.request.path),
      sent,
      text && this.toLive(text),
    );
    this.learn(recorded, answer);
    return this.comparable(answer);
  }

  recordedAs(recorded: RecordedExchange): Comparable {
    const { status, headers, setsSessionCookie, body } = recorded.response;
    return { status, headers: masked(headers), setsCookie: setsSessionCookie === true, body: masked(body) };
  }

  /** The exit code and the last words that skopeo would have. */
  async push({ image, to, password }: Push): Promise<{ exit: number; says: string }> {
    const [name = '', tag = ''] = to.split(':');
    const login = {
      registryUrl: this.harbor.url,
      username: 'recuser',
      password: password ?? this.passwordOf('recuser').now,
    };
    try {
      await pushImage(new RegistryRepository(login, name), imageNamed(image), tag);
      return { exit: 0, says: 'Storing signatures' };
    } catch (error) {
      if (!(error instanceof RegistryRefusal)) throw error;
      return {
        exit: 1,
        says: this.toRecorded(`level=fatal msg=${JSON.stringify(inWordsOfSkopeo(error, name))}`),
      };
    }
  }

  /** A blob or a manifest that the recorder pushed without recording it. */
  repository(name: string): RegistryRepository {
    const password = this.passwordOf('recuser').now;
    return new RegistryRepository({ registryUrl: this.harbor.url, username: 'recuser', password }, name);
  }

  /** A request of the admin that was not recorded; of a robot that it makes the secret is kept. Returns the status. */
  async asAdmin(method: string, path: string, body?: unknown): Promise<number> {
    const headers = {
      ...this.login('harbor admin'),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      accept: 'application/vnd.oci.image.manifest.v1+json',
    };
    const text = body === undefined ? undefined : this.toLive(JSON.stringify(body));
    const answer = await this.send(method, this.toLive(path), headers, text);
    this.learnRobot(answer);
    return answer.status;
  }

  deliveryAsRecorded(delivery: { headers: IncomingHttpHeaders; body: string }): unknown {
    const { 'user-agent': agent, authorization, 'content-type': type } = delivery.headers;
    const body: unknown = JSON.parse(this.toRecorded(delivery.body));
    return masked({ headers: { 'user-agent': agent, authorization, 'content-type': type }, body });
  }

  private login(caller: string): Record<string, string> {
    const recuser = this.passwordOf('recuser');
    switch (caller) {
      case 'anonymous':
        return {};
      case 'harbor admin':
        return basic('admin', ADMIN_PASSWORD);
      case 'harbor admin by session cookie':
        return { cookie: this.session };
      case 'admin with a wrong password':
        return basic('admin', 'Wrong12345');
      case 'recuser (local account)':
        return basic('recuser', recuser.now);
      case 'recuser with the old password':
        return basic('recuser', recuser.before);
      case 'recuser with a wrong password':
        return basic('recuser', 'Wrong12345');
      case 'RecUser (local account)':
        return basic('RecUser', FIRST_PASSWORD);
      case 'the service robot':
        return basic('robot$berth', this.secretOf('robot$berth'));
      case 'the service robot with a wrong secret':
        return basic('robot$berth', 'Wrong12345');
      case 'the scheduler robot with its first secret, after the refresh':
        return basic('robot$scheduler', this.secretOf('robot$scheduler'));
      case 'robot$user-scanned+puller':
        return basic(caller, this.secretOf(caller));
      default:
        throw new Error(`nobody stands for the caller "${caller}"`);
    }
  }

  private passwordOf(username: string): { now: string; before: string } {
    return this.passwords.get(username) ?? { now: FIRST_PASSWORD, before: FIRST_PASSWORD };
  }

  private secretOf(name: string): string {
    const secret = this.secrets.get(name);
    if (secret === undefined) throw new Error(`${name} was not made`);
    return secret;
  }

  private pathNow(recorded: string): string {
    for (const [then, now] of this.addresses)
      if (recorded.startsWith(then)) return recorded.replace(then, now);
    return this.toLive(recorded);
  }

  private toLive(text: string): string {
    let live = text.replaceAll(RECORDED_HOOK, this.hookUrl);
    for (const [then, now] of this.digests) live = live.replaceAll(then, now);
    return live;
  }

  private toRecorded(text: string): string {
    let recorded = text
      .replaceAll(this.hookUrl, RECORDED_HOOK)
      .replaceAll(this.harbor.url, `https://${RECORDED_ADDRESS}`)
      .replaceAll(`http://${RECORDED_ADDRESS}`, `https://${RECORDED_ADDRESS}`);
    for (const [then, now] of this.digests) recorded = recorded.replaceAll(now, then);
    return recorded;
  }

  /** Secrets, passwords, sessions and upload addresses that later requests need. */
  private learn(recorded: RecordedExchange, answer: Answer): void {
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie?.startsWith('sid=')) this.session = cookie;
    const { location } = answer.headers;
    if (location?.includes('/blobs/uploads/') || location?.includes('/scanners/')) {
      this.addresses.set(pathOf(recorded.response.headers.location ?? ''), pathOf(location));
    }
    this.learnRobot(answer);
    const { path, body } = recorded.request;
    if (path === '/api/v2.0/users/3/password' && answer.status === 200 && isPasswordChange(body)) {
      this.passwords.set('recuser', { now: body.new_password, before: this.passwordOf('recuser').now });
    }
  }

  private learnRobot({ status, body }: Answer): void {
    const made: unknown = status === 201 && body !== '' ? JSON.parse(body) : null;
    if (isRobot(made)) this.secrets.set(made.name, made.secret);
  }

  private comparable({ status, headers, body }: Answer): Comparable {
    const shown = Object.fromEntries(
      COMPARED_HEADERS.flatMap((name) => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, this.toRecorded(value)]] : [];
      }),
    );
    return {
      status,
      headers: masked(shown),
      setsCookie: headers['set-cookie'] !== undefined,
      body: masked(valueOf(this.toRecorded(body))),
    };
  }

  private send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const url = new URL(this.harbor.url);
      const options = {
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: { ...headers, ...length },
      };
      const call = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

const basic = (name: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
});

const pathOf = (location: string): string => location.replace(/^https?:\/\/[^/]+/, '');

function valueOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

const hasText = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === 'string';

const isRobot = (value: unknown): value is { name: string; secret: string } =>
  hasText(value, 'name') && hasText(value, 'secret');

const isPasswordChange = (value: unknown): value is { new_password: string } =>
  hasText(value, 'new_password');

/** Every word of skopeo 1.9 about a registry that refuses. */
function inWordsOfSkopeo({ step, status, code, text, subject }: RegistryRefusal, repository: string): string {
  const kinds: Record<string, string> = { UNAUTHORIZED: 'unauthorized', DENIED: 'denied' };
  const reason = `${kinds[code] ?? 'unknown'}: ${text}`;
  const place = `${RECORDED_ADDRESS}/${repository}`;
  switch (step) {
    case 'look for a blob': {
      const bare = status === 401 ? 'unauthorized: authentication required' : reason;
      return `trying to reuse blob ${subject} at destination: checking whether a blob ${subject} exists in ${place}: ${bare}`;
    }
    case 'start an upload':
      return `writing blob: initiating layer upload to /v2/${repository}/blobs/uploads/ in ${RECORDED_ADDRESS}: ${reason}`;
    case 'upload a blob':
      return `writing blob: uploading layer to ${place}: ${reason}`;
    case 'put a manifest':
      return `writing manifest: uploading manifest ${subject} to ${place}: ${reason}`;
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECONDS_OF_A_DAY = 24 * 60 * 60;

/** Times, secrets and random names under a name; `0001-01-01`, which means never, stays. */
export function masked<T>(value: T): T;
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => masked(one));
  if (typeof value === 'string') return maskedText(value);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => {
    if (field === '') return [key, field];
    if (key === 'secret' || key === 'token' || key === 'x-harbor-csrf-token') return [key, `<${key}>`];
    if (key === 'occur_at' || key === 'date_created')
      return [key, typeof field === 'number' ? '<seconds>' : field];
    if (key === 'expires_at' && typeof field === 'number' && field > 0) return [key, lifeOf(value, field)];
    return [key, masked(field)];
  });
  return Object.fromEntries(fields);
}

function maskedText(text: string): string {
  if (TIME.test(text) && !text.startsWith('0001-')) return '<time>';
  if (UUID.test(text)) return '<uuid>';
  return text
    .replace(/\/scanners\/[0-9a-f-]{36}$/, '/scanners/<uuid>')
    .replace(/\/blobs\/uploads\/[0-9a-f-]{36}\?_state=[\w%=-]+$/, '/blobs/uploads/<upload>');
}

/** A robot's end as days after its making. */
function lifeOf(robot: object, expiresAt: number): string {
  const createdAt = Date.parse(String(Reflect.get(robot, 'creation_time'))) / 1000;
  return `<${Math.round((expiresAt - createdAt) / SECONDS_OF_A_DAY)} days>`;
}
