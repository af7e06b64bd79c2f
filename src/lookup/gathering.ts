/** No statement asks for more keys. */
const MAX_KEYS = 256;
/** Who asks while so many readings are under way waits for one of them, together with all who come meanwhile. */
const AT_ONCE = 2;

/** Joins what many ask for at the same time into few readings. */
export class Gathering<K, V> {
  private readings = 0;
  private readonly waiting: { key: K; resolve: (value: V) => void; reject: (error: unknown) => void }[] = [];

  /** @param read answers in the order of the keys, as many as there are */
  constructor(private readonly read: (keys: readonly K[]) => Promise<V[]>) {}

  /** Reads after this call, together with all who ask until the process turns to other work. */
  async ask(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.begin());
    });
  }

  private begin(): void {
    while (this.readings < AT_ONCE && this.waiting.length > 0) {
      const asked = this.waiting.splice(0, MAX_KEYS);
      this.readings += 1;
      void this.answer(asked).finally(() => {
        this.readings -= 1;
        this.begin();
      });
    }
  }

  private async answer(asked: typeof this.waiting): Promise<void> {
    try {
      const values = await this.read(asked.map(({ key }) => key));
      asked.forEach(({ resolve, reject }, place) => {
        const value = values[place];
        if (value === undefined) reject(new Error('a reading answered less than it was asked'));
        else resolve(value);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

/** As many as a power of two, the last one repeated, so that few different statements are prepared. */
export function padded<T>(items: readonly T[]): T[] {
  const last = items.at(-1);
  if (last === undefined) return [];
  const length = 2 ** Math.ceil(Math.log2(items.length));
  return [...items, ...Array.from({ length: length - items.length }, () => last)];
}
