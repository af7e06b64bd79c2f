import { Initial1795312915386 } from './migrations/1795312915386-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795312915386] as const;
