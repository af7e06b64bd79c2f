import { Injectable } from '@nestjs/common';

/** Projects in which something may have changed that nobody told exactly: they are swept soon. */
@Injectable()
export class SweepWishes {
  private wished = new Set<string>();

  wish(project: string): void {
    this.wished.add(project);
  }

  /** All that were wished for since the last time. */
  take(): string[] {
    const taken = [...this.wished];
    this.wished = new Set();
    return taken;
  }
}
