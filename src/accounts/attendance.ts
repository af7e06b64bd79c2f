/**
 * Whether somebody still waits for a password. It is decided once: either the work shows it, and is waited for to
 * its end, or the caller has left, and no password of this work is ever shown.
 */
export class Attendance {
  private state: 'waiting' | 'shown' | 'left' = 'waiting';

  get hasLeft(): boolean {
    return this.state === 'left';
  }

  /** Asked at the last moment before a password is recorded as shown. False: the caller has left. */
  claim(): boolean {
    if (this.state === 'waiting') this.state = 'shown';
    return this.state === 'shown';
  }

  /**
   * The end of the work, or null after `waitMs` when nothing is to be shown by then; the work goes on.
   * @throws what the work throws in time
   */
  async follow<T>(work: Promise<T>, waitMs: number): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<'over'>((resolve) => {
      timer = setTimeout(resolve, waitMs, 'over');
    });
    try {
      const end = await Promise.race([work.then((result) => ({ result })), patience]);
      if (end !== 'over') return end.result;
      if (this.state === 'shown') return await work;
      this.state = 'left';
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
