import { OneLookAtATime } from './one-look-at-a-time';

/** Looks that end when the test says so; each answers with its number. */
function manualLooks() {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const look = () =>
    new Promise<number>((resolve, reject) => {
      const number = ends.length + 1;
      ends.push({ resolve: () => resolve(number), reject });
    });
  return { look, ends };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('OneLookAtATime', () => {
  it('lets all who ask during a look share one that begins after it', async () => {
    const looks = new OneLookAtATime<number>();
    const { look, ends } = manualLooks();
    const first = looks.run('v1', look);
    const during = [looks.run('v1', look), looks.run('v1', look), looks.run('v1', look)];
    await settle();
    expect(ends).toHaveLength(1);
    ends[0]?.resolve();
    expect(await first).toBe(1);
    await settle();
    expect(ends).toHaveLength(2);
    ends[1]?.resolve();
    expect(await Promise.all(during)).toEqual([2, 2, 2]);
  });

  it('gives the one who comes during the second look a third', async () => {
    const looks = new OneLookAtATime<number>();
    const { look, ends } = manualLooks();
    void looks.run('v1', look);
    const second = looks.run('v1', look);
    ends[0]?.resolve();
    await settle();
    const third = looks.run('v1', look);
    ends[1]?.resolve();
    expect(await second).toBe(2);
    await settle();
    ends[2]?.resolve();
    expect(await third).toBe(3);
  });

  it('looks again for those who wait when the look before failed', async () => {
    const looks = new OneLookAtATime<number>();
    const { look, ends } = manualLooks();
    const first = looks.run('v1', look);
    const waiting = looks.run('v1', look);
    ends[0]?.reject(new Error('Harbor is down'));
    await expect(first).rejects.toThrow('Harbor is down');
    await settle();
    ends[1]?.resolve();
    expect(await waiting).toBe(2);
  });

  it('does not let one tag wait for another', async () => {
    const looks = new OneLookAtATime<string>();
    void looks.run('v1', () => new Promise(() => undefined));
    expect(await looks.run('v2', () => Promise.resolve('seen'))).toBe('seen');
  });
});
