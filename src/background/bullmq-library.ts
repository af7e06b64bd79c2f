import { createRequire } from 'node:module';
import type * as BullMq from 'bullmq';

/** Loaded where there is a Redis alone: it would take a fifth of a second and 20 MB of every start. */
export function loadBullMq(): Pick<typeof BullMq, 'Queue' | 'Worker'> {
  return createRequire(__filename)('bullmq') as typeof BullMq;
}
