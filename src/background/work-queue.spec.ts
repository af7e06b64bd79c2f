import { WorkQueue } from './work-queue';

/** Runs that end when the test says so. */
function manualRuns() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = async (key: string): Promise<void> => {
    begun.push(key);
    return new Promise((resolve) => ends.set(key, resolve));
  };
  const end = async (key: string): Promise<void> => {
    ends.get(key)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, run, end };
}

describe('WorkQueue', () => {
  it('runs what waits once, however often it was asked for', async () => {
    const { begun, run, end } = manualRuns();
    const queue = new WorkQueue({ parallel: 1, maxWaiting: 10, run });
    for (const key of ['a', 'b', 'b', 'c', 'b']) queue.add(key);
    await end('a');
    await end('b');
    await end('c');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('runs once more what was asked for while it ran, and not beside itself', async () => {
    const { begun, run, end } = manualRuns();
    const queue = new WorkQueue({ parallel: 2, maxWaiting: 10, run });
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'a']);
    await end('a');
    expect(begun).toEqual(['a', 'a']);
  });

  it('runs no more together than it may', () => {
    const { begun, run } = manualRuns();
    const queue = new WorkQueue({ parallel: 2, maxWaiting: 10, run });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect(begun).toEqual(['a', 'b']);
  });

  it('refuses what would be more than may wait', () => {
    const { run } = manualRuns();
    const queue = new WorkQueue({ parallel: 1, maxWaiting: 2, run });
    expect(['a', 'b', 'c', 'd', 'c'].map((key) => queue.add(key))).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'full',
      'waiting',
    ]);
  });

  it('begins nothing more once it is stopped, and waits for what runs', async () => {
    const { begun, run, end } = manualRuns();
    const queue = new WorkQueue({ parallel: 1, maxWaiting: 10, run });
    queue.add('a');
    queue.add('b');
    let stopped = false;
    const stopping = queue.stop().then(() => (stopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).toBe(false);
    await end('a');
    await stopping;
    expect(begun).toEqual(['a']);
  });
});
