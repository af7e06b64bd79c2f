import { setTimeout as sleep } from 'node:timers/promises';

export interface Shown {
  password: string;
  issuedAt: string;
}

export interface AccountAnswer {
  state: string;
  credentials: { state: 'none' | 'issued' | 'unknown'; issuedAt: string | null };
  problems: unknown[];
}

const WHILE_NOBODY_ANSWERS_MS = 100;

/** Somebody who asks for new credentials again and again, and keeps what he was shown. */
export class InsistentPerson {
  /** The passwords that reached him, in order. */
  readonly shown: Shown[] = [];
  /** How many ever did. */
  timesShown = 0;
  /** Calls that ended without an answer: of those nobody knows what they did. */
  unanswered = 0;
  private token: string | null = null;
  private isAsking = false;

  constructor(
    private readonly url: string,
    readonly username: string,
    private readonly password: string,
    private readonly random: () => number,
  ) {}

  async askUntilTold(): Promise<void> {
    this.isAsking = true;
    while (this.isAsking) {
      await this.askOnce();
      await sleep(this.random() * 60);
    }
  }

  stopAsking(): void {
    this.isAsking = false;
  }

  /** @returns whether he was shown a password */
  async askOnce(): Promise<boolean> {
    const answer = await this.send('POST', '/account/credentials', { reset: true });
    if (answer === null) {
      this.unanswered += 1;
      await sleep(WHILE_NOBODY_ANSWERS_MS);
      return false;
    }
    if (answer.status !== 200 && answer.status !== 201) return false;
    const { password, issuedAt } = answer.body as Shown;
    this.shown.push({ password, issuedAt });
    this.timesShown += 1;
    return true;
  }

  /** @throws when Berth does not answer it, also after another login */
  async account(): Promise<AccountAnswer> {
    let answer = await this.send('GET', '/account');
    // The access token had ended.
    if (answer?.status === 401) answer = await this.send('GET', '/account');
    if (answer?.status !== 200) throw new Error(`${this.username}: GET /account: ${answer?.status}`);
    return answer.body as AccountAnswer;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown } | null> {
    try {
      this.token ??= await this.login();
      const answer = await this.fetchJson(method, path, body);
      if (answer.status === 401) this.token = null;
      return answer;
    } catch {
      return null;
    }
  }

  private async login(): Promise<string> {
    const { status, body } = await this.fetchJson('POST', '/auth/login', {
      username: this.username,
      password: this.password,
    });
    if (status !== 200) throw new Error(`login: ${status}`);
    return (body as { accessToken: string }).accessToken;
  }

  private async fetchJson(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }
}
