import { Injectable } from '@nestjs/common';

/** The time, so that tests can move it. Times are UTC with milliseconds. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
