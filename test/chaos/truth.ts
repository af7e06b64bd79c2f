/** What was so, from the begin of what made it so to the end of what ended it. */
interface Span {
  value: string;
  fromMs: number;
  untilMs: number;
}

/** Values that follow each other; while one is exchanged for the next, both are true. */
export class Truth {
  private readonly spans: Span[] = [];

  /** @param change answers the value that it made, where that is not known before */
  async become(value: string | null, change: () => Promise<string | null>): Promise<void> {
    const last = this.spans.at(-1);
    const next: Span = { value: value ?? '', fromMs: performance.now(), untilMs: Number.POSITIVE_INFINITY };
    this.spans.push(next);
    next.value = (await change()) ?? next.value;
    if (last !== undefined) last.untilMs = performance.now();
  }

  /** At some instant of this time, of `performance.now()`. */
  wasTrue(value: string, fromMs: number, untilMs: number): boolean {
    return this.spans.some(
      (span) => span.value === value && span.fromMs <= untilMs && span.untilMs >= fromMs,
    );
  }
}
