import { Initial1795313421110 } from './migrations/1795313421110-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795313421110] as const;
