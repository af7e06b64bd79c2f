import { canariesIn, type Canary } from './canary';

const SECRET_KEYS = /^(?:password|secret|token|accessToken|refreshToken|dockerConfigJson)$/;
const JSON_TYPE = /^application\/(?:problem\+)?json\b/;

interface Recorded {
  place: string;
  text: string;
  /** The secrets that this answer may hold: it gave them out. */
  gaveOut: readonly Canary[];
}

export interface Asked {
  token?: string;
  body?: unknown;
  /** Sent as it is. */
  text?: string;
  headers?: Record<string, string>;
}

/** Calls Berth and keeps every answer; what an answer gives out is a secret from then on. */
export class CanaryRecorder {
  private readonly answers: Recorded[] = [];
  private readonly known: Canary[] = [];

  constructor(private readonly url: string) {}

  /** Everything that is secret in this run. */
  get canaries(): readonly Canary[] {
    return this.known;
  }

  add(...canaries: Canary[]): void {
    this.known.push(...canaries);
  }

  async ask(method: string, path: string, { token, body, text, headers }: Asked = {}): Promise<Answered> {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const answer = await response.text();
    const place = `answer ${this.answers.length} (${method} ${path.split('?')[0]} ${response.status})`;
    const isJson = JSON_TYPE.test(response.headers.get('content-type') ?? '');
    const value: unknown = isJson ? JSON.parse(answer) : null;
    const gaveOut = response.ok ? secretsIn(value, place) : [];
    this.known.push(...gaveOut);
    this.answers.push({ place, text: `${headersOf(response)}\n${answer}`, gaveOut });
    return { status: response.status, body: Object(value) as Record<string, unknown> };
  }

  /** Every secret that an answer holds which did not give it out. */
  leaksInAnswers(): string[] {
    return this.answers.flatMap(({ place, text, gaveOut }) =>
      canariesIn(
        text,
        this.known.filter(({ secret }) => !gaveOut.some((given) => given.secret === secret)),
      ).map((found) => `${found} in ${place}`),
    );
  }

  /** The secrets that were given out, and are found where they were given out. */
  foundWhereTheyBelong(): number {
    return this.answers.reduce(
      (sum, { text, gaveOut }) =>
        sum + gaveOut.filter((canary) => canariesIn(text, [canary]).length > 0).length,
      0,
    );
  }
}

export interface Answered {
  status: number;
  body: Record<string, unknown>;
}

function headersOf(response: Response): string {
  return [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
}

function secretsIn(value: unknown, place: string): Canary[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]: [string, unknown]): Canary[] => {
    if (typeof each !== 'string' || !SECRET_KEYS.test(key)) return secretsIn(each, place);
    const within = key === 'dockerConfigJson' ? secretsIn(JSON.parse(each), place) : [];
    return [{ name: `${key} of ${place}`, secret: each }, ...within];
  });
}
