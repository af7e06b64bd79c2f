import { setTimeout as sleep } from 'node:timers/promises';
import { In, IsNull, type DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { BackgroundLease } from '../../src/background/background-lease.entity';

const FREE = { leaseToken: null, leaseUntil: null, dueAt: null };
const HELD = { leaseToken: 'a-test', leaseUntil: new Date('2100-01-01T00:00:00Z'), dueAt: null };

/**
 * Keeps tasks of the background work from running, for tests that run them by hand or look at what is noticed without
 * them; a run under way is waited for. Each may have run before: its first run comes at a random time after the start.
 * @returns lets them run again, soon
 */
export async function holdTasks({ manager }: DataSource, ...names: string[]): Promise<() => Promise<void>> {
  for (const name of names) {
    const row = { id: uuidv7(), name, ...FREE };
    await manager.createQueryBuilder().insert().into(BackgroundLease).values(row).orIgnore().execute();
    while (!(await manager.existsBy(BackgroundLease, { name, leaseToken: HELD.leaseToken }))) {
      await manager.update(BackgroundLease, { name, leaseToken: IsNull() }, HELD);
      await sleep(10);
    }
  }
  return async () => {
    await manager.update(BackgroundLease, { name: In(names) }, FREE);
  };
}
