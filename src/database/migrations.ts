import { Initial1795307499567 } from './migrations/1795307499567-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795307499567] as const;
