import { setImmediate as turn } from 'node:timers/promises';
import { Gathering } from './gathering';

describe('Gathering', () => {
  it('has two readings under way, and takes along who waits, also after one that failed', async () => {
    const readings: { keys: readonly number[]; end: (failed?: Error) => void }[] = [];
    const gathering = new Gathering<number, string>(
      async (keys) =>
        new Promise((resolve, reject) => {
          const end = (failed?: Error) =>
            failed === undefined ? resolve(keys.map((key) => `of ${key}`)) : reject(failed);
          readings.push({ keys, end });
        }),
    );
    const asked: Promise<string>[] = [];
    for (const key of [1, 2, 3, 4]) {
      asked.push(gathering.ask(key));
      await turn();
    }
    const keysOf = () => readings.map(({ keys }) => keys);
    expect(keysOf()).toEqual([[1], [2]]);
    readings[0]?.end(new Error('away'));
    await expect(asked[0]).rejects.toThrow('away');
    await turn();
    expect(keysOf()).toEqual([[1], [2], [3, 4]]);
    for (const { end } of readings) end();
    expect(await Promise.all(asked.slice(1))).toEqual(['of 2', 'of 3', 'of 4']);
  });
});
