import { Initial1795338431116 } from './migrations/1795338431116-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795338431116] as const;
