/** What a queue does with work that is asked for: `full` refuses it, and nothing is kept. */
export type Enqueued = 'waiting' | 'full';

export interface WorkQueueOptions {
  /** How much runs together. */
  parallel: number;
  /** How much waits at most. */
  maxWaiting: number;
  run: (key: string) => Promise<void>;
}

/**
 * Work by keys, in the order it was asked for. What waits already is not added again; what runs waits once more for
 * its end, for it may have read an older state. One key never runs twice at once.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly running = new Map<string, Promise<void>>();
  private isStopped = false;

  constructor(private readonly options: WorkQueueOptions) {}

  add(key: string): Enqueued {
    if (this.waiting.has(key)) return 'waiting';
    if (this.isStopped || this.waiting.size >= this.options.maxWaiting) return 'full';
    this.waiting.add(key);
    this.next();
    return 'waiting';
  }

  /** Begins nothing more, and resolves when nothing runs. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.waiting.clear();
    await Promise.all(this.running.values());
  }

  private next(): void {
    if (this.isStopped) return;
    for (const key of this.waiting) {
      if (this.running.size >= this.options.parallel) return;
      if (this.running.has(key)) continue;
      this.waiting.delete(key);
      const run = this.options.run(key).finally(() => {
        this.running.delete(key);
        this.next();
      });
      this.running.set(key, run);
    }
  }
}
