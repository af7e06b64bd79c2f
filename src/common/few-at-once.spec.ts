import { FewAtOnce } from './few-at-once';

describe('FewAtOnce', () => {
  it('runs few, lets some wait, and refuses the rest until there is room', async () => {
    const turns = new FewAtOnce(2, 1);
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
    const turns = new FewAtOnce(1, 0);
    await expect(turns.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.run(async () => Promise.resolve(1))).toBe(1);
  });
});
