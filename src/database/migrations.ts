import { Initial1795315608239 } from './migrations/1795315608239-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795315608239] as const;
