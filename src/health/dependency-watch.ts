import type { Clock } from '../common/clock';
import { isDomainError } from '../common/errors';
import type { Dependency } from './dependency';

/** What a probe is told of one dependency: no addresses, no texts of errors. */
export interface DependencyState {
  name: Dependency['name'];
  state: 'up' | 'down';
  /** When it came into this state, as this replica saw it. */
  since: Date;
  checkedAt: Date;
  /** The problem's code while it is down. */
  code: string | null;
}

const FRESH_MS = 5_000;
const DEADLINE_MS = 1_000;

/** Asks one dependency at most once in 5 s and waits at most 1 s for it, however many probes come. */
export class DependencyWatch {
  private last: DependencyState | undefined;
  private running: Promise<DependencyState> | undefined;

  constructor(
    private readonly dependency: Dependency,
    private readonly clock: Clock,
  ) {}

  get isVital(): boolean {
    return this.dependency.isVital();
  }

  /** Never rejects: being away is a state. */
  async state(): Promise<DependencyState> {
    const { last } = this;
    if (last !== undefined && this.clock.now().getTime() - last.checkedAt.getTime() < FRESH_MS) return last;
    this.running ??= this.look().finally(() => (this.running = undefined));
    return this.running;
  }

  private async look(): Promise<DependencyState> {
    const failure = await withinDeadline(this.dependency.check());
    const checkedAt = this.clock.now();
    const state = failure === null ? 'up' : 'down';
    const since = this.last?.state === state ? this.last.since : checkedAt;
    const code = failure === null ? null : isDomainError(failure.error) ? failure.error.code : 'unavailable';
    this.last = { name: this.dependency.name, state, since, checkedAt, code };
    return this.last;
  }
}

async function withinDeadline(check: Promise<void>): Promise<{ error: unknown } | null> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<{ error: unknown }>((resolve) => {
    timer = setTimeout(() => resolve({ error: undefined }), DEADLINE_MS);
  });
  const answer = check.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
