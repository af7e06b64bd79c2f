import { Initial1795313133405 } from './migrations/1795313133405-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795313133405] as const;
