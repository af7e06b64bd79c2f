import { Initial1795312663304 } from './migrations/1795312663304-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795312663304] as const;
