import { setTimeout as sleep } from 'node:timers/promises';

export interface Secret {
  id: string;
  jobId: string;
  username: string;
  password: string;
}

interface Answered {
  status: number;
  body: Record<string, unknown>;
}

const WHILE_NOBODY_ANSWERS_MS = 100;
/** How the work of a job ends, and the secret that it had. */
const ENDINGS = ['its secret', 'the job', 'nothing'] as const;

/** A scheduler that begins and ends jobs one after the other, and asks again until it is answered. */
export class InsistentScheduler {
  /** The secrets that should work now. */
  readonly alive: Secret[] = [];
  /** Those that it ended. */
  readonly ended: Secret[] = [];
  unanswered = 0;
  /** What should not have been. */
  readonly wrong: string[] = [];
  private jobs = 0;
  private isAsking = false;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly token: string,
    private readonly question: { for: string; links: string[] },
    private readonly random: () => number,
  ) {}

  /** Until stopAsking; then the job that is running is brought to its end. */
  async runJobs(): Promise<void> {
    this.isAsking = true;
    while (this.isAsking) {
      await this.runJob(`${this.name}-${(this.jobs += 1)}`);
      await sleep(this.random() * 40);
    }
  }

  stopAsking(): void {
    this.isAsking = false;
  }

  private async runJob(jobId: string): Promise<void> {
    const body = { ...this.question, jobId, ttlSeconds: 3600 };
    const first = secretIn(jobId, await this.until('POST', '/pull-secrets', body));
    const again = secretIn(jobId, await this.until('POST', '/pull-secrets', body));
    if (again.id !== first.id || again.password !== first.password) {
      this.wrong.push(`${jobId} has two secrets`);
    }
    const ending = ENDINGS[Math.floor(this.random() * ENDINGS.length)];
    if (ending === 'its secret') await this.until('DELETE', `/pull-secrets/${first.id}`);
    if (ending === 'the job') await this.until('DELETE', `/jobs/${jobId}`);
    (ending === 'nothing' ? this.alive : this.ended).push(first);
  }

  /** Calls again until it is done. */
  private async until(method: string, path: string, body?: unknown): Promise<Answered> {
    for (;;) {
      const answer = await this.send(method, path, body);
      if (answer !== null && answer.status < 300) return answer;
      if (answer === null) this.unanswered += 1;
      await sleep(WHILE_NOBODY_ANSWERS_MS);
    }
  }

  private async send(method: string, path: string, body?: unknown): Promise<Answered | null> {
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
      };
    } catch {
      return null;
    }
  }
}

function secretIn(jobId: string, { body }: Answered): Secret {
  const { auths } = JSON.parse(String(body.dockerConfigJson)) as {
    auths: Record<string, { username: string; password: string }>;
  };
  const [login] = Object.values(auths);
  if (login === undefined) throw new Error('a pull secret without a login');
  return { id: String(body.id), jobId, ...login };
}
