import { Agent, request } from 'node:http';
import { createHistogram } from 'node:perf_hooks';

const TICK_MS = 1;
const SOCKETS = 128;

export interface Question {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
}

export interface Heard {
  /** 0: the connection broke. */
  status: number;
  body: Record<string, unknown>;
  /** Since it was due. */
  ms: number;
}

/** Asks so often a second, whether it was answered or not: who answers late is asked on time all the same. */
export class SteadyAsker {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  private timer: NodeJS.Timeout | null = null;
  private asked = 0;
  private open = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly perSecond: number,
    private readonly next: (number: number) => Question,
    private readonly heard: (heard: Heard, question: Question) => void,
  ) {}

  start(): void {
    const beganMs = performance.now();
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - beganMs) * this.perSecond) / 1000);
      for (; this.asked < due; this.asked += 1) {
        this.ask(this.next(this.asked), beganMs + ((this.asked + 1) * 1000) / this.perSecond);
      }
    }, TICK_MS);
  }

  /** Once the last is answered. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    while (this.open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.agent.destroy();
  }

  private ask(question: Question, dueMs: number): void {
    const { method, path, body } = question;
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${this.token}`,
      ...(sent === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    };
    this.open += 1;
    let isOver = false;
    const end = (status: number, text: string): void => {
      if (isOver) return;
      isOver = true;
      this.open -= 1;
      this.heard({ status, body: readJson(text), ms: performance.now() - dueMs }, question);
    };
    const asking = request(`${this.url}${path}`, { method, headers, agent: this.agent }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => end(response.statusCode ?? 0, Buffer.concat(parts).toString('utf8')));
      response.on('error', () => end(0, ''));
    });
    asking.on('error', () => end(0, ''));
    asking.end(sent);
  }
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export interface Percentiles {
  count: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  mostMs: number;
  /** The p99 of the minute in the middle: what a busy machine does for a while does not count. */
  p99OfAMinuteMs: number;
}

const MINUTE_MS = 60_000;

/** Times in ms, to a hundredth of one. */
export class Times {
  private readonly histogram = createHistogram();
  private readonly minutes: number[] = [];
  private minute = createHistogram();
  private minuteEndsMs = performance.now() + MINUTE_MS;

  note(ms: number): void {
    const us = Math.max(1, Math.round(ms * 1_000));
    this.histogram.record(us);
    this.minute.record(us);
    if (performance.now() >= this.minuteEndsMs) this.endMinute();
  }

  get percentiles(): Percentiles {
    const { histogram } = this;
    const minutes = [...this.minutes, this.minute.percentile(99)].sort((a, b) => a - b);
    return {
      count: histogram.count,
      p50Ms: rounded(histogram.percentile(50)),
      p99Ms: rounded(histogram.percentile(99)),
      p999Ms: rounded(histogram.percentile(99.9)),
      mostMs: histogram.count === 0 ? 0 : rounded(histogram.max),
      p99OfAMinuteMs: rounded(minutes[Math.floor(minutes.length / 2)] ?? 0),
    };
  }

  private endMinute(): void {
    this.minutes.push(this.minute.percentile(99));
    this.minute = createHistogram();
    this.minuteEndsMs = performance.now() + MINUTE_MS;
  }
}

function rounded(us: number): number {
  return Math.round(us / 10) / 100;
}
