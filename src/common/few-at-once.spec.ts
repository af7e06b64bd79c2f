import { FewAtOnce } from './few-at-once';
import { LookupPressure } from './lookup-pressure';

describe('FewAtOnce', () => {
  it('runs few, lets some wait, and refuses the rest until there is room', async () => {
    const turns = new FewAtOnce(2, 1, new LookupPressure());
    let running = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    const work = async () => {
      most = Math.max(most, (running += 1));
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
      return 'done';
    };
    const first = [turns.run(work), turns.run(work), turns.run(work)];
    await expect(turns.run(work)).rejects.toMatchObject({
      kind: 'too-many',
      code: 'request.busy',
      retryAfterSeconds: 2,
    });
    for (let turn = 0; turn < 3; turn += 1) {
      ends.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(first)).toEqual(['done', 'done', 'done']);
    expect(most).toBe(2);
    expect(await turns.run(async () => Promise.resolve('room'))).toBe('room');
  });

  it('gives the turn on when the work fails', async () => {
    const turns = new FewAtOnce(1, 0, new LookupPressure());
    await expect(turns.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.run(async () => Promise.resolve(1))).toBe(1);
  });

  it('lets lookups go first where both are too much, but for a second at most', async () => {
    const lookups = new LookupPressure();
    let isFlooded = true;
    const flood = (): void => {
      const endsAtMs = performance.now() + 30;
      while (performance.now() < endsAtMs) lookups.take();
      if (isFlooded) setImmediate(flood);
    };
    const turns = new FewAtOnce(4, 0, lookups);
    const isDelayed = async () => {
      let hasBegun = false;
      const running = turns.run(async () => Promise.resolve((hasBegun = true)));
      await new Promise((resolve) => setTimeout(resolve, 100));
      const delayed = !hasBegun;
      await running;
      return delayed;
    };
    flood();
    let tries = 0;
    // Where this process itself does not get on, that is judged anew.
    while (!(await isDelayed()) && tries < 20) tries += 1;
    isFlooded = false;
    expect(tries).toBeLessThan(20);
  });
});
