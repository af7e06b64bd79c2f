import { HintQueue, type HintQueueLimits } from './hint-queue';

const LIMITS: HintQueueLimits = {
  parallel: 4,
  parallelPerProject: 2,
  maxWaiting: 100,
  maxWaitingPerProject: 50,
  crowdedMs: 5,
  restMs: 1,
  maxRestMs: 4,
  maxTries: 3,
};

const settle = async () => new Promise((resolve) => setImmediate(resolve));

describe('HintQueue', () => {
  let begun: string[];
  let lost: string[];
  let ends: Map<string, { resolve: () => void; reject: (error: Error) => void }>;
  let queue: HintQueue;
  let crowded: boolean;

  /** Runs end when the test says so. */
  function queueWith(limits: Partial<HintQueueLimits> = {}): HintQueue {
    return new HintQueue(
      { ...LIMITS, ...limits },
      {
        run: async (project, key) => {
          begun.push(`${project}/${key}`);
          await new Promise<void>((resolve, reject) => {
            ends.set(`${project}/${key}`, { resolve, reject });
          });
        },
        isCrowded: () => crowded,
        onLost: (project) => lost.push(project),
      },
    );
  }
  const end = async (name: string) => {
    ends.get(name)?.resolve();
    await settle();
  };

  beforeEach(() => {
    begun = [];
    lost = [];
    crowded = false;
    ends = new Map();
    queue = queueWith();
  });

  it('runs what is asked for many times once more after the look that was running', async () => {
    for (let times = 0; times < 100; times += 1) queue.add('ada', 'v1');
    expect(begun).toEqual(['ada/v1']);
    await end('ada/v1');
    expect(begun).toEqual(['ada/v1', 'ada/v1']);
    await end('ada/v1');
    expect(begun).toHaveLength(2);
  });

  it('lets no project take all places', async () => {
    for (const key of ['v1', 'v2', 'v3', 'v4']) queue.add('ada', key);
    queue.add('bob', 'v1');
    expect(begun).toEqual(['ada/v1', 'ada/v2', 'bob/v1']);
    await end('ada/v1');
    expect(begun).toEqual(['ada/v1', 'ada/v2', 'bob/v1', 'ada/v3']);
  });

  it('tells what does not fit, and keeps what does', () => {
    queue = queueWith({ parallel: 1, maxWaiting: 3, maxWaitingPerProject: 2 });
    for (const key of ['v1', 'v2', 'v3', 'v4', 'v4']) queue.add('ada', key);
    expect(lost).toEqual(['ada', 'ada']);
    queue.add('bob', 'v1');
    queue.add('bob', 'v2');
    expect(lost).toEqual(['ada', 'ada', 'bob']);
    expect(queue.waiting).toBe(3);
  });

  it('tries again what failed, and tells it when it failed too often', async () => {
    let tries = 0;
    await new Promise<void>((resolve) => {
      queue = new HintQueue(LIMITS, {
        run: async () => {
          tries += 1;
          return Promise.reject(new Error('Harbor is away'));
        },
        isCrowded: () => false,
        onLost: (project) => {
          lost.push(project);
          resolve();
        },
      });
      queue.add('ada', 'v1');
    });
    expect(tries).toBe(3);
    expect(lost).toEqual(['ada']);
    expect(queue.waiting).toBe(0);
  });

  it('goes on after a failure', async () => {
    let fails = true;
    const done = new Promise<string>((resolve) => {
      queue = new HintQueue(LIMITS, {
        run: async (_, key) => {
          if (fails) {
            fails = false;
            throw new Error('Harbor is away');
          }
          resolve(key);
          return Promise.resolve();
        },
        isCrowded: () => false,
        onLost: (project) => lost.push(project),
      });
    });
    queue.add('ada', 'v1');
    expect(await done).toBe('v1');
    expect(lost).toEqual([]);
  });

  it('begins one at a time while something is more urgent, and all of them afterwards', async () => {
    queue = queueWith({ crowdedMs: 60_000 });
    crowded = true;
    for (const project of ['ada', 'bob', 'cyd']) queue.add(project, 'v1');
    expect(begun).toEqual(['ada/v1']);
    crowded = false;
    await end('ada/v1');
    expect(begun).toEqual(['ada/v1', 'bob/v1', 'cyd/v1']);
  });

  it('goes on by itself while something is more urgent', async () => {
    crowded = true;
    for (const project of ['ada', 'bob']) queue.add(project, 'v1');
    expect(begun).toEqual(['ada/v1']);
    while (begun.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(begun).toEqual(['ada/v1', 'bob/v1']);
  });

  it('begins nothing once it stops, and waits for what runs', async () => {
    queue.add('ada', 'v1');
    const stopped = queue.stop();
    queue.add('ada', 'v2');
    await end('ada/v1');
    await stopped;
    expect(begun).toEqual(['ada/v1']);
  });
});
