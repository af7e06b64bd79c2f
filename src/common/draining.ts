import { Injectable } from '@nestjs/common';

/** Whether this Berth is stopping: set once, at the first signal, and never back. */
@Injectable()
export class Draining {
  private begun = false;

  begin(): void {
    this.begun = true;
  }

  get isBegun(): boolean {
    return this.begun;
  }
}
