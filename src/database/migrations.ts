import { Initial1795305082261 } from './migrations/1795305082261-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795305082261] as const;
