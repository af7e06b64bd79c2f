import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { BackgroundLease } from '../../src/background/background-lease.entity';

/** Keeps a task of the background work from running: for tests of what is noticed without it. */
export async function holdTask({ manager }: DataSource, name: string): Promise<void> {
  const held = { leaseToken: 'a-test', leaseUntil: new Date('2100-01-01T00:00:00Z'), dueAt: null };
  await manager.upsert(BackgroundLease, { id: uuidv7(), name, ...held }, ['name']);
}
