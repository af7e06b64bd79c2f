import { Initial1795309157746 } from './migrations/1795309157746-initial';

/** Every migration, oldest first. `npm run migration:generate` adds to it. */
export const migrations = [Initial1795309157746] as const;
