import { Injectable } from '@nestjs/common';

/** Counts the changes that this process made to what lookups answer, so that what is kept in memory is not older. */
@Injectable()
export class Changes {
  private counted = 0;

  note(): void {
    this.counted += 1;
  }

  get count(): number {
    return this.counted;
  }
}
