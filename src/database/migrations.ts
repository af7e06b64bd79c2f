import { Initial1795307326049 } from './migrations/1795307326049-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795307326049] as const;
