import { EventEmitter } from 'node:events';
import { Injectable, Logger } from '@nestjs/common';
import type { ObservationSource } from '../observation';
import type { Violation } from './violation.entity';
import type { ViolationState } from './violation-life';

/** What Berth says of a violation when it begins and when it is over. The shape is stable: what is added is new. */
export interface ViolationEvent {
  type: 'violation.opened' | 'violation.settled';
  id: string;
  project: string;
  repository: string;
  tag: string;
  recordedDigest: string;
  fromDigest: string;
  toDigest: string;
  state: ViolationState;
  source: ObservationSource;
  changedBy: string | null;
  openedAt: Date;
  settledAt: Date | null;
}

type Listener = (event: ViolationEvent) => void;

/** Tells those who listen in this process, after it is in the database; the database is the truth. */
@Injectable()
export class ViolationEvents {
  private readonly logger = new Logger(ViolationEvents.name);
  private readonly emitter = new EventEmitter();

  /** What the listener throws is logged, and hinders nobody. */
  subscribe(listener: Listener): void {
    this.emitter.on('violation', (event: ViolationEvent) => {
      try {
        listener(event);
      } catch (error) {
        this.logger.error({ msg: 'a listener to violations failed', err: error });
      }
    });
  }

  tell(violation: Violation): void {
    const { id, project, repository, tag, recordedDigest, fromDigest, toDigest } = violation;
    const { state, source, changedBy, openedAt, settledAt } = violation;
    const event: ViolationEvent = {
      type: state === 'open' ? 'violation.opened' : 'violation.settled',
      ...{ id, project, repository, tag, recordedDigest, fromDigest, toDigest },
      ...{ state, source, changedBy, openedAt, settledAt },
    };
    this.emitter.emit('violation', event);
  }
}
