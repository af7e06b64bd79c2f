interface Place<T> {
  running: Promise<T>;
  waiting: Promise<T> | null;
}

/**
 * For each key one look runs and at most one waits, whoever asks: a look that has begun may have read an older
 * state than the asker's question, so all who come meanwhile share the next one.
 */
export class OneLookAtATime<T> {
  private readonly places = new Map<string, Place<T>>();

  /** The result of a look that begins after this call. */
  async run(key: string, look: () => Promise<T>): Promise<T> {
    const place = this.places.get(key);
    if (place === undefined) return this.begin(key, look);
    place.waiting ??= place.running.then(ignore, ignore).then(() => this.begin(key, look));
    return place.waiting;
  }

  private begin(key: string, look: () => Promise<T>): Promise<T> {
    const running = look().finally(() => {
      if (this.places.get(key)?.running === running && this.places.get(key)?.waiting === null) {
        this.places.delete(key);
      }
    });
    this.places.set(key, { running, waiting: null });
    return running;
  }
}

function ignore(): void {
  // The one who waits looks again, whatever became of the look before.
}
