import { Initial1795305598056 } from './migrations/1795305598056-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795305598056] as const;
