import { Initial1795312792246 } from './migrations/1795312792246-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795312792246] as const;
